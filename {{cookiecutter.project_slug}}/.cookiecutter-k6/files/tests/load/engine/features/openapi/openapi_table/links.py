"""Which operation gives the id that another one needs.

A slot stands for the id of a thing, such as `/pets#id`. Operations give slots (a create, a list) or
bind them (a read, a delete, a property `pet_id` of another thing). Found by the document's own
links first, then by path structure, schemas and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .operations import Answer, Operation, Parameter
from .schemas import Flat, Schemas, main_type

Segments = tuple[str, ...]

_WHOLE = re.compile(r"\{([^{}]+)\}")
_ID_NAMES = ("id", "_id", "uuid", "guid", "uid", "key", "slug", "name")
_WRAPPERS = (
    "data",
    "item",
    "items",
    "result",
    "results",
    "content",
    "records",
    "value",
    "values",
    "entries",
    "list",
)
_ROLE_ORDER = {"create": 0, "list": 1, "query": 2, "action": 3, "read": 4, "update": 5, "delete": 9}


def words(text: str) -> str:
    """Return a name without case, dashes and underscores.

    >>> words("Pet_ID")
    'petid'
    """
    return re.sub(r"[^a-z0-9]", "", text.lower())


def singular(name: str) -> str:
    """Return the singular of an English plural, near enough to compare names.

    >>> [singular(name) for name in ("categories", "boxes", "pets", "status")]
    ['category', 'box', 'pet', 'statu']
    """
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ):
        if name.endswith(ending):
            return name[: -len(ending)] + instead
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def resource_of(name: str) -> str:
    """Return what a name like `petId` refers to, or an empty text.

    >>> [resource_of(name) for name in ("petId", "pet_uuid", "name")]
    ['pet', 'pet', '']
    """
    match = re.fullmatch(
        r"(.+?)(?:_?(?:id|ids|uuid|guid|key|slug)|I[dD]s?|UUID|Uuid|Key|Slug)", name
    )
    return singular(words(match[1])) if match else ""


def segments_of(path: str) -> Segments:
    """Return the segments of a path; a variable, whatever its name, is `{}`."""
    return tuple("{}" if _WHOLE.fullmatch(part) else part for part in path.strip("/").split("/"))


class Give(NamedTuple):
    """An operation that gives a slot. places: where in its answer, best first."""

    operation: str
    places: tuple[str, ...]
    rank: int


class Slot(NamedTuple):
    """The id of the things of a collection."""

    name: str
    collection: Segments
    gives: list[Give]
    kind: str


class Linker:
    """Finds the slots of a set of operations."""

    def __init__(self, operations: Sequence[Operation], schemas: Schemas) -> None:
        """Take the operations that may give and need ids."""
        self.operations = operations
        self.schemas = schemas
        self.slots: dict[str, Slot] = {}
        self._by_path: dict[Segments, dict[str, Operation]] = {}
        self._variables: dict[tuple[str, str], str] = {}  # operation and parameter -> slot
        self._resources: dict[str, str] = {}  # singular resource -> slot
        self._refs: dict[str, list[tuple[Operation, Flat]]] = {}
        for operation in operations:
            self._by_path.setdefault(segments_of(operation.path), {})[operation.method] = operation
        self._collect()
        self._of_collection: dict[Segments, Slot] = {}
        self._given: dict[str, dict[str, list[str]]] = {}  # operation -> slot -> places
        for slot in self.slots.values():
            self._of_collection.setdefault(slot.collection, slot)
            for give in slot.gives:
                self._given.setdefault(give.operation, {})[slot.name] = list(give.places)

    # --- questions ------------------------------------------------------------------------------

    def parameter_slot(self, operation: Operation, parameter: Parameter) -> str | None:
        """Return the slot of a parameter, None when nothing gives its value."""
        if parameter.place == "path":
            own = self._variables.get((operation.name, parameter.name))
            if own in self.slots:
                return own
        return self._named(parameter.name, main_type(self.schemas.flat(parameter.schema)))

    def property_slot(self, name: str, view: Flat) -> str | None:
        """Return the slot that a property such as `pet_id` refers to."""
        kind = main_type(view)
        if kind in {"object", "array"} or view.keys() & {"enum", "const"}:
            return None
        return self._named(name, kind)

    def own_slot(self, operation: Operation) -> Slot | None:
        """Return the slot of the things in the collection that an operation stands on."""
        return self._of_collection.get(segments_of(operation.path))

    def gives(self, operation: Operation) -> dict[str, list[str]]:
        """Return the slots that an operation gives, with the places in its answer."""
        return self._given.get(operation.name, {})

    def givers(self, slot: str) -> list[str]:
        """Return the operations that give a slot, best first."""
        gives = sorted(self.slots[slot].gives, key=lambda give: give.rank)
        return list(dict.fromkeys(give.operation for give in gives))

    def undo(self, operation: Operation) -> str | None:
        """Return the operation that deletes what a create makes."""
        slot = self.own_slot(operation)
        if slot is None or operation.method not in {"POST", "PUT"}:
            return None
        item = self._by_path.get((*slot.collection, "{}"), {})
        return item["DELETE"].name if "DELETE" in item else None

    def role(self, operation: Operation) -> str:
        """Return what an operation does to its resource."""
        path = segments_of(operation.path)
        item = path[-1] == "{}"
        if operation.method == "DELETE":
            return "delete"
        if operation.method in {"PUT", "PATCH"}:
            return "update"
        if operation.method == "POST":
            return (
                "create"
                if not item and ((*path, "{}") in self._by_path or self._creates(operation))
                else "action"
            )
        if operation.method == "GET":
            if item:
                return "read"
            return "list" if (*path, "{}") in self._by_path or self._is_list(operation) else "query"
        return "query"

    def order(self) -> list[str]:
        """Return the names of all operations so that creates come first and deletes last."""
        tree: dict[str, Any] = {}
        for operation in self.operations:
            node = tree
            for segment in segments_of(operation.path):
                node = node.setdefault("below", {}).setdefault(segment, {})
            node.setdefault("here", []).append(operation)
        return [operation.name for operation in self._walk(tree)]

    # --- building -------------------------------------------------------------------------------

    def _walk(self, node: Mapping[str, Any]) -> Iterator[Operation]:
        here = sorted(node.get("here", []), key=lambda operation: _ROLE_ORDER[self.role(operation)])
        yield from (operation for operation in here if operation.method != "DELETE")
        children = node.get("below", {})
        for segment in sorted(children, key=lambda name: name == "{}"):
            yield from self._walk(children[segment])
        yield from (operation for operation in here if operation.method == "DELETE")

    def _success(self, operation: Operation) -> Answer | None:
        good = [answer for status, answer in operation.answers.items() if status[0] == "2"]
        with_schema = [answer for answer in good if answer.schema is not None]
        return next(iter(with_schema or good), operation.answers.get("default"))

    def _creates(self, operation: Operation) -> bool:
        answer = operation.answers.get("201")
        return answer is not None and operation.body is not None

    def _is_list(self, operation: Operation) -> bool:
        answer = self._success(operation)
        return answer is not None and main_type(self.schemas.flat(answer.schema)) == "array"

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
                    self._variable(operation, parameter, path[:index])
        self._follow_links()
        self.slots = {name: slot for name, slot in self.slots.items() if slot.gives}
        self._index_resources()

    def _variable(self, operation: Operation, parameter: Parameter, collection: Segments) -> None:
        kind = main_type(self.schemas.flat(parameter.schema))
        wanted = (
            "id"
            if resource_of(parameter.name) or words(parameter.name) in _ID_NAMES
            else parameter.name
        )
        name = f"/{'/'.join(collection)}#{wanted}"
        self._variables[operation.name, parameter.name] = name
        if name in self.slots:
            return
        slot = Slot(name, collection, [], kind)
        self.slots[name] = slot
        resource = singular(words(collection[-1]))
        for method, rank in (("POST", 0), ("GET", 2)):
            giver = self._by_path.get(collection, {}).get(method)
            if giver is not None:
                self._add_give(slot, giver, parameter, resource, rank)
        if len(slot.gives) < 2:
            self._add_by_schema(slot, parameter, resource)

    def _add_give(
        self, slot: Slot, giver: Operation, parameter: Parameter, resource: str, rank: int
    ) -> None:
        places = self._places(giver, parameter, resource, slot.kind)
        if places and giver.name not in {give.operation for give in slot.gives}:
            slot.gives.append(Give(giver.name, tuple(places), rank))

    def _places(
        self, giver: Operation, parameter: Parameter, resource: str, kind: str
    ) -> list[str]:
        answer = self._success(giver)
        places = []
        if answer is not None and answer.schema is not None:
            places = list(
                self._find(self.schemas.flat(answer.schema), parameter.name, resource, kind, 0)
            )[:2]
        if giver.method not in {"POST", "PUT"}:
            return places
        if not places:
            places = self._sent(giver, parameter)
        if answer is not None and (not places or "location" in answer.headers):
            created = "201" in giver.answers or "location" in answer.headers
            places = [*places, "header:location"] if created else places
        return places

    def _sent(self, giver: Operation, parameter: Parameter) -> list[str]:
        """Return where the request itself holds the id, when the client chooses it."""
        for content in giver.body.contents if giver.body else []:
            for name in self.schemas.flat(content.schema).get("properties", {}):
                if words(str(name)) == words(parameter.name):
                    return ["request:/" + _escaped(str(name))]
        return []

    def _find(self, view: Flat, name: str, resource: str, kind: str, depth: int) -> Iterator[str]:
        """Yield pointers to the property that holds the id in an answer."""
        if main_type(view) == "array" and depth < 3:
            items = view.get("items")
            inner = self.schemas.flat(items) if items is not None else {}
            yield from (
                "/*" + place for place in self._find(inner, name, resource, kind, depth + 1)
            )
            return
        properties = view.get("properties", {})
        for wanted in _candidates(name, resource):
            for key, schema in properties.items():
                if words(str(key)) == wanted and _compatible(
                    kind, main_type(self.schemas.flat(schema))
                ):
                    yield "/" + _escaped(str(key))
                    return
        for word, listed in view.get("groups", []):
            for alternative in listed if word else []:
                found = (
                    list(
                        self._find(self.schemas.flat(alternative), name, resource, kind, depth + 1)
                    )
                    if depth < 3
                    else []
                )
                if found:
                    yield from found
                    return
        if depth < 2:
            for key in sorted(properties, key=lambda key: _wrapper_rank(str(key), resource)):
                inner = self.schemas.flat(properties[key])
                if (
                    main_type(inner) in {"object", "array"}
                    and _wrapper_rank(str(key), resource) < 9
                ):
                    yield from (
                        f"/{_escaped(str(key))}{place}"
                        for place in self._find(inner, name, resource, kind, depth + 1)
                    )

    def _add_by_schema(self, slot: Slot, parameter: Parameter, resource: str) -> None:
        """Add operations elsewhere that answer with the same schema as the read of the thing."""
        item = self._by_path.get((*slot.collection, "{}"), {}).get("GET")
        answer = self._success(item) if item else None
        reference = self._reference(answer.schema) if answer else ""
        if not reference or item is None:
            return
        for operation, listed in self._answering(reference):
            if operation.name == item.name or operation.method not in {"GET", "POST"}:
                continue
            if operation.method == "GET" and (not listed or "{}" in segments_of(operation.path)):
                continue
            if operation.method == "POST" and (
                "{}" in segments_of(operation.path) or slot.gives[:1]
            ):
                continue
            self._add_give(
                slot, operation, parameter, resource, 1 if operation.method == "POST" else 3
            )

    def _answering(self, reference: str) -> list[tuple[Operation, bool]]:
        """Return the operations that answer with a schema, and whether with an array of it."""
        if not self._refs:
            self._refs[""] = []
            for operation in self.operations:
                answer = self._success(operation)
                if answer is None or answer.schema is None:
                    continue
                view = self.schemas.flat(answer.schema)
                listed = main_type(view) == "array"
                own = self._reference(view.get("items") if listed else answer.schema)
                self._refs.setdefault(own, []).append((operation, {"listed": listed}))
        return [
            (operation, bool(how["listed"])) for operation, how in self._refs.get(reference, [])
        ]

    def _reference(self, schema: Any) -> str:
        if not isinstance(schema, Mapping):
            return ""
        refs = self.schemas.flat(schema).get("refs", [])
        return str(refs[0]) if refs else ""

    def _follow_links(self) -> None:
        """Take over what the document's own `links` say; they come before everything else."""
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
                            self._link(
                                operation, target, str(name).rpartition(".")[2], str(expression)
                            )

    def _link(self, operation: Operation, target: Operation, name: str, expression: str) -> None:
        places = {"$response.body#": "", "$request.body#": "request:"}
        for start, prefix in places.items():
            if expression.startswith(start):
                slot = self.slots.get(self._variables.get((target.name, name), ""))
                if slot is not None:
                    place = prefix + expression[len(start) :]
                    known = next(
                        (give for give in slot.gives if give.operation == operation.name), None
                    )
                    if known:
                        slot.gives.remove(known)
                    rest = [other for other in known.places if other != place] if known else []
                    slot.gives.append(Give(operation.name, (place, *rest), -1))

    def _index_resources(self) -> None:
        ranked = sorted(self.slots.values(), key=lambda slot: slot.collection.count("{}"))
        for slot in ranked:
            literal = next((part for part in reversed(slot.collection) if part != "{}"), "")
            self._resources.setdefault(singular(words(literal)), slot.name)

    def _named(self, name: str, kind: str) -> str | None:
        slot = self._resources.get(resource_of(name)) if resource_of(name) else None
        if slot is None or not _compatible(kind, self.slots[slot].kind):
            return None
        return slot


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _compatible(wanted: str, given: str) -> bool:
    numeric = {"integer", "number"}
    return (
        "any" in {wanted, given}
        or wanted == given
        or {wanted, given} <= numeric
        or (wanted == "string" and given == "integer")
    )


def _candidates(name: str, resource: str) -> list[str]:
    """Return the names, best first, under which an answer may hold the value of a parameter."""
    own = words(name)
    found = [own]
    of = resource_of(name)
    if of or own in _ID_NAMES or own == resource:
        found += ["id", words(resource + "id"), "uuid", "guid", "uid"]
    bare = own.removeprefix(resource)
    if bare and bare != own:
        found.append(bare)
    if own == resource or own in _ID_NAMES or of:
        found += ["key", "slug", "code", "name"]
    return list(dict.fromkeys(found))


def _wrapper_rank(key: str, resource: str) -> int:
    low = words(key)
    if low in {resource, resource + "s"} or singular(low) == resource:
        return 0
    return 1 if low in _WRAPPERS else 9
