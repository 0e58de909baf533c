"""Fixtures of the tests that compile documents and run what they become."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_table import table

from tests.openapi import compiling
from tests.openapi.running import Compiled, compiled_suite
from tests.support import expected
from tests.support.suite_runner import Suite

LARGE = 20_000  # larger tables are about time and memory


@pytest.fixture
def compiled(k6_binary: Path, tmp_path: Path) -> Compiled:
    """Return a suite whose table was compiled from a document, with nothing edited."""

    def make(document: Path, overrides: Any = None) -> Suite:
        return compiled_suite(k6_binary, tmp_path, document, overrides)

    return make


@pytest.fixture(autouse=True)
def tables_as_expected(request: pytest.FixtureRequest) -> Iterator[None]:
    """Compare the tables that a test compiles from small documents with those of `expected/`."""
    compiling.tables.clear()
    yield
    lines = [line for made in compiling.tables for line in table.dumps(made).splitlines()]
    lines = list(dict.fromkeys(lines))
    steady = not hasattr(request.function, "hypothesis")
    if steady and 0 < sum(map(len, lines)) < LARGE and not request.node.get_closest_marker("slow"):
        expected.compare(expected.beside(request.path), request.node.name, lines)
