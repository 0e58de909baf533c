"""Fixtures of the placing tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import expected
from tests.support.small_template import Project, write_tables


@pytest.fixture(scope="session")
def ordinary() -> list[str]:
    """What the log says of a first generation into an empty project."""
    with tempfile.TemporaryDirectory() as folder:
        return generated(write_tables(Path(folder)))


def generated(tables: Path) -> list[str]:
    """Return the log of a first generation."""
    made = Project.create(tables)
    made.log = []
    made.generate(0)
    made.close()
    return made.log


@pytest.fixture(autouse=True)
def logs_as_expected(ordinary: list[str], request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare what generations plan, and what they leave, with `expected/`."""
    made = request.getfixturevalue("project") if "project" in request.fixturenames else None
    if made:
        made.log = []
    yield
    lines = [line for line in dict.fromkeys(made.log or [] if made else []) if line not in ordinary]
    # Slow tests repeat themselves, for instance with a death at each step.
    if lines and request.node.get_closest_marker("slow") is None:
        expected.compare(expected.beside(request.path), request.node.name, lines)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project, and the small template of `small_template.py`."""
    made = Project.create(write_tables(tmp_path))
    yield made
    made.close()
