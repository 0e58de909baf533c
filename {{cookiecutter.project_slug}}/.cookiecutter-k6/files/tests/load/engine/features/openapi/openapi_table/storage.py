"""Writes tables to files and reads them again: one JSON object per line."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from typing import Any

from .table import FORMAT, Table, empty_table


def dumps(table: Table) -> str:
    """Return the text of a table: header, rows and shared generators, one per line."""
    lines: list[Mapping[str, Any]] = [table.header, *table.rows]
    lines += [{"shared": name, "gen": node} for name, node in table.shared.items()]
    return "".join(_line(line) + "\n" for line in lines)


def _line(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Lone surrogates cannot be written; line separators would look like further lines.
    return text if text.isprintable() else json.dumps(value)


def loads(text: str) -> Table:
    """Parse the text of a table; raise ValueError for anything else."""
    lines = [json.loads(line) for line in text.split("\n") if line]
    if not lines or not isinstance(lines[0], dict) or lines[0].get("format") != FORMAT:
        raise ValueError("it has another format")
    rows = [line for line in lines[1:] if "name" in line]
    return Table(
        lines[0], rows, {line["shared"]: line["gen"] for line in lines[1:] if "shared" in line}
    )


def read(path: str) -> Table:
    """Read a table; return an empty one if the file is missing or is not a table."""
    try:
        with open(path, encoding="utf-8") as file:
            return loads(file.read())
    except (OSError, ValueError, TypeError, KeyError):
        return empty_table()


def write(path: str, text: str) -> None:
    """Write a file atomically."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=".operations-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
