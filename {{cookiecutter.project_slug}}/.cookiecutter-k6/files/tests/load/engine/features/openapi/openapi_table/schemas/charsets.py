"""Character sets of regular expressions: which characters a set contains."""

from __future__ import annotations

import functools
import string
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
