"""A suite whose table was compiled from a document, with nothing edited."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.openapi.compiling import compiled, samples
from tests.support.layout import LOAD
from tests.support.suite_runner import ANY_LATENCY, Suite

SCRIPT = "scripts/openapi.js"
Compiled = Callable[..., Suite]


def consent(document: Any) -> Any:
    """Return overrides that send what is left out by default, with ids that the user gives."""
    table = compiled(document)
    own = {}
    for row in table.rows:
        made = {f"{item['in']}.{item['name']}": item["gen"] for item in row.get("params", [])}
        values = {
            key: samples(table, made[key], 1)[0] for key in row.get("targets", {}) if key in made
        }
        own[row["name"]] = {"skip": False, "values": values}
    return {"operations": own}


def compiled_suite(k6: Path, folder: Path, document: Path, overrides: Any = None) -> Suite:
    """Copy the suite into a folder and compile a document into it."""
    load = folder / "project" / "tests" / "load"
    shutil.copytree(LOAD, load, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    if overrides is not None:
        own = load / "data" / "operations.overrides.json"
        own.write_text(json.dumps(overrides), encoding="utf-8")
    tool = str(load / "engine/features/openapi/compile.py")
    command = [sys.executable, tool, "update", str(document)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    settings: dict[str, str | float] = {
        "DURATION": "1s",
        "THINK_TIME": 0.1,
        "THRESHOLDS": ANY_LATENCY,
    }
    return Suite(k6, load, folder, settings)
