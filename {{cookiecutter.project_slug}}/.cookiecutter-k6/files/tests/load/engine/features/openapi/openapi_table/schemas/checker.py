"""A small validator: is a value valid for a schema of the document, sent in a request?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from openapi_table.document import Document, Schema

from . import expressions, formats
from .views import bounds, excused, is_number, listed, names, nullable, types_of

_DEPTH = 60
_STEPS = 100_000  # schemas visited for one value


def same(first: Any, second: Any) -> bool:
    """Tell whether two values are equal in JSON: 1 equals 1.0, but not true."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[key], second[key]) for key in first)
    return bool(first == second)


def _is_type(name: str, value: Any) -> bool:
    if name == "integer":
        return is_number(value) and value == value // 1
    if name == "number":
        return is_number(value)
    python: dict[str, Any] = {
        "string": str,
        "boolean": bool,
        "object": dict,
        "array": list,
        "null": type(None),
    }
    return isinstance(value, python[name])


def is_multiple(value: Any, step: Any) -> bool:
    """Tell whether a number is a multiple of another one.

    It must be one in decimal arithmetic, which is exact, and in binary, which many services use.
    """
    try:
        ratio = value / step
        return Decimal(str(value)) % Decimal(str(step)) == 0 and ratio == int(ratio)
    except (InvalidOperation, ZeroDivisionError, OverflowError):
        return True


