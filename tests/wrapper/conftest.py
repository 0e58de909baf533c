"""Fixtures of the wrapper's tests: projects with a recording k6, and with the real one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.wrapper_project import SHIM_FOLDER, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A small fake suite and a k6 that only records how it was called."""
    return Project(tmp_path, real=False, k6=SHIM_FOLDER / "k6")


@pytest.fixture
def real_project(tmp_path: Path, k6_binary: Path) -> Project:
    """The real suite and the real k6."""
    return Project(tmp_path, real=True, k6=k6_binary)


@pytest.fixture
def any_project(tmp_path: Path, any_k6: Path) -> Project:
    """The real suite, with each supported major version of k6 in turn."""
    return Project(tmp_path, real=True, k6=any_k6)


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of something that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
