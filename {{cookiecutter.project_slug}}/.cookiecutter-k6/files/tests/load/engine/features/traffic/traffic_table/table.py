"""data/traffic.jsonl: a header, and for each journey a line about it and a line for each step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .model import Refused

FORMAT = 1
Row = dict[str, Any]


@dataclass
class Table:
    """All journeys. journeys: name -> the line about it; rows: name -> steps."""

    journeys: dict[str, Row] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)


def dumps(table: Table) -> str:
    """Return the text of a table."""
    lines: list[Row] = [{"format": FORMAT}]
    for name, about in table.journeys.items():
        lines.append(about)
        lines += table.rows.get(name, [])
    return "".join(_line(line) + "\n" for line in lines)


def _line(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Lone surrogates cannot be written; line separators would look like further lines.
    return text if text.isprintable() else json.dumps(value)


def loads(text: str) -> Table:
    """Parse the text of a table; raise ValueError for anything else."""
    lines = [json.loads(line) for line in text.split("\n") if line.strip()]
    if not lines or not isinstance(lines[0], dict) or lines[0].get("format") != FORMAT:
        raise ValueError(f"expected a table of format {FORMAT}")
    table = Table()
    for line in lines[1:]:
        if "values" in line:
            table.journeys[line["journey"]] = line
        else:
            table.rows.setdefault(line["journey"], []).append(line)
    return table


def read(path: str) -> Table:
    """Read a table; return an empty one if there is none, or one of another format.

    Raise Refused if it cannot be parsed.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return loads(file.read())
    except json.JSONDecodeError:
        # Its rows would be lost: the recordings that they came from are elsewhere.
        raise Refused(
            f"{path} is no table: a merge conflict, or a pointer of Git LFS (git lfs pull)? Restore"
            " it from git, or delete it to begin a new one"
        ) from None
    except (OSError, ValueError, TypeError, KeyError):
        return Table()


@dataclass
class Changes:
    """What differs between two imports of a journey: names of steps; changed: name -> what."""

    added: list[str]
    removed: list[str]
    changed: dict[str, list[str]]

    def __bool__(self) -> bool:
        """Is there any difference?"""
        return bool(self.added or self.removed or self.changed)


_PARTS = {
    "url": "URL", "headers": "headers", "cookies": "cookies", "body": "body",
    "type": "content type",
    "ok": "expected status", "responses": "expected answer", "takes": "links", "skip": "left out",
    "undo": "clean-up", "group": "page",
}  # fmt: skip


def compare(before: Sequence[Row], after: Sequence[Row]) -> Changes:
    """Return what was added, removed and changed. Pauses and what runs in parallel do not count."""
    old, new = _numbered(before), _numbered(after)
    changed = {}
    for name, row in new.items():
        if name in old:
            was = old[name]
            what = [word for key, word in _PARTS.items() if was.get(key) != row.get(key)]
            if what:
                changed[name] = what
    return Changes([n for n in new if n not in old], [n for n in old if n not in new], changed)


def _numbered(rows: Sequence[Row]) -> dict[str, Row]:
    """Return rows by name; the second of a name gets a number."""
    found: dict[str, Row] = {}
    for row in rows:
        name, number = row["name"], 2
        while name in found:
            name, number = f"{row['name']} ({number})", number + 1
        found[name] = row
    return found
