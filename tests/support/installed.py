"""Paths of the pinned tools."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import cachedir
import pytest
import toolchain

from tests.support.layout import REPOSITORY


def installed(name: str, command: str) -> Path:
    """Return the path of a pinned command; a missing one is a failure, never a skip."""
    try:
        return toolchain.which(name, command, os.environ)
    except toolchain.ToolError as error:
        pytest.fail(str(error), pytrace=False)


def build_cache(name: str) -> Path:
    """Return the folder in which a compiler keeps its results from one run to the next.

    It is next to the pinned tools, or a temporary one if that place is read-only.
    """
    try:
        root = cachedir.writable_root(cachedir.cache_roots(REPOSITORY, os.environ))
    except cachedir.CacheError:
        root = Path(tempfile.mkdtemp())
    folder = root / "compilers" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
