"""Slots: the ids that operations need, and which operations give them, and where.

A slot stands for the id of the things of a collection, such as `/pets#id`. A create or a list gives
it; a read or a delete needs it. Evidence, strongest first: the document's own links, the structure
of the paths, schemas, names.

Places are JSON pointers (`*` for each item of an array), with a prefix where they do not point into
the body of the response: `request:/name`, `header:location`, and `search:pet,id,uuid`, which names
the resource and the properties to look for in a response that the document does not describe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from openapi_table.operations.model import Answer, Operation, Parameter
from openapi_table.schemas.views import Flat, Schemas, main_type

from .naming import (
    NO_WRAPPER,
    Segments,
    compatible,
    id_names,
    is_id,
    segments_of,
    singular,
    words,
    wrapper_rank,
)

# How good a giver is, best first.
_LINKED, _CREATES, _CREATES_ELSEWHERE, _LISTS, _LISTS_ELSEWHERE = -1, 0, 1, 2, 3
# What expressions of links begin with -> the prefix of the place.
_EXPRESSIONS = {"$response.body#": "", "$request.body#": "request:"}

ByPath = Mapping[Segments, Mapping[str, Operation]]


class Give(NamedTuple):
    """An operation that gives a slot. places: where, best first. rank: less is better."""

    operation: str
    places: tuple[str, ...]
    rank: int


class Slot(NamedTuple):
    """The id of the things of a collection. kind: its type."""

    name: str
    collection: Segments
    gives: list[Give]
    kind: str


def collection_of(path: Segments, by_path: ByPath) -> Segments:
    """Return the collection of the things below a path.

    That is the path itself, or its plural: some documents have `/pets` and `/pet/{petId}`.
    """
    if path in by_path:
        return path
    word = words(path[-1])
    for other in by_path:
        if len(other) == len(path) and other[:-1] == path[:-1] and other[-1] != path[-1]:
            plural = words(other[-1])
            if plural and singular(plural) == word:
                return other
    return path


class SlotFinder:
    """Finds the slots of operations.

    slots: by name; those that nothing gives are left out. variables: the slot of each path
    parameter, by operation and parameter name. items: the path of a thing, by its collection.
    """

    def __init__(self, operations: Sequence[Operation], schemas: Schemas, by_path: ByPath) -> None:
        """Take the operations. by_path: the same by path and method."""
        self.operations = operations
        self.schemas = schemas
        self.slots: dict[str, Slot] = {}
        self.variables: dict[tuple[str, str], str] = {}
        self.items: dict[Segments, Segments] = {}
        self._by_path = by_path
        self._by_schema: dict[str, list[tuple[Operation, bool]]] | None = None
        self._collect()
        self._follow_links()
        self.slots = {name: slot for name, slot in self.slots.items() if slot.gives}

    def _collect(self) -> None:
        for operation in self.operations:
            path = segments_of(operation.path)
            for index, text in enumerate(operation.path.strip("/").split("/")):
                if path[index] != "{}":
                    continue
                name = text[1:-1]
                parameter = next(
                    (p for p in operation.parameters if p.place == "path" and p.name == name), None
                )
                if parameter is not None and index:
                    collection = collection_of(path[:index], self._by_path)
                    if index + 1 == len(path):
                        self.items.setdefault(collection, path)
                    self._variable(operation, parameter, collection)

    def _variable(self, operation: Operation, parameter: Parameter, collection: Segments) -> None:
        """Add the slot of a path parameter, with the operations that give it."""
        wanted = "id" if is_id(parameter.name) else parameter.name
        name = f"/{'/'.join(collection)}#{wanted}"
        self.variables[operation.name, parameter.name] = name
        if name in self.slots:
            return
        kind = main_type(self.schemas.flat(parameter.schema))
        slot = self.slots[name] = Slot(name, collection, [], kind)
        resource = singular(words(collection[-1]))
        for method, rank in (("POST", _CREATES), ("GET", _LISTS)):
            giver = self._by_path.get(collection, {}).get(method)
            if giver is not None:
                self._add_give(slot, giver, parameter, resource, rank)
        if len(slot.gives) < 2:
            self._add_by_schema(slot, parameter, resource)

    def _add_give(
        self, slot: Slot, giver: Operation, parameter: Parameter, resource: str, rank: int
    ) -> None:
        found = places(self.schemas, giver, parameter, resource, slot.kind)
        if found and giver.name not in {give.operation for give in slot.gives}:
            slot.gives.append(Give(giver.name, tuple(found), rank))

    def _add_by_schema(self, slot: Slot, parameter: Parameter, resource: str) -> None:
        """Add operations elsewhere that return the same schema as the read of the thing."""
        path = self.items.get(slot.collection, (*slot.collection, "{}"))
        item = self._by_path.get(path, {}).get("GET")
        answer = success(item) if item else None
        reference = self._reference(answer.schema) if answer else ""
        if not reference or item is None:
            return
        for operation, is_list in self._returning(reference):
            below_an_item = "{}" in segments_of(operation.path)
            if operation.name == item.name or below_an_item:
                continue
            if operation.method == "GET" and is_list:
                self._add_give(slot, operation, parameter, resource, _LISTS_ELSEWHERE)
            elif operation.method == "POST" and not slot.gives:
                self._add_give(slot, operation, parameter, resource, _CREATES_ELSEWHERE)

    def _returning(self, reference: str) -> list[tuple[Operation, bool]]:
        """Return the operations that return a schema, and whether they return an array of it."""
        if self._by_schema is None:
            self._by_schema = {}
            for operation in self.operations:
                answer = success(operation)
                if answer is None or answer.schema is None:
                    continue
                view = self.schemas.flat(answer.schema)
                is_list = main_type(view) == "array"
                own = self._reference(view.get("items") if is_list else answer.schema)
                self._by_schema.setdefault(own, []).append((operation, is_list))
        return self._by_schema.get(reference, [])

    def _reference(self, schema: Any) -> str:
        refs = self.schemas.flat(schema).get("refs", [])
        return str(refs[0]) if refs else ""

    # --- the document's own links ---------------------------------------------------------------

    def _follow_links(self) -> None:
        by_id = {operation.id: operation for operation in self.operations if operation.id}
        by_at = {operation.at: operation for operation in self.operations}
        for operation in self.operations:
            for answer in operation.answers.values():
                for link in answer.links:
                    target = by_id.get(str(link.get("operationId"))) or by_at.get(
                        str(link.get("operationRef"))
                    )
                    parameters = link.get("parameters")
                    if target is not None and isinstance(parameters, Mapping):
                        for name, expression in parameters.items():
                            bare = str(name).rpartition(".")[2]
                            self._link(operation, target, bare, str(expression))

    def _link(self, operation: Operation, target: Operation, name: str, expression: str) -> None:
        """Let an operation give a parameter of another one, best of all."""
        slot = self.slots.get(self.variables.get((target.name, name), ""))
        start = next((start for start in _EXPRESSIONS if expression.startswith(start)), None)
        if slot is None or start is None:
            return
        place = _EXPRESSIONS[start] + expression[len(start) :]
        known = next((give for give in slot.gives if give.operation == operation.name), None)
        if known:
            slot.gives.remove(known)
        rest = [other for other in known.places if other != place] if known else []
        slot.gives.append(Give(operation.name, (place, *rest), _LINKED))


_PLACES = 2  # places kept of a response
_ARRAYS = 3  # nested arrays and alternatives that are searched
_VAGUE = frozenset({"key", "slug", "code", "name"})
_WRAPPERS = 2  # nested wrappers that are searched


def success(operation: Operation) -> Answer | None:
    """Return the response that an operation gives when all goes well, preferably with a schema."""
    good = [answer for status, answer in operation.answers.items() if status[0] == "2"]
    with_schema = [answer for answer in good if answer.schema is not None]
    return next(iter(with_schema or good), operation.answers.get("default"))


def places(
    schemas: Schemas, giver: Operation, parameter: Parameter, resource: str, kind: str
) -> list[str]:
    """Return where an operation holds the value of another one's path parameter, best first.

    resource: what the parameter identifies, a singular. kind: the parameter's type.
    """
    answer = success(giver)
    found = []
    if answer is not None and answer.schema is not None:
        view = schemas.flat(answer.schema)
        found = list(_find(schemas, view, parameter.name, resource, kind, 0))[:_PLACES]
    search = "search:" + ",".join([resource, *_unmistakable(parameter.name, resource)])
    if giver.method not in {"POST", "PUT"}:
        is_described = answer is not None and answer.schema not in (None, {}, True)
        return found if is_described else [search]
    # Services answer otherwise than documented: what was created has to be found all the same.
    sent = [] if found else _sent(schemas, giver, parameter)
    return [*found, "header:location", search, *sent]


def _unmistakable(name: str, resource: str) -> list[str]:
    """Return the names of a response's properties that can hold nothing but the id."""
    own = words(name)
    return [known for known in id_names(name, resource) if known == own or known not in _VAGUE]


