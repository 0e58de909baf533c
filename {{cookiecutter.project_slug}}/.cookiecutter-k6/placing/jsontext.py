"""Compares JSON texts; adds and removes a member without touching any other byte of the text.

Parsing and rewriting a file would change its indentation, number formats and escapes.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

_BLANKS = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^\s,\]}]+")
# A string, a bracket, or everything between two of these.
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^"{}\[\]]+', re.DOTALL)


class Member(NamedTuple):
    """Position of an object's member in the text; `end` is the end of its value."""

    key: str
    start: int
    value: int
    end: int


class Object(NamedTuple):
    """Position of an object in the text: its braces, and its members in order."""

    opening: int
    closing: int
    members: list[Member]

    def member(self, key: str) -> Member | None:
        """Return a member by its key."""
        return next((member for member in self.members if member.key == key), None)


def read_object(text: str, start: int = 0) -> Object | None:
    """Find the object that begins at or after `start`; None if there is another kind of value.

    text: valid JSON.
    """
    opening = _skip_blanks(text, start)
    if text[opening] != "{":
        return None
    members = []
    place = _skip_blanks(text, opening + 1)
    while text[place] != "}":
        key_end = _skip_value(text, place)
        value = _skip_blanks(text, _skip_blanks(text, key_end) + 1)
        end = _skip_value(text, value)
        members.append(Member(json.loads(text[place:key_end]), place, value, end))
        place = _skip_blanks(text, end)
        if text[place] == ",":
            place = _skip_blanks(text, place + 1)
    return Object(opening, place, members)


def add_member(text: str, where: Object, key: str, value: str, indent: str) -> str:
    """Return the text with a member added at the end, in the style of those before it.

    value: JSON text. indent: line break and indentation for the first member of an empty object.
    """
    name = json.dumps(key, ensure_ascii=False)
    if not where.members:
        closing = indent[: -len(indent_unit(text))] if "\n" in indent else indent
        return f"{text[: where.opening + 1]}{indent}{name}: {value}{closing}{text[where.closing :]}"
    last = where.members[-1]
    before = text[: last.start]
    gap = before[len(before.rstrip()) :]
    key_end = _skip_value(text, last.start)
    colon = text[key_end : last.value]
    return f"{text[: last.end]},{gap}{name}{colon}{value}{text[last.end :]}"


def remove_member(text: str, where: Object, key: str) -> str:
    """Return the text without a member and its comma and blanks."""
    index = [member.key for member in where.members].index(key)
    member = where.members[index]
    if index > 0:
        return text[: where.members[index - 1].end] + text[member.end :]
    if len(where.members) > 1:
        return text[: member.start] + text[where.members[1].start :]
    return text[: where.opening + 1] + text[where.closing :]


def without(text: str, name: str) -> str:
    """Return the text without the member of a dotted name; unchanged if there is none.

    >>> without('{"scripts": {"a": 1, "b": 2}}', "scripts.a")
    '{"scripts": {"b": 2}}'
    """
    where = read_object(text)
    *parents, key = name.split(".")
    for parent in parents:
        member = where.member(parent) if where else None
        where = read_object(text, member.value) if member else None
    if where is None or where.member(key) is None:
        return text
    return remove_member(text, where, key)


def same_json(one: bytes, other: bytes) -> bool:
    r"""Tell whether two files hold the same JSON document, however they are laid out.

    >>> same_json(b'{"a": 1, "b": []}', b'{\n\t"b": [ ],\n\t"a": 1\n}')
    True
    """
    try:
        return bool(read_json(one) == read_json(other))
    except (ValueError, RecursionError):
        return False


def read_json(content: bytes) -> Any:
    """Return the document of a JSON file in UTF-8, with or without a byte order mark.

    Raises ValueError, or RecursionError for one that is nested too deeply.
    """
    return json.loads(content.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))


def indent_unit(text: str) -> str:
    """Return the blanks of one level of indentation: those before the first member."""
    match = re.search(r"\{\s*?\n([ \t]+)\"", text)
    return match[1] if match else "  "


def _skip_blanks(text: str, place: int) -> int:
    match = _BLANKS.match(text, place)
    return match.end() if match else place


def _skip_value(text: str, place: int) -> int:
    """Return where the value that begins here ends."""
    if text[place] not in '"{[':
        match = _SCALAR.match(text, place)
        return match.end() if match else place
    depth = 0
    for token in _TOKEN.finditer(text, place):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth == 0:
            return token.end()
    return len(text)
