"""Flat views of schemas: references resolved, allOf merged, old and new notations unified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from openapi_table.document import Document, Schema

Flat = dict[str, Any]

_NUMERIC = {"integer", "number"}
_STRING_KEYS = {"pattern", "minLength", "maxLength"}
_NUMBER_KEYS = {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"}
_ARRAY_KEYS = {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"}
_OBJECT_KEYS = {
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "minProperties",
    "maxProperties",
    "propertyNames",
}
_HUGE = 1e300
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


def is_number(value: Any) -> TypeGuard[int | float]:
    """Tell whether a value is a JSON number; Python counts True as one."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return abs(value) < _HUGE  # finite, and within the range of JavaScript


def types_of(schema: Mapping[str, Any]) -> list[str] | None:
    """Return the type names that a schema allows by itself; None when it names none.

    >>> types_of({"type": "string", "nullable": True})
    ['string', 'null']
    """
    named = schema.get("type")
    listed = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    types = [name.lower() for name in listed if isinstance(name, str)]
    types = [
        {"file": "string", "int": "integer", "float": "number"}.get(name, name) for name in types
    ]
    known = [name for name in types if name in TYPES]
    if not known:
        return None
    return [*known, "null"] if nullable(schema) and "null" not in known else known


def nullable(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema allows null in the notation of OpenAPI 3.0 or Swagger 2."""
    return schema.get("nullable") is True or schema.get("x-nullable") is True


def bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numeric bounds with exclusive ones as numbers, whatever the notation."""
    found: dict[str, Any] = {}
    for end in ("minimum", "maximum"):
        exclusive = "exclusive" + end.capitalize()
        limit, strict = schema.get(end), schema.get(exclusive)
        if is_number(limit):
            found[exclusive if strict is True else end] = limit
        if is_number(strict):
            found[exclusive] = strict
    return found


class Schemas:
    """The schemas of a document, each flattened once."""

    def __init__(self, document: Document) -> None:
        """Take the document that references are looked up in."""
        self.document = document
        # The schema is kept with its view, so that its id stays unique.
        self._views: dict[int, tuple[Schema, Flat]] = {}
        self._open: set[int] = set()

    def flat(self, schema: Schema) -> Flat:
        """Return the merged view of a schema; never change what it returns.

        Besides JSON Schema's own keys it has `types` (list or None), `patterns` (list), `groups`
        (a list of oneOf/anyOf lists), `refs` (the references that led here) and `never`.
        """
        if not isinstance(schema, Mapping):
            return {"never": True} if schema is False else {}
        key = id(schema)
        if key in self._views:
            return self._views[key][1]
        if key in self._open:
            return {}  # a schema that contains itself adds nothing
        self._open.add(key)
        try:
            view = self._merge_all(schema)
        finally:
            self._open.discard(key)
        self._views[key] = (schema, view)
        return view

    def _merge_all(self, schema: Mapping[str, Any]) -> Flat:
        view: Flat = {}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = self.document.look_up(reference, reference)
            if target is None:
                return {"broken": reference}
            view = merge(view, self.flat(target))
            view["refs"] = [reference, *view.get("refs", [])]
        parts = schema.get("allOf")
        parts = parts if isinstance(parts, list) else []
        for part in parts:
            inner = dict(self.flat(part))
            if len(parts) > 1 or "properties" in schema:
                inner.pop("refs", None)  # a schema that extends another one is not that one
            view = merge(view, inner)
        view = merge(view, own_view(schema))
        for name, part in view.get("dependentSchemas", {}).items():
            if name in view.get("needed", []):
                view = merge(view, self.flat(part))
        return view


def own_view(schema: Mapping[str, Any]) -> Flat:
    """Return the flat view of a schema's own keys."""
    view: Flat = {
        key: value
        for key, value in schema.items()
        if key not in {"$ref", "allOf", "oneOf", "anyOf", "type", "nullable", *_NUMBER_KEYS}
    }
    types = types_of(schema)
    if types is not None:
        view["types"] = types
    elif nullable(schema):
        view["maybe_null"] = True
    view.update(bounds(schema))
    if is_number(schema.get("multipleOf")) and schema["multipleOf"] > 0:
        view["multipleOf"] = schema["multipleOf"]
    if schema.get("type") == "file":
        view["format"] = "binary"
    pattern = view.pop("pattern", None)
    if isinstance(pattern, str):
        view["patterns"] = [pattern]
    needed = [name for name in names(schema, "required") if not excused(schema, name)]
    if needed:
        view["needed"] = needed
    groups = [(word, schema[word]) for word in ("oneOf", "anyOf") if _alternatives(schema, word)]
    if isinstance(schema.get("if"), Mapping):
        branch = {"allOf": [schema["if"], schema.get("then", {})]}
        groups.append(("anyOf", [branch, schema.get("else", {})]))
    if groups:
        view["groups"] = groups
    return {key: value for key, value in view.items() if _well_formed(key, value)}


def listed(schema: Mapping[str, Any], key: str) -> list[Any]:
    """Return the array under a key; an empty one for anything else."""
    found = schema.get(key)
    return found if isinstance(found, list) else []


def names(schema: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts in the array under a key."""
    return [name for name in listed(schema, key) if isinstance(name, str)]


def excused(schema: Mapping[str, Any], name: Any) -> bool:
    """Tell whether a required property is read-only by the very schema that requires it.

    Only then may a request omit it: that is how validators interpret the rule.
    """
    properties = schema.get("properties")
    own = properties.get(name) if isinstance(properties, Mapping) else None
    return isinstance(own, Mapping) and own.get("readOnly") is True


def _alternatives(schema: Mapping[str, Any], word: str) -> bool:
    return isinstance(schema.get(word), list) and bool(schema[word])


_FORMS: dict[str, type | tuple[type, ...]] = {
    "properties": dict,
    "patternProperties": dict,
    "required": list,
    "enum": list,
    "format": str,
    "prefixItems": list,
    "dependentRequired": dict,
    "dependentSchemas": dict,
    "discriminator": (dict, str),
}


_COUNTS = frozenset(
    f"{end}{what}"
    for end in ("min", "max")
    for what in ("Length", "Items", "Properties", "Contains")
)


def _well_formed(key: str, value: Any) -> bool:
    """Tell whether a value means anything for its key, unlike `required: true` or `enum: null`."""
    if key in _COUNTS:
        return is_number(value)
    return isinstance(value, _FORMS[key]) if key in _FORMS else True


def _both(first: Any, second: Any) -> Any:
    return first if first == second else {"allOf": [first, second]}


def _join_properties(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    joined = dict(first)
    for name, schema in second.items():
        joined[name] = _both(joined[name], schema) if name in joined else schema
    return joined


def _join_lists(first: list[Any], second: list[Any]) -> list[Any]:
    return [*first, *(item for item in second if item not in first)]


def _join_types(first: list[str], second: list[str]) -> list[str]:
    common = [name for name in first if name in second]
    if (
        "integer" not in common
        and {"integer"} & {*first, *second}
        and _NUMERIC & {*first}
        and _NUMERIC & {*second}
    ):
        common.append("integer")
    return common


def _join_extra(first: Any, second: Any) -> Any:
    if first is False or second is False:
        return False
    if not isinstance(first, Mapping) or not first:
        return second
    return first if not isinstance(second, Mapping) or not second else _both(first, second)


_JOINS: dict[str, Callable[[Any, Any], Any]] = {
    "properties": _join_properties,
    "patternProperties": _join_properties,
    "required": _join_lists,
    "needed": _join_lists,
    "enum": lambda a, b: [item for item in a if item in b],
    "types": _join_types,
    "patterns": _join_lists,
    "groups": lambda a, b: [*a, *b],
    "refs": _join_lists,
    "items": _both,
    "additionalProperties": _join_extra,
    "minimum": max,
    "exclusiveMinimum": max,
    "minLength": max,
    "minItems": max,
    "minProperties": max,
    "maximum": min,
    "exclusiveMaximum": min,
    "maxLength": min,
    "maxItems": min,
    "maxProperties": min,
    "uniqueItems": lambda a, b: a or b,
    "readOnly": lambda a, b: a or b,
    "not": lambda a, b: {"anyOf": [a, b]},
}


def merge(first: Flat, second: Flat) -> Flat:
    """Return the view that allows what both views allow."""
    merged = dict(first)
    for key, value in second.items():
        merged[key] = _JOINS[key](merged[key], value) if key in merged and key in _JOINS else value
    refused = _refused(first, second) | _refused(second, first)
    if refused - {*merged.get("needed", [])}:
        properties = merged["properties"].items()
        merged["properties"] = {key: part for key, part in properties if key not in refused}
    return merged


def _refused(closed: Flat, other: Flat) -> set[Any]:
    """Return the properties of a view that another one, which allows only its own, refuses."""
    if closed.get("additionalProperties") is not False or closed.get("patternProperties"):
        return set()
    return {*other.get("properties", {})} - {*closed.get("properties", {})}


def main_type(view: Flat) -> str:
    """Return the one type to make for a view: the first that is not null, else by its keys.

    >>> main_type({"properties": {}})
    'object'
    """
    for name in view.get("types") or []:
        if name != "null":
            return str(name)
    if view.get("types"):
        return "null"
    for keys, name in ((_OBJECT_KEYS, "object"), (_ARRAY_KEYS, "array"), (_NUMBER_KEYS, "number")):
        if keys & view.keys():
            return name
    return (
        "string" if "patterns" in view or _STRING_KEYS & view.keys() or "format" in view else "any"
    )
