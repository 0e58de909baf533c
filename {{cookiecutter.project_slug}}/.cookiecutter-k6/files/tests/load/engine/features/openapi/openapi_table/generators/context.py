"""What the generators of every kind of schema share: the way back to the builder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from openapi_table.document import Schema
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.views import Flat, Schemas

from .nodes import Node
from .sampling import Trials

Binder = Callable[[str, Flat], "str | None"]


class Context(ABC):
    """What a module for one kind of schema may use.

    binder: returns the slot that a property refers to by its name, None for most.
    shared: generators by name that several operations use. replaced: documented values that are not
    sent, because JavaScript cannot represent them; whoever notes them empties the list.
    """

    def __init__(self, schemas: Schemas, checker: Checker, binder: Binder) -> None:
        """Take the schemas of a document, their checker, and the binder."""
        self.schemas = schemas
        self.checker = checker
        self.binder = binder
        self.shared: dict[str, Node] = {}
        self.trials = Trials(schemas, checker, self.shared)
        self.replaced: list[object] = []  # documented values that JavaScript cannot represent
        self._doubts = 0

    def doubt(self) -> None:
        """Note that the generator being built may make invalid values: they must be tried."""
        self._doubts += 1

    @property
    def doubts(self) -> int:
        """The number of doubts so far: unchanged after a build, it needs no trial."""
        return self._doubts

    def settle(self, doubts: int) -> None:
        """Forget the doubts since there were this many: the values were tried."""
        self._doubts = doubts

    @abstractmethod
    def build(self, schema: Schema, name: str, *, files: bool = False) -> Node:
        """Return the generator of a schema. name: of the property. files: binary texts are files.

        Raises Unfillable.
        """

    @abstractmethod
    def from_view(self, view: Flat, schema: Schema, name: str, *, files: bool) -> Node:
        """Return the generator of the flat view of a schema. Raises Unfillable."""
