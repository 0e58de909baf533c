"""Generators of arrays, tuples, objects and maps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from openapi_table.document import Schema
from openapi_table.schemas.views import Flat, is_number, main_type
from openapi_table.texts import shown

from . import names
from .alternatives import own_value
from .context import Context
from .nodes import LARGEST, OBJECT_SIZE, Node, Unfillable
from .strings import file_node, is_file


def array(context: Context, view: Flat, name: str) -> Node:
    """Return a generator of arrays. name: of the property, a plural. Raises Unfillable."""
    items = view.get("items")
    first = items if isinstance(items, list) else view.get("prefixItems")
    if isinstance(first, list) and first:
        context.doubt()
        return _tuple(context, view, first, True if first is items else items)
    if "contains" in view:
        items = view["contains"] if items is None else {"allOf": [items, view["contains"]]}
    least, most = _lengths(view)
    try:
        schema = items if items is not None else {"type": "string"}
        inner = context.build(schema, _singular(name))
    except Unfillable as reason:
        if least:
            what = "its items: " + str(reason).removeprefix("its items: ")
            raise Unfillable(what, circular=reason.circular) from None
        return {"const": []}
    if context.trials.size(inner) > OBJECT_SIZE:
        most = max(least, 1)
    node: Node = {
        "make": "array",
        "items": inner,
        **({"min": least} if least else {}),
        "max": most,
    }
    if view.get("uniqueItems") is True:
        context.doubt()
        node["unique"] = True
        few = [inner["const"]] if "const" in inner else inner.get("pick", [])
        if few:
            node["max"] = max(least, min(most, len(few)))
    context.trials.refuse_huge(node)
    return node


def _tuple(context: Context, view: Flat, first: Sequence[Schema], rest: Schema) -> Node:
    """Return a generator of arrays whose first items have schemas of their own.

    rest: schema of further items, which are made only if there have to be more. Raises Unfillable.
    """
    # One more than can be sent is enough to be refused.
    more = min(int(view.get("minItems", 0)) - len(first), LARGEST + 1)
    items = [context.build(item, "") for item in first]
    if more > 0:
        items += [context.build({"type": "string"} if rest in (None, True) else rest, "")] * more
    node: Node = {"make": "tuple", "items": items[: int(view.get("maxItems", len(items)))]}
    context.trials.refuse_huge(node)
    return node


def _lengths(view: Flat) -> tuple[int, int]:
    """Return how many items an array has, at least and at most; few where that is open."""
    wanted = int(view.get("minContains", 1)) if "contains" in view else 0
    least = max(int(view.get("minItems", 0)), wanted)
    most = int(min(view.get("maxItems", max(3, least)), max(3, least)))
    if most < least:
        raise Unfillable(f"minItems {least} is more than maxItems {most}")
    return least, most


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


_OPTIONAL_SIZE = 40  # nodes of an optional property; larger ones are left out
_MOST_FILES = 20  # sent in one body
_REFERENCE = re.compile(r"(.+_ids?|.+I[Dd]s?|.+_uuids?)$")


def object_of(context: Context, view: Flat, *, files: bool) -> Node:
    """Return a generator of objects. files: binary texts are files. Raises Unfillable."""
    properties = view.get("properties", {})
    wanted = [key for key in view.get("needed", []) if isinstance(key, str)]
    required: dict[str, Node] = {}
    pinned = own_value(context.schemas, view)
    for key in dict.fromkeys(wanted):
        if key in pinned and context.checker.valid(pinned[key], properties.get(key, True)):
            required[key] = {"const": pinned[key]}
        else:
            required[key] = _required(context, key, properties, view, files=files)
    optional = _optional(context, view, required, files=files)
    least = int(view.get("minProperties", 0))
    if least > len(required) or is_number(view.get("maxProperties")):
        context.doubt()
    node: Node = {"make": "object"}
    if required:
        node["required"] = required
    if optional:
        node["optional"] = optional
    if least > len(required):
        if least > len(required) + len(optional):
            return _map(context, view, least)
        node["min"] = least
    elif not required and optional:
        node["min"] = 1
    pairs = ordered_pairs({**required, **optional})
    if pairs:
        node["ordered"] = pairs
    if required or optional:
        return node
    extra = view.get("additionalProperties")
    has_values = isinstance(extra, Mapping) and extra and not properties
    return _map(context, view, max(1, least)) if has_values else {"const": {}}


def ordered_pairs(made: Mapping[str, Node]) -> list[list[str]]:
    """Return the pairs of properties of which the first must not be greater than the second.

    Only those that are made alike: their values can change places. made: generators by name.
    """
    return [
        [first, last]
        for first, last in names.pairs_of(made)
        if made[first] == made[last] and made[first].get("make") in {"int", "number", "format"}
    ]


def _required(
    context: Context, key: str, properties: Mapping[str, Any], view: Flat, *, files: bool
) -> Node:
    schema = properties.get(key)
    if schema is None:
        extra = view.get("additionalProperties", True)
        if extra is False:
            raise Unfillable(f"`{shown(key)}` is required but not allowed")
        schema = extra if isinstance(extra, Mapping) else {}
    try:
        return _property(context, schema, key, files=files)
    except Unfillable as reason:
        if context.checker.valid(None, schema):
            return {"const": None}
        raise Unfillable(f"`{shown(key)}`: {reason}", circular=reason.circular) from None


def _optional(
    context: Context, view: Flat, required: Mapping[str, Node], *, files: bool
) -> dict[str, Node]:
    """Return the optional properties worth sending.

    Large ones are left out, and ids of other things that no response returned.
    """
    found: dict[str, Node] = {}
    room = OBJECT_SIZE
    most = view.get("maxProperties")
    for key, schema in view.get("properties", {}).items():
        if key in required or context.checker.read_only(schema) or not isinstance(key, str):
            continue
        if is_number(most) and len(required) + len(found) >= most:
            break
        if context.schemas.flat(schema).get("deprecated") is True:
            continue
        try:
            node = _property(context, schema, key, files=files)
        except Unfillable:
            continue
        weight = context.trials.size(node)
        unknown_id = _REFERENCE.fullmatch(key) and not node.keys() & {"bind", "const", "pick"}
        if weight <= min(_OPTIONAL_SIZE, room) and not unknown_id:
            found[key] = node
            room -= weight
    return found


def _property(context: Context, schema: Schema, key: str, *, files: bool) -> Node:
    if files:
        view = context.schemas.flat(schema)
        if is_file(view):
            return file_node(key)
        if main_type(view) == "array" and is_file(context.schemas.flat(view.get("items", {}))):
            least = int(view.get("minItems", 1))
            return {"make": "tuple", "items": [file_node(key)] * max(1, min(least, _MOST_FILES))}
    return context.build(schema, key)


def _map(context: Context, view: Flat, least: int) -> Node:
    """Return a generator of objects with made-up keys."""
    context.doubt()
    extra = view.get("additionalProperties", True)
    keys = view.get("propertyNames")
    shapes = view.get("patternProperties")
    if extra is False and shapes:
        shape, extra = next(iter(shapes.items()))
        keys = {"allOf": [{"pattern": shape}, keys if isinstance(keys, Mapping) else {}]}
    values = context.build(extra if isinstance(extra, Mapping) else {"type": "string"}, "")
    node: Node = {
        "make": "map",
        "values": values,
        "min": least,
        "max": max(least, min(2, int(view.get("maxProperties", 2)))),
    }
    if isinstance(keys, Mapping):
        node["keys"] = context.build({"type": "string", **keys}, "")
    return node
