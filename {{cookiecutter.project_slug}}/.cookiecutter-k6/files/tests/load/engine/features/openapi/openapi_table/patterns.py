"""Regular expressions of schemas: checking values, and taking apart for the generators.

Schemas hold ECMA-262 expressions, in practice also those of other languages; the standard library's
own parser walks them. What it cannot know (look-around, back references) is tried out.
"""

from __future__ import annotations

import functools
import importlib
import random
import re
import string
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import Any

_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

# A part is a literal text, {"chars": ..., "min": ..., "max": ...} or {"any": [parts], ...}.
Part = str | dict[str, Any]

_EXTRA_REPEATS = 8  # how much longer than necessary an unbounded repetition gets
_TEXT_LIMIT = 4096
_SHORT = 12  # characters that any expression can be tried on
_SLOW_LIMIT = 500
_REPEATS = 4  # one after the other
_REPETITIONS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_ALNUM = string.ascii_lowercase + string.ascii_uppercase + string.digits
_PRINTABLE = _ALNUM + "-_. ,:;/+=@!#$%&*()[]{}<>?^|~'\"`\\"
_PROPERTIES = {
    "L": "a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f",
    "Lu": "A-Z\u00c0-\u00d6",
    "Ll": "a-z\u00df-\u00f6",
    "N": "0-9",
    "Nd": "0-9",
    "P": "!-/:-@\\[-`{-~",
    "S": "$+<=>^`|~",
    "Z": " \u00a0",
    "Zs": " \u00a0",
    "Alphabetic": "a-zA-Z",
    "Alnum": "a-zA-Z0-9",
    "M": "\u0300-\u036f",
    "ASCII": "\\x00-\\x7f",
}
_TOKEN = re.compile(
    r"\\p\{\^?(?:Script=|IsBlock=|General_Category=|gc=|Is)?(?P<property>\w+)\}|\\u\{(?P<code>[0-9A-Fa-f]{1,6})\}"
    r"|\\x\{(?P<hex>[0-9A-Fa-f]{1,6})\}|(?P<named>\(\?<(?![=!]))|(?P<end>\\z|(?<!\\)\$$)|\\.|\[|\]",
    re.DOTALL,
)


class Unsupported(Exception):
    """No text can be made for an expression; the text says why."""


def to_python(expression: str) -> str:
    """Rewrite an ECMA-262 expression for Python's `re`."""
    inside = False

    def rewrite(token: re.Match[str]) -> str:
        nonlocal inside
        text = token[0]
        if text in {"[", "]"}:
            was, inside = inside, text == "["
            return "\\[" if was and text == "[" else text
        if token["property"]:
            chars = _PROPERTIES.get(token["property"], "a-zA-Z")
            return chars if inside else f"[{chars}]"
        if token["code"] or token["hex"]:
            return re.escape(chr(min(int(token["code"] or token["hex"], 16), 0x10FFFF)))
        if token["named"]:
            return "(?P<"
        if token["end"]:
            return text if inside else "\\Z"
        return text if text[1].isascii() and text[1].isalnum() else "\\" + text[1]

    return _TOKEN.sub(rewrite, expression)


