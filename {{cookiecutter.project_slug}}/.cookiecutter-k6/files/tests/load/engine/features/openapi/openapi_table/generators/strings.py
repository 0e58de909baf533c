"""Generators of texts: by format, by pattern, by the name of the property."""

from __future__ import annotations

import re

from openapi_table.schemas import formats
from openapi_table.schemas.charsets import Unsupported
from openapi_table.schemas.views import Flat
from openapi_table.texts import shown

from . import patterns
from .context import Context
from .nodes import Node, Unfillable, constants

_PATTERN_SAMPLES = 12

# Names that tell which format a service expects where the schema says only `string`.
_NAME_FORMATS = (
    (re.compile(r"e?mail(_?address)?$", re.IGNORECASE), "email"),
    (re.compile(r"(^|_|[a-z](?=U))(url|uri|website|homepage|href)$|Ur[li]$", re.IGNORECASE), "uri"),
    (re.compile(r"(^|_)(uuid|guid)$", re.IGNORECASE), "uuid"),
    (re.compile(r"^(phone|mobile|tel)(_?number)?$|Phone(Number)?$", re.IGNORECASE), "phone"),
    (re.compile(r"^(currency|currency_?code)$", re.IGNORECASE), "currency"),
    (re.compile(r"^(language|lang|locale)$", re.IGNORECASE), "language"),
    (re.compile(r"^(country|country_?code)$", re.IGNORECASE), "country-code"),
    (re.compile(r"(_at|_on|[a-z]At|[a-z]On|timestamp|datetime)$"), "date-time"),
    (re.compile(r"(^|_)date$|[a-z]Date$"), "date"),
)
_UNIQUE = re.compile(
    r"(^|_|\b)(user_?name|login|e?mail(_?address)?|name|slug|title|code|sku|handle|nick_?name|key|identifier|label)$"
    r"|(userName|Email|Name|Slug|Title|Code|Sku|Key)$",
    re.IGNORECASE,
)


def is_unique(name: str) -> bool:
    """Tell whether services often want a property to be unique.

    A second create with the same value would be rejected, so each value is made anew.
    """
    return bool(name) and _UNIQUE.search(name) is not None


def string(context: Context, view: Flat, name: str) -> Node:
    """Return a generator of texts. name: of the property. Raises Unfillable."""
    low = int(view.get("minLength", 0))
    high = int(min(view.get("maxLength", 4096), 65536))
    if low > high:
        raise Unfillable(f"minLength {low} is more than maxLength {high}")
    if view.get("patterns"):
        return _of_pattern(context, view, low, high, name)
    named = formats.known(view.get("format"))
    if named == "" or named in {"string", "text"}:
        named = next((made for rule, made in _NAME_FORMATS if name and rule.search(name)), "")
        least, most = _format_lengths(named)
        if low > least or high < most:
            named = ""
    return _of_format(context, named, low, high, name)


def _of_format(context: Context, named: str, low: int, high: int, name: str) -> Node:
    if named in formats.FIXED and low <= len(formats.FIXED[named]) <= high:
        return {"const": formats.FIXED[named]}
    if named in formats.MADE:
        least, most = formats.lengths(named)
        if low > most or high < least:
            raise Unfillable(f"no {named} has {low} to {high} characters")
        node: Node = {"make": "format", "format": named}
        if low > least:
            node["min"] = low
        if high < most:
            node["max"] = high
        if named in {"uri", "hostname", "email", "byte"} and (low > least or high < most):
            context.doubt()
        if named == "email":
            node["fresh"] = True
        return node
    least = max(low, min(8, high), 1 if high else 0)
    node = {"make": "text", "min": least, "max": max(least, min(high, 16))}
    if is_unique(name):
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
            return {**made, "fresh": True} if is_unique(name) else made
        fitting = trials.valid_values(made, rule)
        if fitting:
            return constants(fitting)
        reason = "no match found"
    plain = _of_format(context, formats.known(view.get("format")), low, high, name)
    fitting = trials.valid_values(plain, rule)
    if fitting:
        return {"pick": fitting}
    raise Unfillable(f"cannot generate text for the pattern {shown(expressions[0])}: {reason}")


def _format_lengths(named: str) -> tuple[int, int]:
    if named in formats.FIXED:
        length = len(formats.FIXED[named])
        return length, length
    return formats.lengths(named) if named in formats.MADE else (0, 65536)
