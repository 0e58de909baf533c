"""Paths of the pinned tools."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import toolchain


def installed(name: str, command: str) -> Path:
    """Return the path of a pinned command; a missing one is a failure, never a skip."""
    try:
        return toolchain.which(name, command, os.environ)
    except toolchain.ToolError as error:
        pytest.fail(str(error), pytrace=False)
