"""Real servers: applications made with well-known frameworks, and nginx."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from service.testing import free_port

from tests.support.installed import installed
from tests.support.layout import LOAD
from tests.support.suite_runner import Suite

APPS = Path(__file__).parent / "apps"
START_LIMIT = 90.0


@contextmanager
def process(command: Sequence[str | Path], port: int, log: Path, **env: str) -> Iterator[str]:
    """Run a server until the end of the block; yield its address once its port is open."""
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=APPS, env={**os.environ, **env}, stdout=output, stderr=output
        )
    try:
        wait_for_port(running, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        try:
            running.wait(5)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for_port(running: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until something listens; fail with the log if the server ended."""
    import socket  # noqa: PLC0415

    end = time.monotonic() + START_LIMIT
    while True:
        with socket.socket() as client:
            client.settimeout(1)
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < end, f"not up in {START_LIMIT:g} s\n{log.read_text()}"
        time.sleep(0.05)


Start = Callable[..., str]


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Spring Boot, which takes seconds to start: once for all tests."""
    port = free_port()
    log = tmp_path_factory.mktemp("spring") / "log.txt"
    command = [installed("spring-server", "spring-server")]
    variables = {"SERVER_PORT": str(port), "SERVER_ADDRESS": "127.0.0.1"}
    with process(command, port, log, **variables) as url:
        yield url


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start one of the applications: `url = start("fastapi_app")`."""
    python = installed("servers", "python")
    with ExitStack() as stack:

        def run(name: str, **env: str) -> str:
            if name == "spring":
                return str(request.getfixturevalue("spring"))
            port = free_port()
            command: list[str | Path] = [python, APPS / f"{name}.py"]
            if name in ("fastapi_app", "aspnet_app"):
                command = [python, "-m", "uvicorn", f"{name}:app", "--port", str(port)]
            variables = {"PORT": str(port), "FOLDER": str(tmp_path), **env}
            return stack.enter_context(
                process(command, port, tmp_path / f"{name}.log", **variables)
            )

        yield run


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
