"""Checks generators by what they make: some values are made and validated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_table.document import Schema
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.views import Schemas

from .nodes import (
    LARGEST,
    OBJECT_SIZE,
    Node,
    Unfillable,
    constants,
    least_size,
    resolved,
    size,
    slots_of,
)
from .sampling import Sampler

# Rules that no generator follows by construction.
RULES = frozenset(
    "not if contains propertyNames dependentRequired dependentSchemas patternProperties".split()
)
_SAMPLES = 4
_MANY_SAMPLES = 24  # where a rule concerns only some values
_TRIES, _FEW_TRIES = 120, 20
_FOUND = 8  # different valid values are enough
_PLAINEST: tuple[Any, ...] = (1, True, "text", [], {}, None)  # the last resort


class Trials:
    """Tries generators against the schemas of one document."""

    def __init__(self, schemas: Schemas, checker: Checker, shared: Mapping[str, Node]) -> None:
        """Take the schemas, their checker, and the shared generators, which may still grow."""
        self.schemas = schemas
        self.checker = checker
        self.shared = shared
        self._sizes: dict[str, int] = {}  # of shared generators, like the least sizes
        self._least: dict[str, float] = {}

    def size(self, node: Node) -> int:
        """Return the number of nodes of a generator."""
        return size(node, self.shared, self._sizes)

    def refuse_huge(self, made: Node) -> None:
        """Raise Unfillable when even the smallest value is too large to send."""
        if least_size(made, self.shared, self._least) > LARGEST:
            raise Unfillable(f"its smallest value has more than {LARGEST} parts")

    def fits(self, made: Node, schema: Schema, count: int = _SAMPLES, chance: float = 0.5) -> bool:
        """Tell whether the values of a generator are valid, judging by `count` of them.

        chance: the probability of each optional property.
        """
        sampler = Sampler(self.shared, seed=7, chance=chance)
        return all(self.checker.valid(sampler.make(made), schema) for _ in range(count))

    def checked(self, made: Node, schema: Schema) -> Node:
        """Return the generator, or a narrower one, whose values are valid. Raises Unfillable."""
        self.refuse_huge(made)  # before values are made
        count = _MANY_SAMPLES if self.schemas.flat(schema).keys() & RULES else _SAMPLES
        if self.fits(made, schema, 1, chance=1) and self.fits(made, schema, count):
            return made
        for narrower in _narrower(resolved(made, self.shared)):
            if self.fits(narrower, schema, count):
                return narrower
        fitting = self.valid_values(made, schema)
        if not fitting:
            fitting = [value for value in _PLAINEST if self.checker.valid(value, schema)][:1]
        if fitting:
            return constants(fitting)
        raise Unfillable("no value satisfies all rules of the schema")

    def valid_values(self, made: Node, schema: Schema) -> list[Any]:
        """Return a few different valid values, found by trying."""
        if any(True for _ in slots_of(made, self.shared)) or self.size(made) > OBJECT_SIZE:
            return []
        sampler = Sampler(self.shared, seed=11)
        found: dict[str, Any] = {}
        for _ in range(_TRIES if "parts" in made or self.size(made) < 9 else _FEW_TRIES):
            value = sampler.make(made)
            if self.checker.valid(value, schema):
                found[json.dumps(value, sort_keys=True)] = value
            if len(found) == _FOUND:
                break
        return list(found.values())


def _narrower(made: Node) -> Iterator[Node]:
    """Yield an object generator without its optional properties, with all, with one at a time."""
    if made.get("make") != "object" or "optional" not in made:
        return
    base = {key: value for key, value in made.items() if key not in {"optional", "min"}}
    if len(made.get("required", {})) >= made.get("min", 0):
        yield base
    yield {**base, "required": {**made.get("required", {}), **made["optional"]}}
    for name, inner in made["optional"].items():
        yield {**base, "required": {**made.get("required", {}), name: inner}}
