"""The operations table: a header, a row for each operation, and the generators that rows share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .generators.nodes import Node
from .rows.maker import Row

FORMAT = 2


class Table(NamedTuple):
    """A compiled document. shared: generators by name."""

    header: Mapping[str, Any]
    rows: Sequence[Row]
    shared: Mapping[str, Node]


def empty_table() -> Table:
    """Return the table of a suite that has compiled no document yet."""
    return Table({"format": FORMAT, "document": None}, [], {})
