"""Generators of integers and numbers."""

from __future__ import annotations

import functools
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from openapi_table.schemas.checker import is_multiple
from openapi_table.schemas.views import Flat

from .context import Context
from .nodes import PICKS, SAFE_INTEGER, Node, Unfillable, constants, too_large

_INT32 = 2**31 - 1
_PAGE_SIZES = re.compile(
    r"(limit|(page_?|per_?)?size|per_?page|count|take|top|max_?results)$", re.IGNORECASE
)
# The first page is the one that certainly exists.
_PAGES = {
    "page": 1,
    "page_number": 1,
    "pagenumber": 1,
    "offset": 0,
    "skip": 0,
    "start": 0,
    "from": 0,
}


def integer(view: Flat, name: str) -> Node:
    """Return a generator of integers. name: of the property. Raises Unfillable."""
    # The integers among the multiples of 1.5 are the multiples of 3.
    step = Fraction(str(view.get("multipleOf", 1))).numerator
    low, high = _range(view, whole=True, step=step)
    limits = [limit for limit in _bounds(view, whole=True) if limit is not None]
    if low > high and any(abs(limit) > SAFE_INTEGER for limit in limits):
        raise Unfillable(too_large(max(limits, key=abs)))
    first = _PAGES.get(name.lower())
    if first is not None and low <= first <= high and step == 1:
        return {"const": first}
    if name == "id" and not view.keys() & _LIMITS:
        high = max(high, min(_largest(view), _INT32))
    if _PAGE_SIZES.search(name) and low <= 10 <= high and step == 1:
        return {"make": "int", "min": max(low, 10), "max": min(high, 50)}
    low, high = -(-low // step) * step, high // step * step
    if low > high:
        raise Unfillable("no integer lies within the bounds")
    return {"make": "int", "min": low, "max": high, **({"step": step} if step > 1 else {})}


def number(context: Context, view: Flat) -> Node:
    """Return a generator of numbers. Raises Unfillable."""
    step = view.get("multipleOf", 0)
    low, high = _range(view, whole=False, step=step)
    if low > high:
        raise Unfillable("no number lies within the bounds")
    if not step or max(abs(low), abs(high)) / step > SAFE_INTEGER:
        return {"make": "number", "min": low, "max": high}
    fitting = _multiples(step, math.ceil(low / step), math.floor(high / step))
    if not fitting:
        raise Unfillable(f"no multiple of {step} lies within the bounds")
    context.doubt()
    return constants(fitting[:: -(-len(fitting) // PICKS)])


_LIMITS = frozenset({"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"})


def _largest(view: Flat) -> int:
    return _INT32 if view.get("format") != "int64" else SAFE_INTEGER


@functools.cache
def _multiples(step: Any, first: int, last: int) -> list[int | float]:
    """Return about 200 multiples of a number, from first * step to last * step.

    The list is cached: do not change it.
    """
    decimal = Decimal(str(step))
    counts = range(first, last + 1, max(1, (last - first) // 200))
    found = [_plain(count * decimal) for count in counts]
    # Only numbers that are multiples in binary arithmetic too.
    return [value for value in found if is_multiple(value, step)]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _bounds(view: Flat, *, whole: bool) -> tuple[Any, Any]:
    """Return the bounds of a schema as inclusive ones, None for a missing one."""
    low, high = view.get("minimum"), view.get("maximum")
    strict_low, strict_high = view.get("exclusiveMinimum"), view.get("exclusiveMaximum")
    lows = [limit for limit in (low, strict_low) if limit is not None]
    highs = [limit for limit in (high, strict_high) if limit is not None]
    nudge = 0.001
    if lows and highs and max(lows) < min(highs):
        nudge = min(nudge, (min(highs) - max(lows)) / 4)
    if strict_low is not None and (low is None or strict_low >= low):
        low = math.floor(strict_low) + 1 if whole else strict_low + nudge
    if strict_high is not None and (high is None or strict_high <= high):
        high = math.ceil(strict_high) - 1 if whole else strict_high - nudge
    return low, high


def _range(view: Flat, *, whole: bool, step: Any = 0) -> tuple[Any, Any]:
    """Return inclusive bounds, close together where the schema leaves them open.

    step: `multipleOf`; an open end leaves room for some multiples.
    """
    low, high = _bounds(view, whole=whole)
    room = 20 * step
    if low is None and step > 1 and high is not None and 0 <= high < step:
        low = 0
    elif low is None:
        low = 1 if high is None or high >= max(1, step) else high - max(99, room)
    if high is None:
        high = max(100, low + max(100, room))
    low, high = max(low, -SAFE_INTEGER), min(high, SAFE_INTEGER)
    if view.get("format") == "int32":
        low, high = max(low, -(2**31)), min(high, _INT32)
    # Services rarely store values from the far end of a very wide range.
    if high - low > 1_000_000 and view.keys() & {"maximum", "exclusiveMaximum"}:
        low = max(low, 1) if high >= max(1_000, step) else low
        high = min(high, low + max(999, room))
    return (math.ceil(low), math.floor(high)) if whole else (low, high)
