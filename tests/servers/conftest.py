"""Real servers: applications made with well-known frameworks, and nginx."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from service.testing import free_port

from tests.support.installed import installed
from tests.support.layout import LOAD
from tests.support.processes import process
from tests.support.suite_runner import Suite

APPS = Path(__file__).parent / "apps"


Start = Callable[..., str]


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Spring Boot, which takes seconds to start: once for all tests."""
    port = free_port()
    log = tmp_path_factory.mktemp("spring") / "log.txt"
    command = [installed("spring-server", "spring-server")]
    variables = {"SERVER_PORT": str(port), "SERVER_ADDRESS": "127.0.0.1"}
    with process(command, port, log, cwd=APPS, **variables) as url:
        yield url


def running(stack: ExitStack, folder: Path, name: str, **env: str) -> str:
    """Start an application that ends with the stack; return its address."""
    python = installed("servers", "python")
    port = free_port()
    command: list[str | Path] = [python, APPS / f"{name}.py"]
    if name in ("fastapi_app", "aspnet_app"):
        command = [python, "-m", "uvicorn", f"{name}:app", "--port", str(port)]
    variables = {"PORT": str(port), "FOLDER": str(folder), **env}
    return stack.enter_context(
        process(command, port, folder / f"{name}.log", cwd=APPS, **variables)
    )


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start one of the applications: `url = start("fastapi_app")`."""
    with ExitStack() as stack:

        def run(name: str, **env: str) -> str:
            if name == "spring":
                return str(request.getfixturevalue("spring"))
            return running(stack, tmp_path, name, **env)

        yield run


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    urls: dict[str, str] = {}
    with ExitStack() as stack:

        def run(name: str) -> str:
            if name not in urls:
                urls[name] = running(stack, tmp_path_factory.mktemp(name), name)
            return urls[name]

        yield run


@pytest.fixture
def shared(_shared: Start, request: pytest.FixtureRequest) -> Start:
    """For tests that leave nothing behind: `url = shared("fastapi_app")` is the same each time."""

    def run(name: str) -> str:
        return str(request.getfixturevalue("spring")) if name == "spring" else _shared(name)

    return run


@pytest.fixture(scope="session")
def load_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `tests/load` of the template tree."""
    folder = tmp_path_factory.mktemp("suite") / "tests" / "load"
    shutil.copytree(LOAD, folder, ignore=shutil.ignore_patterns("node_modules"))
    return folder


@pytest.fixture
def suite(any_k6: Path, load_folder: Path, tmp_path: Path) -> Suite:
    """The suite with each version of k6, for short runs."""
    results = tmp_path / "results"
    results.mkdir()
    suite = Suite(any_k6, load_folder, results)
    return suite.having(API_PREFIX="/", VUS=2, DURATION="1s", TIME_SCALE="0.005", THINK_TIME="0.1")
