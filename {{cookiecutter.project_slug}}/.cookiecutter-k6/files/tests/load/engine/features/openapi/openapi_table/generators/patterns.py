"""Takes regular expressions apart, so that matching texts can be made from the parts.

The standard library's parser does the walking. What it cannot express (lookaround, back references)
is left out; the made texts are checked against the expression.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from openapi_table.schemas.expressions import ALNUM, Unsupported, category, compiled, members, tree

# A part is a literal text, {"chars": ..., "min": ..., "max": ...} or {"any": [parts], ...}.
Part = str | dict[str, Any]

_EXTRA_REPEATS = 8  # repetitions beyond the minimum, where a repetition is unbounded
_PRINTABLE = ALNUM + "-_. ,:;/+=@!#$%&*()[]{}<>?^|~'\"`\\"


def parts_of(expression: str, low: int, high: int) -> list[Part]:
    """Take an expression apart so that texts made of the parts have low..high characters.

    Raises Unsupported. Look-around and anchors are left out, and of groups in groups some texts are
    too short: try the parts before use.

    >>> parts_of("^[ab]{2}-x$", 0, 10)
    [{'chars': 'ab', 'min': 2, 'max': 2}, '-x']
    """
    known = compiled(expression)
    if known is None:
        raise Unsupported("the expression is not understood")
    parts = _sequence(tree(expression))
    return _tidy(_fitted(parts, low, high))


def _sequence(items: Iterable[tuple[Any, Any]]) -> list[Part]:
    parts: list[Part] = []
    for operation, argument in items:
        maker = _MAKERS.get(str(operation))
        if maker is None:
            raise Unsupported(f"{str(operation).lower()} is not supported")
        for part in maker(argument):
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part != "":
                parts.append(part)
    return parts


def _repeat(argument: Any) -> list[Part]:
    low, high, items = argument
    inner = _sequence(items)
    least, most = int(low), min(int(high), 65535)
    if not inner or most == 0:
        return []
    only = inner[0] if len(inner) == 1 else ""
    if isinstance(only, dict) and "chars" in only and only["min"] == only["max"] == 1:
        return [{**only, "min": least, "max": most}]
    if len(inner) == 1 and isinstance(inner[0], str) and len(inner[0]) == 1:
        return [{"chars": inner[0], "min": least, "max": most}]
    if least == most == 1:
        return inner
    return [{"any": [inner], "min": least, "max": most}]


def _branch(argument: Any) -> list[Part]:
    # Nothing but an end of the text: where it could be chosen, nothing may follow.
    ways = [items for items in argument[1] if not _is_end(items)] or argument[1]
    return [{"any": [_sequence(items) for items in ways], "min": 1, "max": 1}]


def _is_end(items: Sequence[tuple[Any, Any]]) -> bool:
    return len(items) > 0 and all(str(code) == "AT" for code, _ in items)


def _chars(allowed: Callable[[str], bool], named: Iterable[str] = ()) -> list[Part]:
    """Return a part for a set of characters: letters and digits of it when it has any."""
    found = [char for char in _PRINTABLE if allowed(char)]
    plain = [char for char in found if char in ALNUM]
    chars = plain or found or [char for char in named if allowed(char)]
    if not chars:
        raise Unsupported("a set without usable characters")
    return [{"chars": "".join(chars), "min": 1, "max": 1}]


def _one_of(items: list[tuple[Any, Any]]) -> list[Part]:
    test, named = members(items)
    return _chars(test, named)


_MAKERS: dict[str, Callable[[Any], list[Part]]] = {
    "LITERAL": lambda code: [chr(code)],
    "NOT_LITERAL": lambda code: _chars(lambda char: ord(char) != code),
    "ANY": lambda _: _chars(bool),
    "IN": _one_of,
    "CATEGORY": lambda name: _chars(category(name)),
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "POSSESSIVE_REPEAT": _repeat,
    "BRANCH": _branch,
    "SUBPATTERN": lambda argument: _sequence(argument[-1]),
    "ATOMIC_GROUP": _sequence,
    "AT": lambda _: [],
    "ASSERT": lambda _: [],
    "ASSERT_NOT": lambda _: [],
}


def _length(part: Part) -> tuple[int, int]:
    """Return the least and the greatest number of characters of a part."""
    if isinstance(part, str):
        return len(part), len(part)
    least, most = (1, 1) if "chars" in part else _span(part)
    return least * part["min"], most * part["max"]


def _span(part: dict[str, Any]) -> tuple[int, int]:
    spans = [[_length(inner) for inner in way] for way in part["any"]]
    return (
        min(sum(least for least, _ in span) for span in spans),
        max(sum(most for _, most in span) for span in spans),
    )


def _fitted(parts: list[Part], low: int, high: int) -> list[Part]:
    """Narrow the repetitions so that the whole has low..high characters."""
    measured = [(part, *_length(part)) for part in parts]
    least = sum(shortest for _, shortest, _ in measured)
    if least > high or sum(longest for *_, longest in measured) < low:
        raise Unsupported(f"no match has {low} to {high} characters")
    missing, slack = max(0, low - least), high - least
    fitted: list[Part] = []
    for part, shortest, longest in measured:
        if isinstance(part, str) or shortest == longest:
            fitted.append(part)
            continue
        extra = min(longest - shortest, slack, max(missing, _EXTRA_REPEATS))
        needed = min(extra, missing)
        fitted.append(_narrowed(part, shortest + needed, shortest + extra))
        missing -= needed
        slack -= extra
    return fitted


def _narrowed(part: dict[str, Any], low: int, high: int) -> Part:
    if "chars" in part:
        return {**part, "min": low, "max": high}
    least, most = _span(part)
    if part["min"] == part["max"] == 1:
        ways = []
        for way in part["any"]:
            try:
                ways.append(_fitted(way, low, high))
            except Unsupported:
                continue
        if not ways:
            raise Unsupported(f"no alternative has {low} to {high} characters")
        return {**part, "any": ways}
    # Of a repeated group only the number is narrowed, with its shortest form counted up to `high`.
    unit = max(most, 1)
    count = max(part["min"], min(part["max"], high // unit))
    if most != least:
        part = {**part, "any": [_fitted(way, *_exact(way)) for way in part["any"]]}
        least = most = _span(part)[0] or 1
        count = max(part["min"], min(part["max"], high // max(_span(part)[1], 1)))
    lower = max(part["min"], -(-low // max(least, 1)))
    return {**part, "min": min(lower, count), "max": count}


def _exact(way: list[Part]) -> tuple[int, int]:
    shortest = sum(_length(part)[0] for part in way)
    return shortest, max(shortest, 1)


def _tidy(parts: list[Part]) -> list[Part]:
    tidy: list[Part] = []
    for part in parts:
        if isinstance(part, dict) and "any" in part:
            tidy.append({**part, "any": [_tidy(way) for way in part["any"]]})
        elif isinstance(part, str) or part["max"]:
            tidy.append(part)
    return tidy


def sample(parts: list[Part], rng: random.Random) -> str:
    """Return one text made of the parts."""
    made = []
    for part in parts:
        if isinstance(part, str):
            made.append(part)
            continue
        count = rng.randint(part["min"], part["max"])
        if "chars" in part:
            made.extend(rng.choice(part["chars"]) for _ in range(count))
        else:
            made.extend(sample(rng.choice(part["any"]), rng) for _ in range(count))
    return "".join(made)
