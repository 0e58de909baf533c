"""The operations table: a header, a row for each operation, and the generators that rows share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .generators.nodes import Node
from .rows.maker import Row
from .texts import clean

FORMAT = 2


class Table(NamedTuple):
    """A compiled document. shared: generators by name."""

    header: Mapping[str, Any]
    rows: Sequence[Row]
    shared: Mapping[str, Node]


def empty_table() -> Table:
    """Return the table of a suite that has compiled no document yet."""
    return Table({"format": FORMAT, "document": None}, [], {})


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


class Changes(NamedTuple):
    """What differs between two tables, by operation name; changed: name -> what changed."""

    added: Sequence[str]
    removed: Sequence[str]
    changed: Mapping[str, Sequence[str]]

    def __bool__(self) -> bool:
        """Is there any difference?"""
        return bool(self.added or self.removed or self.changed)


_PARTS = {
    "url": "path",
    "base": "base path",
    "tags": "tags",
    "journey": "journey",
    "role": "role",
    "auth": "authentication",
    "ok": "expected statuses",
    "responses": "responses",
    "needs": "dependencies",
    "gives": "dependencies",
    "undo": "clean-up",
    "skip": "skipped",
    "body": "body",
    "id": "operationId",
    "left": "parameters",
    "ordered": "parameters",
    "danger": "danger",
    "credentials": "credentials",
    "targets": "IDs of its own",
}


def compare(before: Table, after: Table) -> Changes:
    """Return what was added, removed and changed."""
    old = {row["name"]: row for row in before.rows}
    new = {row["name"]: row for row in after.rows}
    shared = {
        name
        for name in {*before.shared, *after.shared}
        if before.shared.get(name) != after.shared.get(name)
    }
    affected = _users(shared, after.shared)
    changed = {}
    for name, row in new.items():
        if name in old:
            what = _differences(old[name], row, affected)
            if what:
                changed[name] = what
    return Changes([n for n in new if n not in old], [n for n in old if n not in new], changed)


def _users(changed: set[str], shared: Mapping[str, Node]) -> set[str]:
    """Return the shared generators that are changed or use changed ones."""
    found = set(changed)
    while True:
        more = {
            name for name, node in shared.items() if name not in found and found & set(_uses(node))
        }
        if not more:
            return found
        found |= more


def _uses(node: Any) -> Iterable[str]:
    if isinstance(node, list):
        for item in node:
            yield from _uses(item)
    elif isinstance(node, dict) and not node.keys() & {"const", "pick"}:
        if isinstance(node.get("use"), str):
            yield node["use"]
        for item in node.values():
            yield from _uses(item)


def _differences(old: Row, new: Row, affected: set[str]) -> list[str]:
    if ("skip" in old) != ("skip" in new):
        return ["skipped now" if "skip" in new else "no longer skipped"]
    what = [label for key, label in _PARTS.items() if old.get(key) != new.get(key)]
    if "body" not in what and affected & set(_uses(new.get("body"))):
        what.append("body")
    before = {f"{item['in']}.{item['name']}": item for item in old.get("params", [])}
    after = {f"{item['in']}.{item['name']}": item for item in new.get("params", [])}
    what += [f"+{clean(name)}" for name in after if name not in before]
    what += [f"-{clean(name)}" for name in before if name not in after]
    what += [
        clean(name)
        for name, item in after.items()
        if name in before and (before[name] != item or affected & set(_uses(item)))
    ]
    return list(dict.fromkeys(what))
