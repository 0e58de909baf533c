"""Decodes messages of PostgreSQL's output plugin `pgoutput`, protocol version 1."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

# Parsers of types, by their number in pg_type; other types stay text.
READERS: dict[int, Callable[[str], object]] = {
    16: lambda text: text == "t",
    20: int,
    21: int,
    23: int,
    700: float,
    701: float,
    1700: float,
}


@dataclass(frozen=True)
class Change:
    """One changed row. `kind` is insert, update or delete; a delete has the key only."""

    kind: str
    table: str
    row: Row


@dataclass(frozen=True)
class Table:
    """A table as the server described it."""

    name: str
    columns: list[tuple[str, int]]


@dataclass
class Decoder:
    """Turns messages into changes. It needs all messages, because some describe the tables."""

    tables: dict[int, Table] = field(default_factory=dict)

    def decode(self, message: bytes) -> Change | None:
        """Return the change, or None for messages without one."""
        read = Reader(message)
        kind = read.letter()
        if kind == "R":
            number = read.number("I")
            read.text()
            name = read.text()
            read.letter()
            self.tables[number] = Table(name, [self._column(read) for _ in range(read.number("H"))])
        elif kind in {"I", "U", "D"}:
            return self._change(kind, read)
        return None

    @staticmethod
    def _column(read: Reader) -> tuple[str, int]:
        read.number("B")
        name, number = read.text(), read.number("I")
        read.number("i")
        return name, number

    def _change(self, kind: str, read: Reader) -> Change:
        table = self.tables[read.number("I")]
        part = read.letter()
        row = self._row(table, read)
        if kind == "U" and part != "N":
            # The first one was the old row.
            read.letter()
            row = self._row(table, read)
        name = {"I": "insert", "U": "update", "D": "delete"}[kind]
        return Change(name, table.name, row)

    @staticmethod
    def _row(table: Table, read: Reader) -> Row:
        row: Row = {}
        count = read.number("H")
        for name, number in table.columns[:count]:
            kind = read.letter()
            if kind == "t":
                text = read.bytes(read.number("I")).decode()
                row[name] = READERS.get(number, str)(text)
            elif kind == "n":
                row[name] = None
        return row


class Reader:
    """Reads values from a message, front to back."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._at = 0

    def bytes(self, length: int) -> bytes:
        """Return that many bytes."""
        self._at += length
        return self._message[self._at - length : self._at]

    def letter(self) -> str:
        """Return one character."""
        return self.bytes(1).decode()

    def number(self, layout: str) -> int:
        """Return a number; `layout` as in `struct`, big-endian."""
        layout = f"!{layout}"
        return int(struct.unpack(layout, self.bytes(struct.calcsize(layout)))[0])

    def text(self) -> str:
        """Return a zero-terminated text."""
        end = self._message.index(0, self._at)
        return (self.bytes(end - self._at) + self.bytes(1))[:-1].decode()
