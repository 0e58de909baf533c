"""The process: command line, ready line, signals, raw modes, HTTPS, and the helper for tests."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import httpx
import pytest
from service.certificates import Kind, make_certificate
from service.faults.effects import NOT_HTTP
from service.faults.table import FAULTS
from service.nursery import FOLDER
from service.server import GRACE
from service.testing import START_TIMEOUT, fault_specs, free_port, running_service

# Each of these starts the service as a process.
pytestmark = pytest.mark.slow


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=FOLDER,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_help_and_list_of_faults() -> None:
    assert "--fault" in run("--help").stdout
    listed = run("--faults")
    assert listed.returncode == 0
    for fault in FAULTS:
        assert f"\n{fault.name}" in "\n" + listed.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--port", "65536"), "'65536' is not a port"),
        (("--port", "-1"), "--port"),
        (("--prefix", "api"), "'api' is not a path prefix"),
        (("--prefix", "/a//b"), "is not a path prefix"),
        (("--fault", "slwo"), "unknown fault 'slwo'"),
        (("--fault", "error=abc"), "error=abc is invalid"),
        (("--raw", "loud"), "invalid choice"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_environment_and_option_that_beats_it() -> None:
    env = {"SERVICE_PREFIX": "/from-env", "SERVICE_FAULTS": "error=503; slow=1"}
    with running_service(prefix="/from-option", env=env) as service:
        assert set(service.faults()) == {"slow", "error"}
        service.clear_faults()
        assert httpx.get(f"{service.api}/health").status_code == 200
        assert httpx.get(f"{service.url}/from-env/health").status_code == 404


def test_wrong_environment_is_named() -> None:
    done = run(SERVICE_PORT="no")
    assert done.returncode == 2
    assert "'no' is not a port" in done.stderr


def test_taken_port() -> None:
    with running_service() as service:
        done = run("--port", str(service.port))
        assert done.returncode == 1
        assert done.stderr.startswith("reference-service: cannot listen on 127.0.0.1:")
        assert "--port 0" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_one_ready_line_and_nothing_else() -> None:
    with running_service() as service:
        httpx.get(f"{service.api}/health")
        assert service.log() == f"listening on {service.url}\n"
    assert service.log() == f"listening on {service.url}\n"
    assert service.exit_code == 0, "the helper stops it, it does not kill it"


def test_access_log_when_asked_for() -> None:
    with running_service(args=("--access-log",)) as service:
        httpx.get(f"{service.api}/health")
        assert '"GET /api/v1/health HTTP/1.1" 200' in service.log()


@pytest.mark.parametrize(
    ("number", "forked"),
    [(signal.SIGTERM, True), (signal.SIGINT, True), (signal.SIGTERM, False)],
)
def test_clean_stop(number: int, forked: bool) -> None:
    with running_service(forked=forked) as service, httpx.Client() as idle:
        idle.get(f"{service.api}/health")
        before = time.monotonic()
        assert service.stop(number) == 0
        assert time.monotonic() - before < GRACE
        assert not service.running
        assert service.log().count("\n") == 1


@pytest.mark.parametrize("fault", ["hang", "slow=60000", "drip=60", "truncated,hold", "huge=10000"])
def test_clean_stop_while_a_request_is_held(fault: str) -> None:
    with running_service(faults=[fault]) as service:
        with socket.create_connection(("127.0.0.1", service.port)) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.2)
            before = time.monotonic()
            assert service.stop() == 0
            assert time.monotonic() - before < GRACE
        assert "Traceback" not in service.log()


def test_stop_while_the_start_is_delayed() -> None:
    with running_service(faults=["start-delay=60"], wait=False) as service:
        time.sleep(1)
        before = time.monotonic()
        service.stop()
        assert time.monotonic() - before < GRACE
        assert "listening" not in service.log()


def test_ends_with_its_parent() -> None:
    """A test run that is killed leaves no service behind."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent("""
                import time
                from service.testing import running_service
                with running_service() as service:
                    print(service.pid, service.port, flush=True)
                    time.sleep(60)
            """),
        ],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    pid, port = map(int, parent.stdout.readline().split())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert_ends(pid)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def assert_ends(pid: int) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat")
            if state.exists() and state.read_text().rpartition(") ")[2].startswith("Z"):
                return
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError(f"process {pid} still ran")


def test_threads_that_start_services_at_the_same_time() -> None:
    """In a process of its own, because this one has a nursery already."""
    program = textwrap.dedent("""
        from concurrent.futures import ThreadPoolExecutor
        from service.testing import running_service

        def answers(_):
            with running_service() as service:
                return service.stats()["total"]

        with ThreadPoolExecutor(4) as pool:
            print(list(pool.map(answers, range(4))))
    """)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert done.stdout == "[0, 0, 0, 0]\n", done.stderr


def test_helper_stops_the_process_after_an_error() -> None:
    with pytest.raises(RuntimeError, match="in the test"), running_service() as service:
        raise RuntimeError("in the test")
    assert not service.running


def test_helper_shows_at_once_why_it_did_not_start() -> None:
    before = time.monotonic()
    with (
        pytest.raises(RuntimeError, match="unknown fault 'nothing'"),
        running_service(faults=["nothing"]),
    ):
        pass
    assert time.monotonic() - before < START_TIMEOUT / 2


def test_fault_specs() -> None:
    assert fault_specs({"slow": 300, "hang": True, "error": {"value": 503, "rate": 0.1}}) == [
        "slow=300",
        "hang",
        "error=503,rate=0.1",
    ]
    assert fault_specs({"error": {"only": ["/a", "/b"]}}) == ["error,only=/a|/b"]
    assert fault_specs(["slow=1"]) == ["slow=1"]


# Raw modes.


def raw_answer(mode: str) -> bytes:
    with (
        running_service(args=("--raw", mode)) as service,
        socket.create_connection(("127.0.0.1", service.port), timeout=0.5) as connection,
    ):
        data = b""
        while part := connection.recv(1000):
            data += part
        return data


def test_raw_garbage() -> None:
    assert raw_answer("garbage") == NOT_HTTP


def test_raw_close() -> None:
    assert raw_answer("close") == b""


def test_raw_reset() -> None:
    with pytest.raises(ConnectionResetError):
        raw_answer("reset")


def test_raw_silent() -> None:
    with pytest.raises(TimeoutError):
        raw_answer("silent")


def test_raw_stops_cleanly() -> None:
    with running_service(args=("--raw", "silent")) as service:
        assert service.stop() == 0


# HTTPS.


@pytest.mark.parametrize(
    ("kind", "reason"), [("self-signed", ""), ("expired", "expired"), ("wrong-name", "mismatch")]
)
def test_https(tmp_path: Path, kind: Kind, reason: str) -> None:
    certificate, key = make_certificate(tmp_path, kind)
    options = ("--tls-cert", str(certificate), "--tls-key", str(key))
    with running_service(args=options) as service:
        assert service.url.startswith("https://")
        assert service.stats()["total"] == 0
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{service.api}/health")
        trusting = ssl.create_default_context(cafile=str(certificate))
        if reason:
            with pytest.raises(httpx.ConnectError, match=reason):
                httpx.get(f"{service.api}/health", verify=trusting)
        else:
            assert httpx.get(f"{service.api}/health", verify=trusting).status_code == 200


def test_free_port_is_free() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", free_port()))
