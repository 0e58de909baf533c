"""Documents whose every text is code, markup or a path: all of it has to stay data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_table.reading.parsing import parse
from openapi_table.table import dumps, loads

from tests.openapi.compiling import compiled, openapi
from tests.openapi.oracle import Oracle
from tests.support.layout import LOAD
from tests.support.tricky_inputs import TRICKY_TEXTS

CODE = (
    "'; require('child_process').exec('touch pwned'); '",
    '"+(()=>{throw new Error("pwned")})()+"',
    "`${globalThis.pwned=1}`",
    "*/ pwned(); /*",
    "</script><script>pwned()</script>",
    "$(touch pwned)`touch pwned`;touch pwned|touch pwned&",
    "{{ cookiecutter.__class__ }}{% raw %}",
    "__import__('os').system('touch pwned')",
    "!!python/object/apply:os.system ['touch pwned']",
    "../../../../pwned",
    "..\\..\\pwned",
    "/etc/passwd",
    "a\nb\r\nc\x00\x1b]0;pwned\x07",
    "\u2028\u2029\u202e",
    "\ud800",
    "__proto__",
    "constructor",
    "%s%n%x {0} {a.b}",
    "# @feature openapi {",
    "@@project_name@@",
)


def hostile(text: str) -> dict[str, Any]:
    """Return a document with a text wherever one may stand."""
    schema = {
        "type": "object",
        "title": text,
        "description": text,
        "required": [text],
        "properties": {
            text: {"type": "string", "enum": [text], "default": text, "description": text},
            "free": {"type": "string", "example": text},
        },
        "example": {text: text},
        "discriminator": {"propertyName": text, "mapping": {text: text}},
    }
    operation = {
        "operationId": text,
        "summary": text,
        "tags": [text],
        "security": [{text: []}],
        "parameters": [
            {"name": text, "in": "query", "required": True, "schema": {"enum": [text]}},
            {"name": text, "in": "header", "required": True, "schema": {"enum": [text]}},
            {"name": "p", "in": "path", "required": True, "schema": {"pattern": text}},
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema}, text: {}},
        },
        "responses": {
            "200": {"description": text, "content": {text: {"schema": schema}}},
            text: {},
        },
    }
    return openapi(
        {f"/{text}/{{p}}": {"post": operation}, text: {"get": {"responses": {}}}},
        servers=[{"url": "/" + text}, {"url": text}],
        info={"title": text, "version": text},
        components={
            "schemas": {text: schema},
            "securitySchemes": {text: {"type": "apiKey", "in": "header", "name": text}},
        },
    )


@pytest.mark.parametrize("text", [*CODE, *TRICKY_TEXTS[::7]], ids=ascii)
def test_every_text_stays_data(text: str) -> None:
    document = hostile(text)
    table = compiled(document)
    for row in table.rows:
        assert "," not in row["name"]
        assert row["name"].isprintable()
        assert row["journey"].isprintable()
    values = list(Oracle(parse(json.dumps(document).encode()), table).judge(2))
    assert values
    assert not [judged for judged in values if judged.problem and "pattern" not in judged.problem]


def test_literal_parts_of_a_path_are_encoded() -> None:
    paths: dict[str, Any] = {"/a b/${x}/`c`/{id}/\"'/é/%41": {"get": {"responses": {}}}}
    (row,) = compiled(openapi(paths)).rows
    assert row["url"][0] == "/a%20b/$"
    assert row["url"][1] == "x"
    assert all(part.isascii() and " " not in part for part in row["url"][::2])


@pytest.mark.slow
def test_the_command_runs_nothing_and_writes_one_file(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "tests" / "load" / "data").mkdir(parents=True)
    documents = tmp_path / "documents"
    documents.mkdir()
    for number, text in enumerate(CODE):
        path = documents / f"{number}.json"
        path.write_text(json.dumps(hostile(text)), encoding="utf-8")
        tool = LOAD / "engine/features/openapi/compile.py"
        command = [sys.executable, str(tool), "--project", str(project), "update", str(path)]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        lines = (project / "tests/load/data/operations.jsonl").read_bytes().split(b"\n")
        assert all(json.loads(line) for line in lines if line)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {
        "project/tests/load/data/operations.jsonl",
        *(f"documents/{number}.json" for number in range(len(CODE))),
    }


def test_a_line_of_the_table_is_a_line_to_everybody() -> None:
    table = compiled(hostile("a\u2028b\u0085c\ud800"))
    text = dumps(table)
    assert len(text.encode("utf-8").decode("utf-8").splitlines()) == text.count("\n")
    assert loads(text).rows == list(table.rows)
