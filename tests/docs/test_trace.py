"""docs/trace.md: one row for every item of the design documents, and files hold what it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.layout import LOAD, REPOSITORY, STAGE, SUITE_FILES

PAGE = REPOSITORY / "docs" / "trace.md"
ITEMS = {"A": 151, "B": 45, "C": 79, "D": 73, "E": 76}
"""Number of items of each document."""

ROW = re.compile(r"^\| ([A-E])-(\d+) \| (.*) \| (.*?) ?\|$", re.MULTILINE)
PLACE = re.compile(r"`([\w./-]+)`(?:: `(.*?)`(?=, `|$))?")
ROOTS = (LOAD, SUITE_FILES, STAGE, REPOSITORY)


def rows() -> list[tuple[str, int, str]]:
    """Return document, number and places of every row."""
    text = PAGE.read_text(encoding="utf-8").replace(r"\|", "|")
    return [(document, int(number), where) for document, number, where, _ in ROW.findall(text)]


def file_of(name: str) -> Path | None:
    """Return the file with this name, from the suite or from the repository."""
    found = (root / name for root in ROOTS)
    return next((path for path in found if path.is_file()), None)


def wrong(where: str) -> list[str]:
    """Return what is wrong with the places of a row."""
    places = PLACE.findall(where)
    complaints = [] if places else [f"no place in {where!r}"]
    for name, term in places:
        path = file_of(name)
        if path is None:
            complaints.append(f"{name} does not exist")
        elif term and term not in path.read_text(encoding="utf-8"):
            complaints.append(f"{name} does not hold {term!r}")
    return complaints


def test_each_item_has_one_row_in_order() -> None:
    wanted = [(name, number) for name, most in ITEMS.items() for number in range(1, most + 1)]
    assert [(document, number) for document, number, _ in rows()] == wanted


def test_files_hold_what_the_rows_name() -> None:
    complaints = {f"{name}-{number}": wrong(where) for name, number, where in rows()}
    assert {item: found for item, found in complaints.items() if found} == {}


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        ("nowhere", "no place"),
        ("`lib/nothing.js`", "lib/nothing.js does not exist"),
        ("`lib/config.js`: `no such text`", "lib/config.js does not hold"),
    ],
)
def test_a_wrong_place_is_found(where: str, complaint: str) -> None:
    assert complaint in wrong(where)[0]
