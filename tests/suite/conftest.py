"""Fixtures of the suite's tests: the suite as files, a service of one's own, a real k6."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.layout import LOAD
from tests.support.suite_runner import Suite

if TYPE_CHECKING:
    from service.testing import RunningService

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def load_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `tests/load` of the template tree, with the tests that run inside k6 in `k6/`."""
    folder = tmp_path_factory.mktemp("suite") / "tests" / "load"
    shutil.copytree(LOAD, folder, ignore=shutil.ignore_patterns("*-summary.json", "node_modules"))
    shutil.copytree(HERE / "k6", folder / "k6", dirs_exist_ok=True)
    shutil.copytree(HERE / "cases", folder / "k6" / "cases")
    # The wrapper makes this folder when it saves a baseline.
    (folder / "baselines").mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def suite(k6_binary: Path, load_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """The suite without a target: for `inspect`, and for runs that name one."""
    return Suite(k6_binary, load_folder, tmp_path_factory.mktemp("results"))


@pytest.fixture
def live(suite: Suite, service: RunningService) -> Suite:
    """The suite against the healthy service that all tests share."""
    return suite.against(service.url)


@pytest.fixture(scope="session")
def _own_service() -> Iterator[RunningService]:
    from service.testing import running_service  # noqa: PLC0415 - only tests that ask pay for it

    with running_service() as running:
        yield running


@pytest.fixture
def faulty(_own_service: RunningService) -> Iterator[RunningService]:
    """A service of this worker alone; faults are off before and after each test."""
    _own_service.clear_faults()
    _own_service.clear_stats()
    yield _own_service
    _own_service.clear_faults()


@pytest.fixture(scope="module")
def _outcomes(suite: Suite, request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Any]]]:
    from tests.suite.parallel_runs import ParallelRuns  # noqa: PLC0415 - slow to import

    runs = ParallelRuns(suite)
    own = [item for item in request.session.items if item.parent is request.node]
    yield runs.start([item for item in own if isinstance(item, pytest.Function)])
    runs.stop()


@pytest.fixture
def outcome(_outcomes: dict[str, Future[Any]], request: pytest.FixtureRequest) -> Any:
    """What the job of an `ahead` test returned."""
    return _outcomes[request.node.name].result()
