"""Generators of documented values: examples, defaults, enums."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

from openapi_table.document import Schema
from openapi_table.schemas import formats
from openapi_table.schemas.views import Flat, merge
from openapi_table.texts import placeholder

from . import names, numeric, strings
from .context import Context
from .nodes import (
    EXAMPLES,
    PICKS,
    Node,
    Unfillable,
    bound,
    choice,
    constants,
    exact,
    resolved,
    too_large,
)

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
    candidates = [parsed(value, schema, context) for value in candidates]
    context.replaced += [value for value in candidates if not exact(value)]
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
    inexact = next((value for value in view["enum"] if not exact(value)), None)
    if inexact is not None:
        raise Unfillable(too_large(inexact))
    raise Unfillable("no enum value is valid for the rest of the schema")


def from_example(
    context: Context, value: Any, schema: Schema, name: str, *, bind: bool = True
) -> Node:
    """Return a generator of a documented value that varies texts which must be unique.

    name: of the property. bind: whether an id may come from a response.
    """
    view = _chosen(context, value, context.schemas.flat(schema))
    if isinstance(value, dict):
        return _from_object(context, value, view)
    if isinstance(value, list):
        nodes = [from_example(context, item, view.get("items"), name) for item in value]
        if all("const" in node for node in nodes):
            return {"const": [node["const"] for node in nodes]}
        return {"make": "tuple", "items": nodes}
    slot = context.binder(name, view) if name and bind else None
    varied = _varied(context, value, view, name)
    return bound(slot, varied, view) if slot else varied


def _chosen(context: Context, value: Any, view: Flat) -> Flat:
    """Return the view with the alternatives that the value is of merged into it."""
    for _, parts in view.get("groups", []):
        part = next((part for part in parts if context.checker.valid(value, part)), None)
        if part is not None:
            rest = {key: rule for key, rule in view.items() if key != "groups"}
            view = merge(rest, context.schemas.flat(part))
    return view


def completed(context: Context, made: Node, schema: Schema, values: list[Any]) -> Node:
    """Return a generator of objects with what is right in documented values that are wrong.

    One wrong property must not discard a whole example. made: the generator without examples.
    """
    view = context.schemas.flat(schema)
    properties = view.get("properties", {})
    flat = resolved(made, context.shared)
    fields = [*flat.get("required", {}).items(), *flat.get("optional", {}).items()]
    files = {key for key, node in fields if _holds_file(node)}
    for value in values:
        if not isinstance(value, dict) or flat.get("make") != "object":
            continue
        right = {
            key: item
            for key, item in value.items()
            if key in properties
            and key not in files
            and exact(item)
            and not placeholder(item)
            and not context.checker.read_only(properties[key])
            and context.checker.valid(item, properties[key])
        }
        nodes = {
            key: from_example(context, item, properties[key], key) for key, item in right.items()
        }
        optional = {k: node for k, node in flat.get("optional", {}).items() if k not in nodes}
        joined: Node = {**flat, "required": {**flat.get("required", {}), **nodes}}
        joined.pop("optional", None)
        if optional:
            joined["optional"] = optional
        if nodes and context.trials.fits(joined, schema):
            return joined
    return made


def _holds_file(node: Node) -> bool:
    parts = [node, *node["items"]] if node.get("make") == "tuple" else [node]
    return any(part.get("make") == "file" for part in parts)


def parsed(value: Any, schema: Schema, context: Context) -> Any:
    """Return a documented value; JSON written as a text is parsed where no text is allowed.

    >>> parsed("not JSON", {}, None)
    'not JSON'
    """
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    if context.checker.valid(value, schema):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _from_object(context: Context, value: dict[str, Any], view: Flat) -> Node:
    properties = view.get("properties", {})
    nodes: dict[str, Node] = {}
    for key, item in value.items():
        needed = key in view.get("needed", [])
        if needed or not context.checker.read_only(properties.get(key)):
            schema = properties.get(key, view.get("additionalProperties"))
            nodes[key] = from_example(context, item, schema, key)
    if all("const" in node for node in nodes.values()):
        return {"const": {key: node["const"] for key, node in nodes.items()}}
    return {"make": "object", "required": nodes}


def _varied(context: Context, value: Any, view: Flat, name: str) -> Node:
    """Return the value, or one like it for properties that services want to be unique."""
    if view.keys() & {"enum", "const", "groups", "not"} or not name:
        return {"const": value}
    if isinstance(value, int) and not isinstance(value, bool) and name == "id":
        return numeric.integer(view, name)
    if not isinstance(value, str) or not names.is_unique(name):
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
