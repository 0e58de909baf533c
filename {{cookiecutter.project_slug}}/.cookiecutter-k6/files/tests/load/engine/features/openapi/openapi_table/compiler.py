"""Compiles a document into a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .document import BadDocument, Document
from .generators.builder import Builder
from .generators.nodes import Node
from .links.linker import Linker
from .operations.model import Operation
from .operations.reader import Reader
from .reading.source import Source
from .rows.maker import Row, RowMaker, in_order
from .schemas.checker import Checker
from .schemas.views import Schemas
from .table import FORMAT, Table
from .texts import clean


class Choices(NamedTuple):
    """What the user wants: operations for which `wanted` is true, with the user's own values."""

    wanted: Callable[[Operation], bool] | None = None
    values: Callable[[Operation], Mapping[str, Any]] = lambda _: {}


def compile_document(source: Source, choices: Choices | None = None) -> Table:
    """Compile a document; raise BadDocument if it has no operations or is not OpenAPI."""
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
    maker = RowMaker(document, schemas, builder, linker)
    rows = [maker.row(operation, choices.values(operation)) for operation in chosen]
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
    """Remove skipped operations from `needs` and `undo` of the others."""
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
            if isinstance(name, str) and name not in used:
                used.add(name)
                waiting.append(shared[name])
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
        "base": reader.base(),
        "servers": reader.servers(),
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
