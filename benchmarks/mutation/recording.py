"""Plugin of pytest: writes down which tests ran which lines of Python, and how long they took.

    COVERING_FILES=/abs/folder COVERING_TO=/abs/out pytest -p benchmarks.mutation.recording

Lines that run only when a module is imported belong to no test. Other processes are not seen.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

FILES, TO = "COVERING_FILES", "COVERING_TO"
"""Environment: folders whose files are watched, separated like PATH; folder of the results."""

NO_TEST = "-"


class Recorder:
    """Notes the lines of one process by test."""

    def __init__(self, folder: Path, watched: list[str]) -> None:
        self.folder = folder
        self.lasted: dict[str, float] = {}
        self.failed: set[str] = set()
        self.lines = coverage.Coverage(
            data_file=str(folder / f"lines.{os.getpid()}"),
            include=[f"{place}/*" for place in watched],
            config_file=False,
        )
        self.lines.start()
        self.lines.switch_context(NO_TEST)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note the lines of a test, its fixtures included."""
        start = time.monotonic()
        self.lines.switch_context(item.nodeid)
        yield
        self.lines.switch_context(NO_TEST)
        if item.nodeid not in self.failed:
            self.lasted[item.nodeid] = time.monotonic() - start

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Leave out tests that fail: they say nothing about a change."""
        if report.failed:
            self.failed.add(report.nodeid)

    def pytest_unconfigure(self) -> None:
        """Write the results."""
        self.lines.stop()
        self.lines.save()
        target = self.folder / f"lasted.{os.getpid()}.json"
        target.write_text(json.dumps(self.lasted), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Start to record."""
    watched = os.environ[FILES].split(os.pathsep)
    config.pluginmanager.register(Recorder(Path(os.environ[TO]), watched))
