"""Starts services for tests in a fraction of the time that Python needs to import them.

One process per test run imports the service once; each service is a fork of it. It ends with the
process that uses it, and the services with `--stop-on-eof` do as well.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

FOLDER = Path(__file__).resolve().parent.parent
"""Where ``python -m service`` can be run."""

LONGEST_REQUEST = 1 << 20


class Nursery:
    """The process that forks services.

    Args:
        environ: its environment; each service gets one of its own.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._channel, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "service.nursery", str(theirs.fileno())],
            cwd=FOLDER,
            env=environ,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        atexit.register(self._stop)

    def _stop(self) -> None:
        self._channel.close()
        self._process.wait()

    def start(
        self, arguments: Sequence[str], environ: Mapping[str, str], output: IO[bytes]
    ) -> Forked:
        """Start ``python -m service ARGUMENTS``."""
        stdin, ours = os.pipe()
        ended, theirs = os.pipe()
        request = json.dumps([list(arguments), dict(environ)]) + "\n"
        handed_over = [stdin, output.fileno(), theirs]
        with self._lock:
            socket.send_fds(self._channel, [request.encode()], handed_over)
            pid = int(self._channel.recv(100))
        os.close(stdin)
        os.close(theirs)
        return Forked(pid, os.fdopen(ours, "wb"), ended)


class Forked:
    """What the tests need of a `subprocess.Popen`, for a process that is no child of this one."""

    def __init__(self, pid: int, stdin: IO[bytes], ended: int) -> None:
        self.pid = pid
        self.stdin = stdin
        self._ended = ended
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, None while the process lives."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code at the end; raise TimeoutExpired."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("service", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL to a process that lives."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self._code is None and select.select([self._ended], [], [], timeout)[0]:
            # Nothing: the nursery itself has ended.
            self._code = int(os.read(self._ended, 100) or -signal.SIGKILL)
            os.close(self._ended)
        return self._code


_one_at_a_time = threading.Lock()


def nursery() -> Nursery:
    """Return the one of this process; threads that ask at the same time get the same."""
    with _one_at_a_time:
        return _nursery()


@functools.cache
def _nursery() -> Nursery:
    return Nursery(os.environ)


def serve(channel: socket.socket) -> None:
    """Fork services until the other end of the channel is closed."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    reports: dict[int, int] = {}
    while True:
        ready = select.select([channel.fileno(), woken], [], [])[0]
        if woken in ready:
            os.read(woken, 1000)
            report_ends(reports)
        if channel.fileno() in ready:
            request, descriptors = receive(channel)
            if not request:
                return
            stdin, output, report = descriptors
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                for inherited in (channel.fileno(), woken, wake, report, *reports.values()):
                    os.close(inherited)
                become_service(request, stdin, output)
            os.close(stdin)
            os.close(output)
            reports[pid] = report
            channel.sendall(str(pid).encode())


def receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    """Return a request, empty at the end, and the file descriptors that came with it."""
    request, descriptors, _, _ = socket.recv_fds(channel, LONGEST_REQUEST, 3)
    while request and not request.endswith(b"\n"):
        request += channel.recv(LONGEST_REQUEST)
    return request, descriptors


def report_ends(reports: dict[int, int]) -> None:
    """Write the exit codes of all processes that have ended."""
    for pid, report in list(reports.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            continue
        with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
            os.write(report, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(report)
        del reports[pid]


def become_service(request: bytes, stdin: int, output: int) -> NoReturn:
    """Run the service in this process, with everything that a process of its own would have."""
    from service.cli import main  # noqa: PLC0415 -- the process that uses the nursery needs none of it

    arguments, environ = json.loads(request)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate((stdin, output, output)):
        os.dup2(descriptor, number)
    os.close(stdin)
    os.close(output)
    os.environ.clear()
    os.environ.update(environ)
    code: object = 1
    try:
        code = main(arguments)
    except SystemExit as ending:
        code = ending.code
    except BaseException:  # noqa: BLE001 -- nothing may go on as the nursery
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    # All that a service needs. Nothing of it is garbage, and the pages stay shared: see cli.py.
    gc.disable()
    import service.raw
    import service.server  # noqa: F401

    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
