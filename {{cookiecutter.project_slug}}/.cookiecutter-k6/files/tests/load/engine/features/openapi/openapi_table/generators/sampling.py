"""Makes values from generators like k6 does, to check a generator before it enters the table."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi_table.document import Schema
from openapi_table.schemas import formats
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.views import Schemas

from . import patterns
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

_FILE = "(file)"  # stands for the bytes of a file


class Sampler:
    """Makes values.

    chance: probability of each optional property, from 0 (none) to 1 (all).
    """

    def __init__(self, shared: Mapping[str, Node], seed: int = 1, chance: float = 0.5) -> None:
        """Take the shared generators by name."""
        self.shared = shared
        self.random = random.Random(seed)  # noqa: S311 - no secret # nosec B311
        self.chance = chance
        self._makers: dict[str, Callable[[Node], Any]] = {
            "text": self._text,
            "format": self._format,
            "int": self._int,
            "number": self._number,
            "bool": lambda _: self.random.random() < 0.5,
            "pattern": lambda node: patterns.sample(node["parts"], self.random),
            "array": self._array,
            "tuple": lambda node: [self.make(item) for item in node["items"]],
            "object": self._object,
            "map": self._map,
            "file": lambda _: _FILE,
            "one": lambda node: self.make(self.random.choice(node["of"])),
        }

    def make(self, node: Node) -> Any:
        """Return a value of a generator."""
        if "const" in node:
            return node["const"]
        if "pick" in node:
            return self.random.choice(node["pick"])
        if "use" in node:
            return self.make(self.shared[node["use"]])
        if "bind" in node:
            return self.make(node["else"])
        return self._makers[node["make"]](node)

    def _text(self, node: Node) -> str:
        size = self.random.randint(node["min"], node["max"])
        if "like" in node:
            suffix = "-" + "".join(self.random.choice(string.ascii_lowercase) for _ in range(7))
            text = node["like"][: max(0, node["max"] - len(suffix))] + suffix
            text = text[-node["max"] :]
            return str(text.ljust(node["min"], "x"))
        return "".join(self.random.choice(string.ascii_letters) for _ in range(size))

    def _format(self, node: Node) -> str:
        least, most = formats.lengths(node["format"])
        return formats.sample(
            node["format"], node.get("min", least), node.get("max", most), self.random
        )

    def _int(self, node: Node) -> int:
        step = node.get("step", 1)
        return int(node["min"] + step * self.random.randint(0, (node["max"] - node["min"]) // step))

    def _number(self, node: Node) -> float:
        low, high = node["min"], node["max"]
        value = round(self.random.uniform(low, high), 3)
        return float(value if low <= value <= high else low)

    def _array(self, node: Node) -> list[Any]:
        least, most = node.get("min", 0), node["max"]
        count = self.random.randint(max(least, min(1, most)), most)
        made: list[Any] = []
        seen: set[str] = set()
        for _ in range(count * 20):
            if len(made) >= count:
                break
            value = self.make(node["items"])
            key = json.dumps(value, sort_keys=True)
            if not node.get("unique") or key not in seen:
                made.append(value)
                seen.add(key)
        return made

    def _object(self, node: Node) -> dict[str, Any]:
        made = {name: self.make(inner) for name, inner in node.get("required", {}).items()}
        optional = node.get("optional", {})
        for name, inner in optional.items():
            if self.random.random() < self.chance:
                made[name] = self.make(inner)
        left = [name for name in optional if name not in made]
        for name in left[: max(0, node.get("min", 0) - len(made))]:
            made[name] = self.make(optional[name])
        return made

    def _map(self, node: Node) -> dict[str, Any]:
        count = self.random.randint(node["min"], node["max"])
        keys = node.get("keys", {"make": "text", "min": 4, "max": 8})
        made: dict[str, Any] = {}
        for _ in range(count * 20):
            if len(made) >= count:
                break
            made[self.make(keys)] = self.make(node["values"])
        return made


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
        self._least: dict[str, int] = {}

    def size(self, node: Node) -> int:
        """Return the number of nodes of a generator."""
        return size(node, self.shared, self._sizes)

    def refuse_huge(self, made: Node) -> None:
        """Raise Unfillable when even the smallest value is too large to send."""
        if least_size(made, self.shared, self._least) > LARGEST:
            raise Unfillable(f"its smallest valid value has more than {LARGEST} parts")

    def fits(self, made: Node, schema: Schema, count: int = _SAMPLES, chance: float = 0.5) -> bool:
        """Tell whether the values of a generator are valid, judging by `count` of them.

        chance: the probability of each optional property.
        """
        sampler = Sampler(self.shared, seed=7, chance=chance)
        return all(self.checker.valid(sampler.make(made), schema) for _ in range(count))

    def checked(self, made: Node, schema: Schema, *, often: bool = False) -> Node:
        """Return the generator, or a narrower one, whose values are valid.

        often: many values are tried, because only some of them may be wrong. Raises Unfillable.
        """
        self.refuse_huge(made)  # before values are made
        ends = _ends(resolved(made, self.shared))
        by_chance = often or ends or self.schemas.flat(schema).keys() & RULES
        count = _MANY_SAMPLES if by_chance else _SAMPLES
        if (
            all(self.checker.valid(value, schema) for value in ends)
            and self.fits(made, schema, 1, chance=1)
            and self.fits(made, schema, count)
        ):
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


def _ends(made: Node) -> list[Any]:
    """Return the values of a generator that chance may miss: least and greatest, all of a list.

    Alternatives of oneOf overlap there: an integer up to 3 and any integer.

    >>> _ends({"make": "int", "min": 4, "max": 12, "step": 4})
    [4, 12]
    """
    if "pick" in made:
        return list(made["pick"])
    return [made["min"], made["max"]] if made.get("make") in {"int", "number"} else []


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
