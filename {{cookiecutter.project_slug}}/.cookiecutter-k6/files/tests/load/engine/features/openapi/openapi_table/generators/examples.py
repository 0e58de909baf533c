"""Generators of documented values: examples, defaults, enums."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from openapi_table.document import Schema
from openapi_table.schemas import formats
from openapi_table.schemas.views import Flat
from openapi_table.texts import placeholder

from . import numeric, strings
from .context import Context
from .nodes import EXAMPLES, PICKS, Node, Unfillable, bound, choice, constants, exact

_LONGEST_STEM = 60  # characters kept of an example that is varied
_SUFFIX = 9  # characters that varying adds at most


def documented(context: Context, view: Flat, schema: Schema, name: str) -> Node | None:
    """Return a generator of the examples in a schema, else of its default; None without either."""
    values = _documented(context, view, schema)
    if not values:
        return None
    return choice(from_example(context, value, schema, name, bind=False) for value in values)


def _documented(context: Context, view: Flat, schema: Schema) -> list[Any]:
    """Return the valid examples, else the default."""
    listed = view.get("examples")
    candidates = [view["example"]] if "example" in view else []
    if isinstance(listed, list):
        candidates += listed
    elif isinstance(listed, Mapping):
        candidates += [
            item["value"]
            for item in listed.values()
            if isinstance(item, Mapping) and "value" in item
        ]
    if "x-example" in view:
        candidates.append(view["x-example"])
    valid = context.checker.valid
    fitting = [
        value for value in candidates if value is not None and exact(value) and valid(value, schema)
    ]
    default = view.get("default")
    if not fitting and default is not None and default not in ({}, [], "") and exact(default):
        fitting = [default] if valid(default, schema) else []
    if "discriminator" in view and "groups" not in view:
        return []
    return [value for value in fitting if not placeholder(value)][:EXAMPLES]


def from_enum(context: Context, view: Flat, schema: Schema) -> Node:
    """Return a generator of the valid values of an enum. Raises Unfillable."""
    # Values of the enum are in the enum: checking that is slow where it has thousands.
    rest = schema
    if "enum" in schema:
        rest = {key: rule for key, rule in schema.items() if key != "enum"}
    valid = context.checker.valid
    fitting = (
        value for value in view["enum"] if value is not None and exact(value) and valid(value, rest)
    )
    values = list(itertools.islice(fitting, PICKS))
    if values:
        return constants(values)
    if None in view["enum"] and valid(None, rest):
        return {"const": None}
    raise Unfillable("no enum value is valid for the rest of the schema")


def from_example(
    context: Context, value: Any, schema: Schema, name: str, *, bind: bool = True
) -> Node:
    """Return a generator of a documented value that varies texts which must be unique.

    name: of the property. bind: whether an id may come from a response.
    """
    view = context.schemas.flat(schema)
    if isinstance(value, dict):
        return _from_object(context, value, view)
    if isinstance(value, list):
        items = view.get("items", True)
        nodes = [from_example(context, item, items, name) for item in value]
        if all("const" in node for node in nodes):
            return {"const": [node["const"] for node in nodes]}
        return {"make": "tuple", "items": nodes}
    slot = context.binder(name, view) if name and bind else None
    varied = _varied(context, value, view, name)
    return bound(slot, varied, view) if slot else varied


def _from_object(context: Context, value: dict[str, Any], view: Flat) -> Node:
    properties = view.get("properties", {})
    nodes: dict[str, Node] = {}
    for key, item in value.items():
        needed = key in view.get("needed", [])
        if needed or not context.checker.read_only(properties.get(key)):
            nodes[key] = from_example(context, item, properties.get(key, True), key)
    if all("const" in node for node in nodes.values()):
        return {"const": {key: node["const"] for key, node in nodes.items()}}
    return {"make": "object", "required": nodes}


def _varied(context: Context, value: Any, view: Flat, name: str) -> Node:
    """Return the value, or one like it for properties that services want to be unique."""
    if view.keys() & {"enum", "const", "groups", "not"} or not name:
        return {"const": value}
    if isinstance(value, int) and not isinstance(value, bool) and name == "id":
        return numeric.integer(view, name)
    if not isinstance(value, str) or not strings.is_unique(name):
        return {"const": value}
    named = formats.known(view.get("format"))
    if "patterns" in view or named not in {"", "email"}:
        return {"const": value}
    if named == "email" or formats.has_format("email", value):
        return strings.string(context, {**view, "format": "email"}, name)
    low, high = int(view.get("minLength", 1)), int(view.get("maxLength", len(value) + _SUFFIX))
    if high < 10 or len(value) < 2 or low > high:
        return {"const": value}
    return {
        "make": "text",
        "min": max(1, low),
        "max": min(high, max(low, len(value) + _SUFFIX)),
        "like": value[:_LONGEST_STEM],
        "fresh": True,
    }
