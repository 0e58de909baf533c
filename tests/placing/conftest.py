"""Fixtures of the placing tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.small_template import Project, write_tables

# The package under test is part of the template: compiled files would end up in projects.
sys.dont_write_bytecode = True


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project, and the small template of `small_template.py`."""
    made = Project.create(write_tables(tmp_path))
    yield made
    made.close()
