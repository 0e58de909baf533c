"""Regular expressions of schemas: matching them safely with the standard library.

Schemas hold ECMA-262 expressions, and in practice those of other languages too. Expressions that
could take exponential time are matched by sets of positions instead.
"""

from __future__ import annotations

import functools
import importlib
import re
import string
import sys
import warnings
from collections.abc import Callable
from typing import Any

ALNUM = string.ascii_lowercase + string.ascii_uppercase + string.digits


class Unsupported(Exception):
    """No text can be made for an expression; the message says why."""


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "DIGIT": lambda char: char in string.digits,
    "SPACE": lambda char: char in " \t\n\r\f\v",
    "WORD": lambda char: char in ALNUM + "_",
}


def category(name: Any) -> Callable[[str], bool]:
    """Return a test for a class such as `CATEGORY_NOT_DIGIT`. Raises Unsupported."""
    words = str(name).removeprefix("CATEGORY_").split("_")
    member = _CATEGORIES.get(words[-1])
    if member is None:
        raise Unsupported(f"{name} is not supported")
    return (lambda char: not member(char)) if words[0] == "NOT" else member


def members(items: list[tuple[Any, Any]]) -> tuple[Callable[[str], bool], list[str]]:
    """Return a test for the characters of a set, and the characters the set names.

    items: the set as parsed by the standard library.
    """
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
            tests.append(category(argument))
        else:
            raise Unsupported(f"{kind.lower()} is not supported")
    return (lambda char: any(test(char) for test in tests) is not negative), named


def single(kind: str, argument: Any) -> Callable[[str], bool]:
    """Return a test for what one parsed element matches. Raises Unsupported."""
    if kind == "LITERAL":
        return lambda char: ord(char) == argument
    if kind == "NOT_LITERAL":
        return lambda char: ord(char) != argument
    if kind == "ANY":
        return lambda char: char != "\n"
    if kind == "IN":
        return members(argument)[0]
    raise Unsupported(f"{kind.lower()} is not supported")


_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_TEXT_LIMIT = 4096  # longer texts match nothing
_SHORT = 12  # characters: on texts this short only repetitions of nothing take long
_TURNS = 10_000  # repetitions that are certain and still fast, as of `(x?){9999}`
_SLOW_LIMIT = 500  # longer texts are not matched by sets of positions
_REPEATS = 4  # open-ended repetitions in sequence that are still fast
_REPETITIONS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_PROPERTIES = {
    "L": "a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f",
    "Lu": "A-Z\u00c0-\u00d6",
    "Ll": "a-z\u00df-\u00f6",
    "N": "0-9",
    "N" + "d": "0-9",  # in two parts, because spell checkers take it for a mistake
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
    if _turns(expression) > _TURNS or (len(text) > _SHORT and _explodes(expression)):
        return _matches_slowly(expression, text)
    return known.search(text) is not None


@functools.cache
def tree(expression: str) -> Any:
    """Return an expression as parsed by the standard library, an empty list for an invalid one."""
    known = compiled(expression)
    if known is None:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parser.parse(known.pattern, known.flags & ~re.UNICODE | re.ASCII)


@functools.cache
def _turns(expression: str) -> int:
    """Return how often the innermost part of an expression is repeated at least."""
    return _nested_turns(tree(expression))


def _nested_turns(items: Any) -> int:
    turns = [1]
    for operation, argument in items:
        kind = str(operation)
        least = max(1, int(argument[0])) if kind in _REPETITIONS else 1
        turns += [least * _nested_turns(inner) for inner in _inner(kind, argument)]
    return max(turns)


@functools.cache
def _explodes(expression: str) -> bool:
    """Tell whether trying to match may take for ever: repeats in repeats, or many of them."""
    repeats, nested = _repeats(tree(expression), inside=False)
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
        return bool(_after(tree(expression), text, set(range(len(text) + 1))))
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
    test = single(kind, argument)
    return {at + 1 for at in places if at < len(text) and test(text[at])}


def _repeated(argument: Any, text: str, places: set[int]) -> set[int]:
    low, high, items = argument
    # After that many, one of them was of no text, and more of them change nothing.
    for _ in range(min(int(low), len(text) + 1)):
        places = _after(items, text, places)
    found = new = places
    for _ in range(min(int(high) - int(low), len(text) + 1)):
        new = _after(items, text, new) - found
        if not new:
            break
        found = found | new
    return found
