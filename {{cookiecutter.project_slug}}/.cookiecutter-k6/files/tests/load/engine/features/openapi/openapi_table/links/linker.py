"""Answers which slot a value comes from, what an operation gives, and what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openapi_table.operations.model import SAFE, Operation, Parameter
from openapi_table.schemas.views import Flat, Schemas, main_type

from .naming import Segments, compatible, resource_of, segments_of, singular, words
from .slots import Slot, SlotFinder, success

_ROLE_ORDER = ("create", "list", "query", "action", "read", "update", "delete")


class Linker:
    """Links a set of operations by the ids they give and need."""

    def __init__(self, operations: Sequence[Operation], schemas: Schemas) -> None:
        """Take the operations that may give and need ids."""
        self.operations = operations
        self.schemas = schemas
        self._by_path: dict[Segments, dict[str, Operation]] = {}
        for operation in operations:
            self._by_path.setdefault(segments_of(operation.path), {})[operation.method] = operation
        finder = SlotFinder(operations, schemas, self._by_path)
        self.slots = finder.slots
        self._variables = finder.variables
        self._items = finder.items
        self._of_collection: dict[Segments, Slot] = {}
        self._given: dict[str, dict[str, list[str]]] = {}  # operation -> slot -> places
        for slot in self.slots.values():
            self._of_collection.setdefault(slot.collection, slot)
            for give in slot.gives:
                self._given.setdefault(give.operation, {})[slot.name] = list(give.places)
        self._resources = self._by_resource()

    def _by_resource(self) -> dict[str, str]:
        """Return slots by singular resource name; where several have one, the topmost."""
        found: dict[str, str] = {}
        for slot in sorted(self.slots.values(), key=lambda slot: slot.collection.count("{}")):
            literal = next((part for part in reversed(slot.collection) if part != "{}"), "")
            found.setdefault(singular(words(literal)), slot.name)
        return found

    # --- slots ----------------------------------------------------------------------------------

    def parameter_slot(self, operation: Operation, parameter: Parameter) -> str | None:
        """Return the slot of a parameter, None when no operation gives its value."""
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

    def _named(self, name: str, kind: str) -> str | None:
        slot = self._resources.get(resource_of(name)) if resource_of(name) else None
        if slot is None or not compatible(kind, self.slots[slot].kind):
            return None
        return slot

    def own_slot(self, operation: Operation) -> Slot | None:
        """Return the slot of the things in an operation's collection, such as `POST /pets`."""
        return self._of_collection.get(segments_of(operation.path))

    def gives(self, operation: Operation) -> dict[str, list[str]]:
        """Return the slots that an operation gives, each with the places of the id."""
        return self._given.get(operation.name, {})

    def givers(self, slot: str) -> list[str]:
        """Return the operations that give a slot, best first."""
        gives = sorted(self.slots[slot].gives, key=lambda give: give.rank)
        return list(dict.fromkeys(give.operation for give in gives))

    # --- operations -----------------------------------------------------------------------------

    def undo(self, operation: Operation) -> str | None:
        """Return the operation that deletes what a create makes."""
        slot = self.own_slot(operation)
        if slot is None or operation.method not in {"POST", "PUT"}:
            return None
        path = self._items.get(slot.collection, (*slot.collection, "{}"))
        item = self._by_path.get(path, {})
        return item["DELETE"].name if "DELETE" in item else None

    def role(self, operation: Operation) -> str:
        """Return what an operation does to its resource: create, list, read, update, ..."""
        path = segments_of(operation.path)
        if operation.method == "DELETE":
            return "delete"
        if operation.method in {"PUT", "PATCH"}:
            return "update"
        is_item = path[-1] == "{}"
        has_items = (*path, "{}") in self._by_path or path in self._items
        if operation.method == "POST":
            creates = not is_item and (has_items or _creates(operation))
            return "create" if creates else "action"
        if operation.method == "GET":
            if is_item:
                return "read"
            return "list" if has_items or self._is_list(operation) else "query"
        return "query" if operation.method in SAFE else "action"

    def _is_list(self, operation: Operation) -> bool:
        answer = success(operation)
        return answer is not None and main_type(self.schemas.flat(answer.schema)) == "array"

    def order(self) -> list[str]:
        """Return the names of all operations so that creates come first and deletes last."""
        tree: dict[str, Any] = {}
        for operation in self.operations:
            node = tree
            for segment in segments_of(operation.path):
                node = node.setdefault("below", {}).setdefault(segment, {})
            node.setdefault("here", []).append(operation)
        return [operation.name for operation in self._walk(tree)]

    def _walk(self, node: Mapping[str, Any]) -> Iterator[Operation]:
        here = sorted(
            node.get("here", []), key=lambda operation: _ROLE_ORDER.index(self.role(operation))
        )
        yield from (operation for operation in here if operation.method != "DELETE")
        children = node.get("below", {})
        for segment in sorted(children, key=lambda name: name == "{}"):
            yield from self._walk(children[segment])
        yield from (operation for operation in here if operation.method == "DELETE")


def _creates(operation: Operation) -> bool:
    answer = operation.answers.get("201")
    return answer is not None and operation.body is not None
