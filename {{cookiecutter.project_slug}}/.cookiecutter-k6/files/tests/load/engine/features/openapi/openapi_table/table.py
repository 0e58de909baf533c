"""The operations table as a file: written, read, compared."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .checker import Checker
from .document import BadDocument, Document
from .generators import Builder
from .links import Linker
from .operations import Operation, Reader, clean
from .rows import Row, RowMaker, in_order
from .sampling import Node
from .schemas import Schemas
from .source import Source

FORMAT = 1


class Table(NamedTuple):
    """A compiled document."""

    header: Mapping[str, Any]
    rows: Sequence[Row]
    shared: Mapping[str, Node]


class Choices(NamedTuple):
    """What the user wants: operations for which `wanted` is true, own values by operation name."""

    wanted: Any = None
    values: Mapping[str, Mapping[str, Any]] = {}


def compile_document(source: Source, choices: Choices | None = None) -> Table:
    """Compile a document; raise BadDocument when it is none."""
    choices = choices or Choices()
    document = Document(source.root)
    reader = Reader(document)
    schemas = Schemas(document)
    for at, what in source.notes:
        document.note(at, what)
    every = list(reader.read())
    if not every:
        raise BadDocument(_nothing(document))
    chosen = [
        operation for operation in every if choices.wanted is None or choices.wanted(operation)
    ]
    linker = Linker(chosen, schemas)
    builder = Builder(schemas, Checker(document), linker.property_slot)
    maker = RowMaker(reader, schemas, builder, linker)
    rows = [maker.row(operation, choices.values.get(operation.name, {})) for operation in chosen]
    _forget_skipped(rows)
    rows = in_order(rows, linker.order())
    used = _used(rows, builder.shared)
    return Table(
        _header(source, document, reader, every, rows),
        rows,
        {name: builder.shared[name] for name in sorted(used)},
    )


def _nothing(document: Document) -> str:
    noticed = [f"{at}: {what}" for at, what in document.notes.items()][:3]
    return "; ".join(["#/paths: the document holds no operation", *noticed])


def _forget_skipped(rows: Sequence[Row]) -> None:
    """Take operations that are not sent out of what others need."""
    skipped = {row["name"] for row in rows if "skip" in row}
    for row in rows if skipped else ():
        needs = {
            slot: [name for name in givers if name not in skipped]
            for slot, givers in row.get("needs", {}).items()
        }
        if "needs" in row:
            row["needs"] = {slot: givers for slot, givers in needs.items() if givers}
            if not row["needs"]:
                del row["needs"]
        if row.get("undo") in skipped:
            del row["undo"]


def _used(rows: Iterable[Row], shared: Mapping[str, Node]) -> set[str]:
    used: set[str] = set()
    waiting: list[Any] = [[row.get("params"), row.get("body")] for row in rows]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict) and not node.keys() & {"const", "pick"}:
            name = node.get("use")
            if isinstance(name, str) and len(node) == 1 and name not in used:
                used.add(name)
                waiting.append(shared[name])
            elif not isinstance(name, str):
                waiting.extend(node.values())
    return used


def _header(
    source: Source,
    document: Document,
    reader: Reader,
    every: Sequence[Operation],
    rows: Sequence[Row],
) -> dict[str, Any]:
    info = document.mapping(document.root, "#", "info")
    named = {name for row in rows for way in row.get("auth", []) for name in way}
    return {
        "format": FORMAT,
        "document": {
            "title": clean(info.get("title", "")),
            "version": clean(info.get("version", "")),
            "openapi": clean(document.version),
            "source": clean(source.label),
            "digest": source.digest,
        },
        "base": reader.base(document.root, "#") or "",
        "schemes": {name: scheme for name, scheme in reader.schemes.items() if name in named},
        "counts": {
            "operations": len(rows),
            "skipped": sum("skip" in row for row in rows),
            "excluded": len(every) - len(rows),
        },
        "unsupported": [
            {"at": clean(at), "what": clean(what)} for at, what in document.notes.items()
        ],
    }


def empty_table() -> Table:
    """Return the table of a suite whose document was not read yet."""
    return Table({"format": FORMAT, "document": None}, [], {})


def dumps(table: Table) -> str:
    """Return the text of a table: a line for the header, each row and each shared generator."""
    lines: list[Mapping[str, Any]] = [table.header, *table.rows]
    lines += [{"shared": name, "gen": node} for name, node in table.shared.items()]
    return "".join(_line(line) + "\n" for line in lines)


def _line(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Halves of surrogate pairs cannot be written; line separators would look like more lines.
    return text if text.isprintable() else json.dumps(value)


def loads(text: str) -> Table:
    """Parse the text of a table; raise ValueError when it is none."""
    lines = [json.loads(line) for line in text.split("\n") if line]
    if not lines or not isinstance(lines[0], dict) or lines[0].get("format") != FORMAT:
        raise ValueError("it has another format")
    rows = [line for line in lines[1:] if "name" in line]
    return Table(
        lines[0], rows, {line["shared"]: line["gen"] for line in lines[1:] if "shared" in line}
    )


def read(path: str) -> Table:
    """Read a table; an absent, empty or foreign file is an empty one."""
    try:
        with open(path, encoding="utf-8") as file:
            return loads(file.read())
    except (OSError, ValueError, TypeError, KeyError):
        return empty_table()


def write(path: str, text: str) -> None:
    """Write a file as a whole or not at all."""
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
