"""Small documents made around what a test is about, and what the compiler makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from openapi_table.compiler import Choices, compile_document
from openapi_table.document import Document
from openapi_table.generators.builder import Builder
from openapi_table.generators.nodes import Node
from openapi_table.generators.sampling import Sampler
from openapi_table.reading.parsing import parse
from openapi_table.reading.source import Source
from openapi_table.schemas.checker import Checker
from openapi_table.schemas.views import Schemas
from openapi_table.table import Table

Json = dict[str, Any]

# What the running test has compiled; `conftest.py` compares it with `expected/`.
tables: list[Table] = []

OK: Json = {"200": {"description": "fine"}}


def openapi(paths: Json, version: str = "3.0.3", **more: Any) -> Json:
    """Return an OpenAPI 3 document with these paths; more: other members of the root."""
    return {"openapi": version, "info": {"title": "T", "version": "1"}, "paths": paths, **more}


def swagger(paths: Json, **more: Any) -> Json:
    """Return a Swagger 2 document with these paths."""
    return {"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": paths, **more}


def posting(schema: Any, media_type: str = "application/json", **media: Any) -> Json:
    """Return paths with one operation that sends a body."""
    content = {media_type: {"schema": schema, **media}}
    body = {"required": True, "content": content}
    return {"/things": {"post": {"requestBody": body, "responses": OK}}}


def getting(*parameters: Json, path: str = "/things") -> Json:
    """Return paths with one operation that has these parameters."""
    return {path: {"get": {"parameters": list(parameters), "responses": OK}}}


def compiled(document: Any, choices: Choices | None = None) -> Table:
    """Compile a document as if it came from a file."""
    root = parse(json.dumps(document).encode()) if isinstance(document, dict) else document
    tables.append(compile_document(Source(root, "test.json", "-"), choices))
    return tables[-1]


def row_of(table: Table, name: str) -> Json:
    """Return the row of an operation."""
    return next(row for row in table.rows if row["name"] == name)


def only_row(document: Any) -> Json:
    """Return the one row of a document."""
    rows = compiled(document).rows
    assert len(rows) == 1
    return rows[0]


def build(schema: Any, name: str = "", components: Mapping[str, Any] | None = None) -> Node:
    """Return the generator of a schema."""
    document = Document(openapi({}, components={"schemas": dict(components or {})}))
    return Builder(Schemas(document), Checker(document), lambda _name, _view: None).node(
        schema, name
    )


def samples(table: Table, node: Node, count: int = 5, chance: float = 0.5) -> list[Any]:
    """Return values of a generator."""
    sampler = Sampler(table.shared, chance=chance)
    return [sampler.make(node) for _ in range(count)]


def body_of(row: Json, kind: str = "json") -> Node:
    """Return the generator of a row's body."""
    made: Node = next(entry["gen"] for entry in row["body"]["types"] if entry["kind"] == kind)
    return made


def notes(table: Table) -> dict[str, str]:
    """Return what the header says is not supported, by pointer."""
    return {note["at"]: note["what"] for note in table.header["unsupported"]}
