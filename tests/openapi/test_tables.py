"""Whole tables of the documents, and values made from them: see `tests/support/expected.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_table import table
from openapi_table.compiler import compile_document
from openapi_table.generators.sampling import Sampler
from openapi_table.reading import source
from openapi_table.reading.source import Source
from openapi_table.table import Table

from tests.openapi.cases import CASES, SCHEMAS
from tests.openapi.compiling import OK, openapi
from tests.support import expected

DOCUMENTS = Path(__file__).parent / "documents"
EXPECTED = expected.beside(Path(__file__))
FILES = {path.stem: path for path in sorted(DOCUMENTS.rglob("*.*"))}


def generators(row: Any) -> Iterator[tuple[str, Any]]:
    """Yield the generators of a row, with where each is."""
    for parameter in row.get("params", []):
        yield f"{parameter['in']}.{parameter['name']}", parameter["gen"]
    for entry in row.get("body", {}).get("types", []):
        yield entry["type"], entry["gen"]


def lines_of(made: Table) -> list[str]:
    """Return the lines of a table, and after them three values of each of its generators."""
    lines = table.dumps(made).splitlines()
    for row in made.rows:
        for where, node in generators(row):
            values = [Sampler(made.shared, 7, chance).make(node) for chance in (0.0, 0.5, 1.0)]
            lines.append(json.dumps({"of": row["name"], "where": where, "values": values}))
    return lines


@pytest.mark.parametrize("name", FILES)
def test_a_document_gives_the_same_table_as_ever(name: str) -> None:
    path = FILES[name]
    expected.compare(EXPECTED, name, lines_of(compile_document(source.read(str(path), path.name))))


def test_schemas_of_all_kinds_give_the_same_generators_as_ever() -> None:
    bodies = {
        f"/{name}": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": schema}},
                },
                "responses": OK,
            }
        }
        for name, schema in CASES.items()
    }
    document = openapi(bodies, components={"schemas": SCHEMAS})
    made = compile_document(Source(document, "test.json", "-"))
    expected.compare(EXPECTED, "schemas", lines_of(made))


def test_a_document_in_several_files_gives_the_same_whole_as_ever(tmp_path: Path) -> None:
    main = {
        "openapi": "3.1.0",
        "info": {"title": "Parts", "version": "1"},
        "paths": {"/a": {"$ref": "paths/a.yaml"}, "/b": {"$ref": "paths/a.yaml#/other"}},
        "components": {"schemas": {"Own": {"type": "integer"}, "Up": {"$ref": "paths/a.yaml#/S"}}},
    }
    part = {
        "get": {"responses": {"200": {"$ref": "../shared%20parts.json#/ok"}}},
        "other": {"post": {"responses": {"201": {"$ref": "../main.json#/paths/~1a"}}}},
        "S": {
            "oneOf": [{"$ref": "#/T"}, {"$ref": "../main.json#/components/schemas/Own"}],
            "discriminator": {
                "propertyName": "k",
                "mapping": {"t": "#/T", "own": "Own", "far": "a.yaml#/T", "odd": 7},
            },
        },
        "T": {"$ref": "a.yaml#/S", "also": [{"$ref": "missing.yaml"}, {"$ref": "https://x.y/z"}]},
    }
    files = {
        "main.json": main,
        "paths/a.yaml": part,
        "shared parts.json": {"ok": {"description": "fine", "x": {"$ref": "../outside.json"}}},
        "paths/unused.yaml": {},
    }
    (tmp_path / "paths").mkdir()
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    found = source.read(str(tmp_path / "main.json"), "main.json")
    lines = [json.dumps([key, value]) for key, value in found.root.items()]
    lines += [json.dumps(note) for note in found.notes]
    lines = [line.replace(str(tmp_path), "HERE") for line in lines]
    expected.compare(EXPECTED, "several files", [*lines, found.label])
