"""Whole results of tests as they were when somebody last looked at them.

A folder `expected/` beside the tests has a file for each module, with the lines of each test. They
are compared besides what the test itself asserts. A change that is meant to change them writes them
anew, without `-n`, to be read in the diff:

    WRITE_EXPECTED=1 pytest tests/placing tests/openapi
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

WRITING = bool(os.environ.get("WRITE_EXPECTED"))


@cache
def _blocks(path: Path) -> dict[str, list[str]]:
    """Return the lines of each test in a file, by the test's name."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith('{"test": '):
                lines = found[json.loads(line)["test"]] = []
            else:
                lines.append(line)
    return found


def compare(path: Path, test: str, lines: Sequence[str]) -> None:
    """Compare the lines of a test with those in a file; write them if somebody wants that."""
    blocks = _blocks(path)
    if WRITING:
        blocks[test] = list(lines)
        text = [
            line for key in sorted(blocks) for line in (json.dumps({"test": key}), *blocks[key])
        ]
        path.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
    assert list(lines) == blocks.get(test), "see tests/support/expected.py"


def beside(module: Path) -> Path:
    """Return the file with the results of a module of tests."""
    return module.parent / "expected" / f"{module.stem.removeprefix('test_')}.jsonl"