@functools.cache
def compiled(expression: str) -> re.Pattern[str] | None:
    """Return the expression for Python's `re`, or None when that does not understand it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(to_python(expression), re.ASCII)
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


def matches(expression: str, text: str) -> bool:
    """Tell whether a text fits; an expression nobody understands forbids nothing."""
    if len(text) > _TEXT_LIMIT:
        return False
    known = compiled(expression)
    if known is None:
        return True
    if len(text) > _SHORT and _explodes(expression):
        return _matches_slowly(expression, text)
    return known.search(text) is not None


@functools.cache
def _tree(expression: str) -> Any:
    known = compiled(expression)
    if known is None:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parser.parse(known.pattern, known.flags & ~re.UNICODE | re.ASCII)


@functools.cache
def _explodes(expression: str) -> bool:
    """Tell whether trying to match may take for ever: repeats in repeats, or many of them."""
    repeats, nested = _repeats(_tree(expression), inside=False)
    return nested or repeats > _REPEATS


def _repeats(items: Any, *, inside: bool) -> tuple[int, bool]:
    count, nested = 0, False
    for operation, argument in items:
        kind = str(operation)
        open_ended = kind in _REPETITIONS and argument[0] != argument[1]
        branch = kind == "BRANCH" and inside
        count += open_ended
        nested = nested or branch or (inside and kind in _REPETITIONS and argument[1] > 1)
        for inner in _inner(kind, argument):
            repeated = inside or (kind in _REPETITIONS and argument[1] > 1)
            more, deeper = _repeats(inner, inside=repeated)
            count, nested = count + more, nested or deeper
    return count, nested


def _inner(kind: str, argument: Any) -> list[Any]:
    if kind in _REPETITIONS or kind in {"SUBPATTERN", "ASSERT", "ASSERT_NOT"}:
        return [argument[-1]]
    if kind == "BRANCH":
        return list(argument[1])
    return [argument] if kind == "ATOMIC_GROUP" else []


def _matches_slowly(expression: str, text: str) -> bool:
    """Match by sets of places: never exponential. What it does not know forbids nothing."""
    if len(text) > _SLOW_LIMIT:
        return True
    try:
        return bool(_after(_tree(expression), text, set(range(len(text) + 1))))
    except (Unsupported, RecursionError):
        return True


def _after(items: Any, text: str, places: set[int]) -> set[int]:
    """Return where matches of the items end that begin at one of the places."""
    for operation, argument in items:
        if not places:
            break
        places = _step(str(operation), argument, text, places)
    return places


def _step(kind: str, argument: Any, text: str, places: set[int]) -> set[int]:
    if kind in _REPETITIONS:
        return _repeated(argument, text, places)
    if kind == "BRANCH":
        return set().union(*(_after(way, text, places) for way in argument[1]))
    if kind == "SUBPATTERN":
        return _after(argument[-1], text, places)
    if kind == "ATOMIC_GROUP":
        return _after(argument, text, places)
    if kind in {"ASSERT", "ASSERT_NOT"} and argument[0] == 1:
        wanted = kind == "ASSERT"
        return {at for at in places if bool(_after(argument[1], text, {at})) is wanted}
    if kind == "AT":
        ends = {"AT_BEGINNING": 0, "AT_BEGINNING_STRING": 0, "AT_END_STRING": len(text)}
        if str(argument) == "AT_END":
            return places & {len(text), len(text) - text.endswith("\n")}
        if str(argument) not in ends:
            raise Unsupported(str(argument))
        return places & {ends[str(argument)]}
    test = _test(kind, argument)
    return {at + 1 for at in places if at < len(text) and test(text[at])}


def _repeated(argument: Any, text: str, places: set[int]) -> set[int]:
    low, high, items = argument
    for _ in range(int(low)):
        before = places
        places = _after(items, text, places)
        if places == before:
            break
    found = new = places
    for _ in range(min(int(high) - int(low), len(text) + 1)):
        new = _after(items, text, new) - found
        if not new:
            break
        found = found | new
    return found


def _test(kind: str, argument: Any) -> Callable[[str], bool]:
    if kind == "LITERAL":
        return lambda char: ord(char) == argument
    if kind == "NOT_LITERAL":
        return lambda char: ord(char) != argument
    if kind == "ANY":
        return lambda char: char != "\n"
    if kind == "IN":
        return _class(argument)[0]
    raise Unsupported(f"{kind.lower()} is not supported")


def parts_of(expression: str, low: int, high: int) -> list[Part]:
    """Take an expression apart so that every text made of the parts has low..high characters.

    Raises Unsupported. Look-around and anchors are left out: try the parts before use.

    >>> parts_of("^[ab]{2}-x$", 0, 10)
    [{'chars': 'ab', 'min': 2, 'max': 2}, '-x']
    """
    known = compiled(expression)
    if known is None:
        raise Unsupported("the expression is not understood")
    parts = _sequence(_tree(expression))
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
    ways = [_sequence(items) for items in argument[1]]
    return [{"any": ways, "min": 1, "max": 1}]


def _chars(allowed: Callable[[str], bool], named: Iterable[str] = ()) -> list[Part]:
    """Return a part for a set of characters: letters and digits of it when it has any."""
    found = [char for char in _PRINTABLE if allowed(char)]
    plain = [char for char in found if char in _ALNUM]
    chars = plain or found or [char for char in named if allowed(char)]
    if not chars:
        raise Unsupported("a set without usable characters")
    return [{"chars": "".join(chars), "min": 1, "max": 1}]


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": lambda char: char in string.digits,
    "SPACE": lambda char: char in " \t\n\r\f\v",
    "WORD": lambda char: char in _ALNUM + "_",
}


def _category(name: Any) -> Callable[[str], bool]:
    words = str(name).removeprefix("CATEGORY_").split("_")
    member = _CATEGORIES.get(words[-1])
    if member is None:
        raise Unsupported(f"{name} is not supported")
    return (lambda char: not member(char)) if words[0] == "NOT" else member


def _one_of(items: list[tuple[Any, Any]]) -> list[Part]:
    test, named = _class(items)
    return _chars(test, named)


def _class(items: list[tuple[Any, Any]]) -> tuple[Callable[[str], bool], list[str]]:
    """Return the test of a set of characters, and those that it names."""
    tests: list[Callable[[str], bool]] = []
    named: list[str] = []
    negative = False
    for operation, argument in items:
        kind = str(operation)
        if kind == "NEGATE":
            negative = True
        elif kind == "LITERAL":
            named.append(chr(argument))
            tests.append(functools.partial(lambda code, char: ord(char) == code, argument))
        elif kind == "RANGE":
            first, last = argument
            named.extend(chr(code) for code in range(first, min(last, first + 15) + 1))
            tests.append(functools.partial(lambda a, b, char: a <= ord(char) <= b, first, last))
        elif kind == "CATEGORY":
            tests.append(_category(argument))
        else:
            raise Unsupported(f"{kind.lower()} is not supported")
    return (lambda char: any(test(char) for test in tests) is not negative), named


_MAKERS: dict[str, Callable[[Any], list[Part]]] = {
    "LITERAL": lambda code: [chr(code)],
    "NOT_LITERAL": lambda code: _chars(lambda char: ord(char) != code),
    "ANY": lambda _: _chars(bool),
    "IN": _one_of,
    "CATEGORY": lambda name: _chars(_category(name)),
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
    lengths = [_length(part) for part in parts]
    least = sum(length[0] for length in lengths)
    if least > high or sum(length[1] for length in lengths) < low:
        raise Unsupported(f"no match has {low} to {high} characters")
    missing, slack = max(0, low - least), high - least
    fitted: list[Part] = []
    for part, (shortest, longest) in zip(parts, lengths, strict=True):
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
        count = rng.randint(part.get("min", 1), part.get("max", 1))
        if "chars" in part:
            made.extend(rng.choice(part["chars"]) for _ in range(count))
        else:
            made.extend(sample(rng.choice(part["any"]), rng) for _ in range(count))
    return "".join(made)
