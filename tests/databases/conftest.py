"""Fixtures of the databases' tests: the servers, the suite with a k6 that can talk to them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.database_servers import Postgres, Stores, mongo, postgres
from tests.support.installed import installed
from tests.support.layout import SUITE_FILES
from tests.support.suite_runner import Suite

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL that all tests of this worker share."""
    with postgres(installed("system", "postgres").parent) as running:
        yield running


@pytest.fixture(scope="session")
def stores(server: Postgres) -> Iterator[Stores]:
    """Both ends of a pipeline."""
    with mongo(installed("mongo-server", "mongo-server")) as address:
        yield Stores(server, address)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's tree with everything switched on."""
    target = tmp_path_factory.mktemp("databases") / "project"
    return Path(shutil.copytree(SUITE_FILES, target))


@pytest.fixture(scope="session")
def suite(k6_databases: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """The suite without an address."""
    load = project / "tests" / "load"
    return Suite(k6_databases, load, tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def command(project: Path, k6_databases: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Run `load-test.sh`; settings as keywords."""
    results = tmp_path_factory.mktemp("wrapper")

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        usual = {"K6_BIN": str(k6_databases), "RESULTS_DIR": str(results)}
        return subprocess.run(
            ["bash", str(project / "scripts" / "load-test.sh"), *words],
            env={**os.environ, **usual, **settings},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run