class Checker:
    """Checks values against the schemas of one document."""

    def __init__(self, document: Document) -> None:
        """Take the document that references are looked up in."""
        self.document = document
        # Ids of oneOf lists whose alternatives overlap: any number of them may match.
        self.overlapping: set[int] = set()
        self._steps = 0
        # Schemas whose check took too long, kept alive so that their ids stay unique.
        self._endless: dict[int, Schema] = {}
        self._open: set[tuple[int, int]] = set()

    def valid(self, value: Any, schema: Schema, depth: int = 0) -> bool:
        """Tell whether a value is valid; unresolved references accept everything."""
        if not isinstance(schema, Mapping):
            return schema is not False
        if depth == 0:
            return self._within_steps(value, schema)
        self._steps += 1
        pair = (id(schema), id(value))
        if depth > _DEPTH or self._steps > _STEPS or pair in self._open:
            return True
        self._open.add(pair)
        try:
            return self._valid(value, schema, depth)
        finally:
            self._open.discard(pair)

    def _within_steps(self, value: Any, schema: Schema) -> bool:
        """Check a value; a schema that takes too many steps accepts everything."""
        if id(schema) in self._endless:
            return True
        self._steps = 0
        fits = self.valid(value, schema, 1)
        if self._steps > _STEPS:
            self._endless[id(schema)] = schema
        return fits

    def _valid(self, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = self.document.look_up(reference, reference)
            if target is not None and not self.valid(value, target, depth + 1):
                return value is None and nullable(schema)
        if value is None and nullable(schema):
            return True
        rules = {_RULES[key] for key in schema if key in _RULES}
        return _type_fits(value, schema) and all(
            rule(self, value, schema, depth + 1) for rule in rules
        )

    def strings(self, value: Any, schema: Mapping[str, Any], _depth: int) -> bool:
        """Check the rules for strings."""
        if not isinstance(value, str):
            return True
        if not _within(len(value), schema, "minLength", "maxLength"):
            return False
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and not expressions.matches(pattern, value):
            return False
        return formats.has_format(formats.known(schema.get("format")), value)

    def numbers(self, value: Any, schema: Mapping[str, Any], _depth: int) -> bool:
        """Check the rules for numbers."""
        if not is_number(value):
            return True
        limits = bounds(schema)
        tests: dict[str, Callable[[Any], bool]] = {
            "minimum": lambda limit: value >= limit,
            "maximum": lambda limit: value <= limit,
            "exclusiveMinimum": lambda limit: value > limit,
            "exclusiveMaximum": lambda limit: value < limit,
        }
        if not all(tests[key](limit) for key, limit in limits.items()):
            return False
        step = schema.get("multipleOf")
        return not (is_number(step) and step > 0) or is_multiple(value, step)

    def arrays(self, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        """Check the rules for arrays."""
        if not isinstance(value, list):
            return True
        if not _within(len(value), schema, "minItems", "maxItems"):
            return False
        if schema.get("uniqueItems") is True and any(
            same(item, other) for index, item in enumerate(value) for other in value[:index]
        ):
            return False
        first = schema.get("prefixItems", schema.get("items"))
        first = first if isinstance(first, list) else []
        rest = (
            schema.get("items")
            if not isinstance(schema.get("items"), list)
            else schema.get("additionalItems")
        )
        return all(
            self.valid(
                item,
                first[index] if index < len(first) else rest if rest is not None else True,
                depth,
            )
            for index, item in enumerate(value)
        ) and (
            "contains" not in schema
            or any(self.valid(item, schema["contains"], depth) for item in value)
        )

    def objects(self, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        """Check the rules for objects; read-only properties may be missing."""
        if not isinstance(value, dict):
            return True
        if not _within(len(value), schema, "minProperties", "maxProperties"):
            return False
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        for name in names(schema, "required"):
            if name not in value and not excused(schema, name):
                return False
        dependent = schema.get("dependentRequired")
        dependent = dependent if isinstance(dependent, Mapping) else {}
        for name in dependent:
            if name in value and not set(names(dependent, name)) <= value.keys():
                return False
        schemas = schema.get("dependentSchemas")
        for name, rule in schemas.items() if isinstance(schemas, Mapping) else ():
            if name in value and not self.valid(value, rule, depth):
                return False
        return all(
            self._property(name, item, schema, properties, depth) for name, item in value.items()
        )

    def _property(
        self,
        name: str,
        value: Any,
        schema: Mapping[str, Any],
        properties: Mapping[str, Any],
        depth: int,
    ) -> bool:
        if "propertyNames" in schema and not self.valid(name, schema["propertyNames"], depth):
            return False
        rules = [properties[name]] if name in properties else []
        shapes = schema.get("patternProperties")
        if isinstance(shapes, Mapping):
            rules += [rule for shape, rule in shapes.items() if expressions.matches(shape, name)]
        if not rules:
            rules = [schema.get("additionalProperties", True)]
        return all(self.valid(value, rule, depth) for rule in rules)

    def read_only(self, schema: Schema) -> bool:
        """Tell whether a property is read-only, that is, occurs in responses only."""
        for _ in range(5):
            if not isinstance(schema, Mapping):
                return False
            if schema.get("readOnly") is True:
                return True
            if not isinstance(schema.get("$ref"), str):
                return False
            schema = self.document.look_up(schema["$ref"], schema["$ref"])
        return False

    def combined(self, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        """Check allOf, anyOf, oneOf, not and if."""
        for word, good in (("allOf", all), ("anyOf", any), ("oneOf", lambda fits: sum(fits) == 1)):
            parts = listed(schema, word)
            enough = any if id(parts) in self.overlapping else good
            if parts and not enough([self.valid(value, part, depth) for part in parts]):
                return False
        if isinstance(schema.get("not"), Mapping) and self.valid(value, schema["not"], depth):
            return False
        if "if" not in schema:
            return True
        branch = "then" if self.valid(value, schema["if"], depth) else "else"
        return self.valid(value, schema.get(branch, True), depth)

    def values(self, value: Any, schema: Mapping[str, Any], _depth: int) -> bool:
        """Check enum and const."""
        known = schema.get("enum")
        if isinstance(known, list) and not _among(value, known):
            return False
        return "const" not in schema or same(value, schema["const"])


def _among(value: Any, known: list[Any]) -> bool:
    if isinstance(value, str):
        return value in known  # thousands of them are common
    return any(same(value, item) for item in known)


def _type_fits(value: Any, schema: Mapping[str, Any]) -> bool:
    types = types_of(schema)
    return types is None or any(_is_type(name, value) for name in types)


def _within(size: int, schema: Mapping[str, Any], low: str, high: str) -> bool:
    least, most = schema.get(low), schema.get(high)
    return not (is_number(least) and size < least) and not (is_number(most) and size > most)


_Rule = Callable[[Checker, Any, Mapping[str, Any], int], bool]
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(("enum", "const"), Checker.values),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), Checker.strings),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        Checker.numbers,
    ),
    **dict.fromkeys(
        ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"), Checker.arrays
    ),
    **dict.fromkeys(
        (
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "minProperties",
            "maxProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
        ),
        Checker.objects,
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "not", "if"), Checker.combined),
}
