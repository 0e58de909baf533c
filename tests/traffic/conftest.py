"""Applications to record, and projects to import into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from service.testing import free_port

from tests.support.installed import installed
from tests.support.processes import process
from tests.traffic.recording import CANARY, Imported, project

APPS = Path(__file__).parent / "apps"
Start = Callable[[str], str]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start one of the applications: `url = start("admin_app")`."""
    python = installed("servers", "python")
    with ExitStack() as stack:

        def run(name: str) -> str:
            port = free_port()
            return stack.enter_context(
                process(
                    [python, APPS / f"{name}.py"],
                    port,
                    tmp_path / f"{name}.log",
                    cwd=APPS,
                    PORT=str(port),
                    FOLDER=str(tmp_path),
                    PASSWORD=CANARY,
                )
            )

        yield run


@pytest.fixture
def imported(k6_binary: Path, tmp_path: Path) -> Imported:
    """A project with an empty table."""
    return project(k6_binary, tmp_path)
