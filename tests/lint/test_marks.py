"""Feature marks: where they may stand, and how many.

A mark takes a line out of a file when an option is off. Optional code and prose belong in files of
their own, which features.json selects; a mark is for formats that leave no other way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from sources import files_below

from tests.lint.linting import text_files
from tests.support.layout import SUITE_FILES

MARK = "@feature"
# Files in which a feature has one line: what it looks like.
LISTS = {
    "tests/load/README.md": re.compile(
        r"- \[[^]]+\]\(docs/[\w-]+\.md\)|<!-- @feature (traffic \{|\}) -->"
    ),
    "tests/load/engine/features/registry.js": re.compile(r"  require\('\./\w+/feature\.js'\)"),
}
# The most lines with a mark that another file may have.
ALLOWED = {
    ".github/workflows/load-tests.yml": 4,
    "tests/load/ci/gitlab.yml": 4,
    "tests/load/compose.yaml": 5,
    "tests/load/config/resources.js": 7,
    "tests/load/scenarios/load.js": 1,
    "tests/load/suite.env": 4,
}
LIMIT = 50


def marks(files: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the lines of each file that have a mark; files without one are left out."""
    found = {
        path: [line for line in text.splitlines() if MARK in line]
        for path, text in files
        if MARK in text
    }
    return dict(sorted(found.items()))


def too_many(found: dict[str, list[str]]) -> list[str]:
    """Return a message for each mark in a list that is no row of it, too many marks, the total."""
    complaints = [
        f"{path}: not a row of the list: {line.strip()}"
        for path, row in LISTS.items()
        for line in found.get(path, [])
        if not row.match(line)
    ]
    complaints += [
        f"{path}: {len(lines)} marks, allowed {ALLOWED.get(path, 0)}"
        for path, lines in found.items()
        if path not in LISTS and len(lines) > ALLOWED.get(path, 0)
    ]
    total = sum(map(len, found.values()))
    return complaints + ([f"all files: {total} marks, allowed {LIMIT}"] if total > LIMIT else [])


def relative(path: Path) -> str:
    """Return a path below the tree of the suite."""
    return path.relative_to(SUITE_FILES).as_posix()


def test_marks_stand_where_they_may() -> None:
    found = marks((relative(path), text) for path, text in text_files(files_below(SUITE_FILES)))
    assert too_many(found) == []
    counts = {path: len(found.get(path, [])) for path in ALLOWED}
    assert counts == ALLOWED, "lower the numbers in ALLOWED"
    assert set(LISTS) < set(found)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("tests/load/lib/http.js", "a\nb // @feature auth\n", "lib/http.js: 1 marks, allowed 0"),
        ("tests/load/suite.env", "# @feature auth\n" * 5, "suite.env: 5 marks, allowed 4"),
        ("tests/load/README.md", "Words <!-- @feature auth -->", "not a row of the list: Words"),
    ],
)
def test_a_mark_too_many_is_found(name: str, text: str, complaint: str) -> None:
    assert [line for line in too_many(marks([(name, text)])) if complaint in line]


def test_too_many_marks_in_all_are_found() -> None:
    page = "- [Page](docs/page.md) <!-- @feature auth -->\n" * (LIMIT + 1)
    assert too_many(marks([("tests/load/README.md", page)])) == [
        f"all files: {LIMIT + 1} marks, allowed {LIMIT}"
    ]
