"""How long does compiling an OpenAPI document take, how much memory, and does it grow linearly?

Generates documents of 250 to 4,000 operations with nested, circular and shared schemas, patterns,
alternatives and parameters, as in real documents. Measures CPU time and peak memory of the whole
command, including the start of Python.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
SUITE = Path("{{cookiecutter.project_slug}}/.cookiecutter-k6/files/tests/load")
COMPILER = SUITE / "engine/features/openapi/compile.py"
PER_RESOURCE = 5
SIZES = (250, 1000, 4000)


class Cost(NamedTuple):
    """Cost of one compilation. seconds: CPU time. megabytes: peak memory. table: megabytes."""

    seconds: float
    megabytes: float
    table: float


def schema(number: int) -> dict[str, Any]:
    """Return the schema of one resource: circular, with a pattern, an alternative and an array."""
    other = {"$ref": f"#/components/schemas/Thing{(number * 7 + 3) % max(number, 1)}"}
    return {
        "type": "object",
        "required": ["id", "name", "code", "kind"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string", "maxLength": 60, "example": f"Thing {number}"},
            "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4,6}$"},
            "kind": {"type": "string", "enum": ["a", "b", "c"]},
            "price": {"type": "number", "minimum": 0, "multipleOf": 0.01},
            "related": {"type": "array", "items": other},
            "self": {"$ref": f"#/components/schemas/Thing{number}"},
            "contact": {
                "oneOf": [
                    {"type": "object", "required": ["email"], "properties": {"email": TEXT}},
                    {"type": "object", "required": ["phone"], "properties": {"phone": TEXT}},
                ]
            },
            **{f"field{index}": {"type": "string", "nullable": True} for index in range(12)},
        },
    }


TEXT = {"type": "string"}


def document(operations: int) -> dict[str, Any]:
    """Return a document with this many operations, five per resource."""
    count = operations // PER_RESOURCE
    paths: dict[str, Any] = {}
    for number in range(count):
        body = {"$ref": f"#/components/schemas/Thing{number}"}
        content = {"application/json": {"schema": body}}
        listed = {"application/json": {"schema": {"type": "array", "items": body}}}
        tags = [f"things {number // 10}"]
        key = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "integer"}}
        limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}}
        paths[f"/group{number // 10}/things{number}"] = {
            "get": {"tags": tags, "parameters": [limit], "responses": ok("200", listed)},
            "post": {
                "tags": tags,
                "requestBody": {"required": True, "content": content},
                "responses": ok("201", content),
            },
        }
        paths[f"/group{number // 10}/things{number}/{{thingId}}"] = {
            "parameters": [key],
            "get": {"tags": tags, "responses": ok("200", content)},
            "put": {
                "tags": tags,
                "requestBody": {"content": content},
                "responses": ok("200", content),
            },
            "delete": {"tags": tags, "responses": {"204": {"description": "gone"}}},
        }
    schemas = {f"Thing{number}": schema(number) for number in range(count)}
    info = {"title": "Benchmark", "version": "1", "description": "x" * 1000}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def ok(status: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return the responses of an operation."""
    return {status: {"description": "fine", "content": content}}


def compile_file(path: Path, project: Path) -> Cost:
    """Compile a document as the user does; return the cost."""
    tool = REPOSITORY / COMPILER
    command = [sys.executable, str(tool), "--project", str(project), "update", str(path)]
    pid = os.posix_spawn(
        sys.executable,
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"compiling {path} failed")
    table = project / "tests" / "load" / "data" / "operations.jsonl"
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    seconds = usage.ru_utime + usage.ru_stime
    return Cost(seconds, usage.ru_maxrss / unit, table.stat().st_size / 1e6)


def best(path: Path, folder: Path, rounds: int) -> Cost:
    """Return the lowest cost of several compilations: other processes only add to it."""
    return min((compile_file(path, folder) for _ in range(rounds)), key=lambda cost: cost.seconds)


def bare_start() -> float:
    """Return the memory of an idle Python in megabytes."""
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit


def main() -> int:
    """Print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="compilations of each size")
    parser.add_argument("documents", nargs="*", type=Path, help="measure these as well")
    options = parser.parse_args()
    print(f"a bare Python: {bare_start():.0f} MB; bars for 1,000 operations: 1 s, 100 MB")
    print(f"{'document':>28} {'size':>8} {'seconds':>8} {'memory':>8} {'table':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for operations in SIZES:
            path = Path(folder) / f"{operations}.json"
            path.write_text(json.dumps(document(operations)), encoding="utf-8")
            show(f"{operations:,} operations", path, best(path, Path(folder), options.rounds))
        for path in options.documents:
            show(path.name, path, best(path.resolve(), Path(folder), options.rounds))
    return 0


def show(name: str, path: Path, cost: Cost) -> None:
    """Print one line."""
    size = path.stat().st_size / 1e6
    print(
        f"{name:>28} {size:>5.1f} MB {cost.seconds:>6.2f} s {cost.megabytes:>5.0f} MB"
        f" {cost.table:>5.2f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
