"""Runs servers of tests."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_LIMIT = 90.0


@contextmanager
def process(
    command: Sequence[str | Path], port: int, log: Path, cwd: Path, **env: str
) -> Iterator[str]:
    """Run a server until the end of the block; yield its address once its port is open."""
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **env}, stdout=output, stderr=output
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
    end = time.monotonic() + START_LIMIT
    while True:
        with socket.socket() as client:
            client.settimeout(1)
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < end, f"not up in {START_LIMIT:g} s\n{log.read_text()}"
        time.sleep(0.05)
