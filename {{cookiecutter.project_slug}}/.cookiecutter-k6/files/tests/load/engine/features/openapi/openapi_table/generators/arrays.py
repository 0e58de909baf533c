"""Generators of arrays and tuples."""

from __future__ import annotations

from openapi_table.schemas.views import Flat

from .context import Context
from .nodes import LARGEST, OBJECT_SIZE, Node, Unfillable


def array(context: Context, view: Flat, name: str) -> Node:
    """Return a generator of arrays. name: of the property, a plural. Raises Unfillable."""
    items = view.get("items")
    first = items if isinstance(items, list) else view.get("prefixItems")
    if isinstance(first, list) and first:
        context.doubt()
        return {"make": "tuple", "items": [context.build(item, "") for item in first]}
    if "contains" in view:
        items = view["contains"] if items is None else {"allOf": [items, view["contains"]]}
    least, most = _lengths(view)
    try:
        schema = items if items is not None else {"type": "string"}
        inner = context.build(schema, _singular(name))
    except Unfillable as reason:
        if least:
            raise Unfillable(f"its items: {reason}", circular=reason.circular) from None
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
        if "const" in inner or ("pick" in inner and len(inner["pick"]) < most):
            node["max"] = max(least, len(inner.get("pick", [0])))
    return node


def _lengths(view: Flat) -> tuple[int, int]:
    """Return how many items an array has, at least and at most; few where that is open."""
    wanted = int(view.get("minContains", 1)) if "contains" in view else 0
    least = max(int(view.get("minItems", 0)), wanted)
    most = int(min(view.get("maxItems", max(3, least)), max(3, least)))
    if most < least:
        raise Unfillable(f"minItems {least} is more than maxItems {most}")
    if least > LARGEST:
        raise Unfillable(f"its smallest value has more than {LARGEST} parts")
    return least, most


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
