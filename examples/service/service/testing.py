"""Starts the real service for tests, and always stops it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from service.nursery import FOLDER, Forked, nursery

READY = re.compile(r"listening on (https?)://\S+:(\d+)")

START_TIMEOUT = 20.0
STOP_TIMEOUT = 5.0

# No proxies and no certificate checks, because the service is on this machine.
_open = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),  # noqa: S323
).open

Faults = Mapping[str, Any] | Sequence[str]
Process = subprocess.Popen[bytes] | Forked


@dataclass
class RunningService:
    """A service in a separate process.

    Attributes:
        url: address without a slash at the end, e.g. ``http://127.0.0.1:40123``.
        port: its port.
        pid: its process.
        prefix: path prefix of its API.
    """

    url: str
    port: int
    pid: int
    prefix: str
    _process: Process
    _output: IO[bytes]
    _last_words: str = ""

    @property
    def api(self) -> str:
        """The address of the API, with the prefix."""
        return self.url + self.prefix

    @property
    def running(self) -> bool:
        """True while the process lives."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code, None while the process lives."""
        return self._process.poll()

    def set_fault(self, name: str, value: Any = True, **parameters: Any) -> None:
        """Switch a fault on, or off with False.

        Args:
            name: as in ``python -m service --faults``.
            value: its value; True takes the default.
            parameters: ``only``, ``method``, ``rate``, ``skip``, ``count`` and the fault's own.

        Raises:
            ValueError: the service does not accept it; the message says why.

        Example:
            ``service.set_fault("error", 503, only="/api/v1/items", rate=0.1)``
        """
        if parameters:
            given = {} if value is True else {"value": value}
            value = {**given, **parameters}
        self._admin("PUT", "/_faults", {name: value})

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._admin("DELETE", "/_faults")

    def faults(self) -> dict[str, Any]:
        """Return the faults that are on, with their values and hits."""
        return dict(self._admin("GET", "/_faults"))

    def stats(self) -> dict[str, Any]:
        """Return ``total``, ``connections``, ``requests`` (counts), ``recent`` (raw requests)."""
        return dict(self._admin("GET", "/_stats"))

    def count(self, method: str | None = None, route: str | None = None) -> int:
        """Return the number of requests, optionally of a method and a route template."""
        return sum(
            int(row["count"])
            for row in self.stats()["requests"]
            if method in (None, row["method"]) and route in (None, row["route"])
        )

    def clear_stats(self) -> None:
        """Reset all counts and requests."""
        self._admin("DELETE", "/_stats")

    def log(self) -> str:
        """Return the output of the process so far, even after its end."""
        return self._last_words if self._output.closed else _read(self._output)

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Stop the process, with SIGKILL if necessary; return its exit code."""
        if self.running:
            self._process.send_signal(signal_number)
        try:
            return self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(STOP_TIMEOUT)

    def _admin(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with _open(request, timeout=10) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from error


@contextlib.contextmanager
def running_service(
    prefix: str = "/api/v1",
    faults: Faults | None = None,
    port: int = 0,
    env: Mapping[str, str] | None = None,
    *,
    args: Sequence[str] = (),
    wait: bool = True,
    forked: bool = True,
) -> Iterator[RunningService]:
    """Run ``python -m service`` for the length of a ``with`` block.

    Args:
        prefix: path prefix of the API.
        faults: faults at the start: ``{"slow": 300, "error": {"value": 503, "rate": 0.1}}`` or
            texts as on the command line, ``["slow=300", "error=503,rate=0.1"]``.
        port: port to bind, 0 for a free one.
        env: added to the environment of the process.
        args: further options, e.g. ``("--raw", "garbage")``.
        wait: waits until it listens; False returns at once (for ``start-delay``).
        forked: as a fork of a process that has imported it, where that is possible: that is ten
            times as fast. False starts ``python -m service``.

    Raises:
        RuntimeError: it did not become ready; the message contains its output.

    Example:
        >>> with running_service(faults={"unhealthy": "degraded"}) as service:
        ...     print(service.url)
    """
    if not wait and port == 0:
        port = free_port()
    arguments = ["--stop-on-eof", "--port", str(port), f"--prefix={prefix}", *args]
    arguments += [f"--fault={spec}" for spec in fault_specs(faults or {})]
    start = _forked if forked and hasattr(os, "fork") else _started
    with tempfile.TemporaryFile() as output:
        process = start(arguments, _environment(env or {}), output)
        try:
            scheme, found = _ready(process, output) if wait else ("http", port)
            url = f"{scheme}://127.0.0.1:{found}"
            service = RunningService(url, found, process.pid, prefix, process, output)
            try:
                yield service
            finally:
                service.stop()
                service._last_words = _read(output)
        finally:
            _end(process)


def fault_specs(faults: Faults) -> list[str]:
    """Return faults as texts of the command line.

    Example:
        >>> fault_specs({"slow": 300, "error": {"value": 503, "rate": 0.1}, "garbage": True})
        ['slow=300', 'error=503,rate=0.1', 'garbage']
    """
    if not isinstance(faults, Mapping):
        return list(faults)
    return [_spec(name, value) for name, value in faults.items()]


def _spec(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        rest = [f",{key}={_word(inner)}" for key, inner in value.items() if key != "value"]
        return _spec(name, value.get("value", True)) + "".join(rest)
    return name if value is True else f"{name}={_word(value)}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "|".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def free_port() -> int:
    """Return a port that is currently free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _forked(arguments: Sequence[str], env: Mapping[str, str], output: IO[bytes]) -> Process:
    return nursery().start(arguments, env, output)


def _started(arguments: Sequence[str], env: Mapping[str, str], output: IO[bytes]) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", "service", *arguments],
        cwd=FOLDER,
        env=env,
        # This process keeps stdin open: the service stops when this process ends for any reason.
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for the service, without inherited settings of a service."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("SERVICE_")}
    # Compiled modules halve the start-up time, and tests start the service often.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**env, **added}


def _ready(process: Process, output: IO[bytes]) -> tuple[str, int]:
    """Wait for the ready line; return scheme and port."""
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        found = READY.search(_read(output))
        if found:
            return found[1], int(found[2])
        if process.poll() is not None:
            break
        time.sleep(0.01)
    raise RuntimeError(f"the service did not become ready:\n{_read(output)}")


def _read(output: IO[bytes]) -> str:
    # pread does not move the file position, which is shared with the process.
    return os.pread(output.fileno(), 1_000_000, 0).decode("utf-8", "replace")


def _end(process: Process) -> None:
    """Make sure that no process is left behind."""
    if process.poll() is None:
        process.kill()
    process.wait()
    if process.stdin:
        process.stdin.close()