def _sent(schemas: Schemas, giver: Operation, parameter: Parameter) -> list[str]:
    """Return where the request itself holds the id, when the client chooses it."""
    for content in giver.body.contents if giver.body else []:
        for name in schemas.flat(content.schema).get("properties", {}):
            if words(str(name)) == words(parameter.name):
                return ["request:/" + _escaped(str(name))]
    return []


def _find(
    schemas: Schemas, view: Flat, name: str, resource: str, kind: str, depth: int
) -> Iterator[str]:
    """Yield pointers to the property of a response that holds the id."""
    if main_type(view) == "array" and depth < _ARRAYS:
        items = view.get("items")
        inner = schemas.flat(items) if items is not None else {}
        for place in _find(schemas, inner, name, resource, kind, depth + 1):
            yield "/*" + place
        return
    direct = _direct(schemas, view, name, resource, kind)
    if direct:
        yield direct
        return
    found = _in_alternatives(schemas, view, name, resource, kind, depth)
    if found:
        yield from found
        return
    if depth < _WRAPPERS:
        yield from _in_wrappers(schemas, view, name, resource, kind, depth)


def _direct(schemas: Schemas, view: Flat, name: str, resource: str, kind: str) -> str:
    properties = view.get("properties", {})
    for wanted in id_names(name, resource):
        for key, schema in properties.items():
            if words(str(key)) == wanted and compatible(kind, main_type(schemas.flat(schema))):
                return "/" + _escaped(str(key))
    return ""


def _in_alternatives(
    schemas: Schemas, view: Flat, name: str, resource: str, kind: str, depth: int
) -> list[str]:
    if depth >= _ARRAYS:
        return []
    for _, parts in view.get("groups", []):
        for part in parts:
            inner = schemas.flat(part)
            found = list(_find(schemas, inner, name, resource, kind, depth + 1))
            if found:
                return found
    return []


def _in_wrappers(
    schemas: Schemas, view: Flat, name: str, resource: str, kind: str, depth: int
) -> Iterator[str]:
    properties = view.get("properties", {})
    for key in sorted(properties, key=lambda key: wrapper_rank(str(key), resource)):
        inner = schemas.flat(properties[key])
        wraps = wrapper_rank(str(key), resource) < NO_WRAPPER
        if wraps and main_type(inner) in {"object", "array"}:
            for place in _find(schemas, inner, name, resource, kind, depth + 1):
                yield f"/{_escaped(str(key))}{place}"


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
