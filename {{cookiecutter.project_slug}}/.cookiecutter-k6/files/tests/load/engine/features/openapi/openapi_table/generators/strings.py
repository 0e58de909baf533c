"""Generators of texts, by format, by pattern, by the name of the property; and of files."""

from __future__ import annotations

import re

from openapi_table.schemas import formats
from openapi_table.schemas.expressions import Unsupported
from openapi_table.schemas.views import Flat
from openapi_table.texts import shown

from . import names, patterns
from .context import Context
from .nodes import Node, Unfillable, constants

_PATTERN_SAMPLES = 12


def string(context: Context, view: Flat, name: str) -> Node:
    """Return a generator of texts. name: of the property. Raises Unfillable."""
    low = int(view.get("minLength", 0))
    high = int(min(view.get("maxLength", 4096), 65536))
    if low > high:
        raise Unfillable(f"minLength {low} is more than maxLength {high}")
    if view.get("patterns"):
        return _of_pattern(context, view, low, high, name)
    named = formats.known(view.get("format"))
    if named in {"", "string", "text", "password"}:
        hint = names.known(name)
        named = hint.format if hint else ""
        if hint and hint.value and low <= len(hint.value) <= high:
            return {"const": hint.value}
        if named:
            least, most = formats.lengths(named)
            named = named if low <= least and most <= high else ""
    return _of_format(named, low, high, name)


def _of_format(named: str, low: int, high: int, name: str) -> Node:
    if named in formats.FIXED and low <= len(formats.FIXED[named]) <= high:
        return {"const": formats.FIXED[named]}
    if named in formats.MADE:
        least, most = formats.lengths(named)
        # The lengths of bytes are multiples of four.
        if low > most or high < least or (named == "byte" and high // 4 * 4 < low):
            raise Unfillable(f"no {named} has {low} to {high} characters")
        node: Node = {"make": "format", "format": named}
        if low > least:
            node["min"] = low
        if high < most:
            node["max"] = high
        if named == "email":
            node["fresh"] = True
        return node
    least = max(low, min(8, high), 1 if high else 0)
    node = {"make": "text", "min": least, "max": max(least, min(high, 16))}
    if names.is_handle(name) and least <= names.HANDLE_LENGTH:
        node["max"] = min(node["max"], names.HANDLE_LENGTH)
    if names.is_unique(name):
        node["fresh"] = True
    return node


def _of_pattern(context: Context, view: Flat, low: int, high: int, name: str) -> Node:
    expressions = view["patterns"]
    trials = context.trials
    text = {key: view[key] for key in ("minLength", "maxLength", "format", "not") if key in view}
    rule = {"allOf": [{**text, "pattern": expression} for expression in expressions]}
    reason = ""
    for expression in expressions:
        try:
            parts = patterns.parts_of(expression, low, high)
        except (Unsupported, RecursionError, OverflowError) as problem:
            reason = str(problem)
            continue
        made: Node = {"make": "pattern", "parts": parts}
        if trials.fits(made, rule, _PATTERN_SAMPLES):
            return {**made, "fresh": True} if names.is_unique(name) else made
        fitting = trials.valid_values(made, rule)
        if fitting:
            return constants(fitting)
        reason = "no match found"
    plain = _of_format(formats.known(view.get("format")), low, high, name)
    fitting = trials.valid_values(plain, rule)
    if fitting:
        return {"pick": fitting}
    raise Unfillable(f"cannot generate text for the pattern {shown(expressions[0])}: {reason}")


_IMAGE = re.compile(r"image|photo|avatar|picture|logo|icon", re.IGNORECASE)


def is_file(view: Flat) -> bool:
    """Tell whether a string schema stands for the bytes of a file."""
    if formats.known(view.get("format")) == "binary":
        return True
    return "contentMediaType" in view and "contentEncoding" not in view


def file_node(name: str, media_type: str = "text/plain") -> Node:
    """Return the generator of a small file: a PNG where the name or the type says image."""
    if _IMAGE.search(name) or media_type.startswith("image/"):
        return {"make": "file", "name": "upload.png", "type": "image/png", "size": 68}
    return {
        "make": "file",
        "name": "upload.txt",
        "type": media_type if "*" not in media_type else "text/plain",
        "size": 64,
    }
