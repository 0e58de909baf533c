"""Feature marks: where they may stand, and how many.

A mark takes a line out of a file when an option is off. Optional code and prose belong in files of
their own, which features.json selects; a mark is for formats that leave no other way.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from sources import files_below

from tests.lint.linting import text_files
from tests.support.layout import SUITE_FILES

MARK = "@feature"
# The most lines with a mark that a file may have.
ALLOWED = {
    "tests/load/README.md": 10,
    "tests/load/compose.yaml": 5,
    "tests/load/config/resources.js": 7,
    "tests/load/engine/features/registry.js": 7,
    "tests/load/k6/databases.dockerfile": 1,
    "tests/load/scenarios/load.js": 1,
    "tests/load/suite.env": 4,
}
LIMIT = 50


def marks(files: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return how many lines of each file have a mark; files without one are left out."""
    counts = {
        path: sum(MARK in line for line in text.splitlines())
        for path, text in files
        if MARK in text
    }
    return dict(sorted(counts.items()))


def too_many(found: dict[str, int]) -> list[str]:
    """Return a message for each file that has more marks than it may have, and for the total."""
    complaints = [
        f"{path}: {count} marks, allowed {ALLOWED.get(path, 0)}"
        for path, count in found.items()
        if count > ALLOWED.get(path, 0)
    ]
    total = sum(found.values())
    return complaints + ([f"all files: {total} marks, allowed {LIMIT}"] if total > LIMIT else [])


def relative(path: Path) -> str:
    """Return a path below the tree of the suite."""
    return path.relative_to(SUITE_FILES).as_posix()


def test_marks_stand_where_they_may() -> None:
    found = marks((relative(path), text) for path, text in text_files(files_below(SUITE_FILES)))
    assert too_many(found) == []
    assert {path: found.get(path, 0) for path in ALLOWED} == ALLOWED, "lower the numbers in ALLOWED"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("tests/load/lib/http.js", "a\nb // @feature auth\n", "lib/http.js: 1 marks, allowed 0"),
        ("tests/load/suite.env", "# @feature auth\n" * 5, "suite.env: 5 marks, allowed 4"),
    ],
)
def test_a_mark_too_many_is_found(name: str, text: str, complaint: str) -> None:
    assert [line for line in too_many(marks([(name, text)])) if complaint in line]


def test_too_many_marks_in_all_are_found() -> None:
    assert too_many(dict.fromkeys(ALLOWED, 0) | {"tests/load/README.md": LIMIT + 1})[-1] == (
        f"all files: {LIMIT + 1} marks, allowed {LIMIT}"
    )
