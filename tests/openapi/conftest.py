"""Fixtures of the tests that run compiled documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.openapi.running import Compiled, compiled_suite
from tests.support.suite_runner import Suite


@pytest.fixture
def compiled(k6_binary: Path, tmp_path: Path) -> Compiled:
    """Return a suite whose table was compiled from a document, with nothing edited."""

    def make(document: Path, overrides: Any = None) -> Suite:
        return compiled_suite(k6_binary, tmp_path, document, overrides)

    return make
