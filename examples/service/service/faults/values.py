"""Values of faults and their parameters: parsing and accepted values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Value = float | int | str | bool

WORDS_FOR_TRUE = ("true", "on", "yes", "1")
WORDS_FOR_FALSE = ("false", "off", "no", "0")


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    Attributes:
        accepts: description of accepted values, for messages and help.
        read: parses a text; raises ``ValueError`` if it is invalid.
    """

    accepts: str
    read: Callable[[str], Value]


@dataclass(frozen=True)
class Parameter:
    """A named value of a fault; a ``default`` of None means that it is required."""

    name: str
    kind: Kind
    default: Value | None
    help: str


def number(low: float, high: float, unit: str) -> Kind:
    """Return the kind of numbers from ``low`` to ``high``."""

    def read(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(text)
        return value

    return Kind(f"{unit}, {low:.10g} to {high:.10g}", read)


def integer(low: int, high: int, unit: str) -> Kind:
    """Return the kind of whole numbers from ``low`` to ``high``."""

    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return Kind(f"{unit}, whole number, {low} to {high}", read)


def choice(*words: str) -> Kind:
    """Return the kind that is one of some words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Kind(" or ".join(words), read)


def text(meaning: str) -> Kind:
    """Return the kind of any text that is not empty."""

    def read(value: str) -> str:
        if not value:
            raise ValueError(value)
        return value

    return Kind(meaning, read)


def paths() -> Kind:
    """Return the kind of one or more paths, separated by ``|``."""

    def read(value: str) -> str:
        if not all(path.startswith("/") for path in value.split("|")):
            raise ValueError(value)
        return value

    return Kind("paths that start with /, separated by |", read)


def flag() -> Kind:
    """Return the kind of switches."""

    def read(value: str) -> bool:
        if value.lower() in WORDS_FOR_TRUE:
            return True
        if value.lower() in WORDS_FOR_FALSE:
            return False
        raise ValueError(value)

    return Kind("true or false", read)
