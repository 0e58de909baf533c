"""Slots: the ids that operations need, and which operations give them.

A slot stands for the id of the things of a collection, such as `/pets#id`. A create or a list gives
it; a read or a delete needs it. Evidence, strongest first: the document's own links, the structure
of the paths, schemas, names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from openapi_table.operations.model import Operation, Parameter
from openapi_table.schemas.views import Schemas, main_type

from .naming import Segments, is_id, segments_of, singular, words
from .places import places, success

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


class SlotFinder:
    """Finds the slots of operations.

    slots: by name; those that nothing gives are left out. variables: the slot of each path
    parameter, by operation and parameter name.
    """

    def __init__(self, operations: Sequence[Operation], schemas: Schemas, by_path: ByPath) -> None:
        """Take the operations. by_path: the same by path and method."""
        self.operations = operations
        self.schemas = schemas
        self.slots: dict[str, Slot] = {}
        self.variables: dict[tuple[str, str], str] = {}
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
                    self._variable(operation, parameter, path[:index])

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
        item = self._by_path.get((*slot.collection, "{}"), {}).get("GET")
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
        if not isinstance(schema, Mapping):
            return ""
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
