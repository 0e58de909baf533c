"""Fixtures of the placing tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.small_template import Project, write_tables

# The package under test lives in the template: compiled files there would be generated too.
sys.dont_write_bytecode = True


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """An empty project, and the small template of `small_template.py`."""
    made = Project.create(write_tables(tmp_path))
    yield made
    made.close()
