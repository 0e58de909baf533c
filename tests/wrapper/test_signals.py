"""Ctrl-C, SIGTERM and the like: teardown and summary finish, nothing keeps running."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.support.wrapper_project import Project, Result, Running, left_over, until

# Signals need a run to arrive in: all of these wait for one.
pytestmark = pytest.mark.slow

INT, TERM, HUP, QUIT, KILL = (
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL,
)  # fmt: skip

# A test of half a minute whose teardown takes two.
LONG = """\
import { sleep } from 'k6';
export const options = { vus: 1, duration: '30s' };
export function setup() { console.log('IT RUNS'); }
export default function () { sleep(0.1); }
export function teardown() {
  console.log('TEARDOWN BEGINS');
  sleep(2);
  console.log('TEARDOWN ENDS');
}
export function handleSummary() {
  return { [`${__ENV.RESULTS_DIR}/summary.json`]: '{\\n  "passed": true\\n}\\n' };
}
"""
SERVICE = 'echo up; (trap "" HUP; sleep 300) & sleep 300'
NOWHERE: dict[str, str | None] = {"BASE_URL": "http://127.0.0.1:1"}


def nothing_left(project: Project) -> None:
    # A helper that was just answering may need a moment.
    until(lambda: not left_over(project), lambda: str(left_over(project)), 4)
    assert not list(project.results.glob("*/.running"))


@pytest.mark.parametrize(
    ("number", "group"), [(INT, True), (INT, False), (TERM, True), (HUP, True)]
)
def test_k6_finishes_teardown_and_summary(
    real_project: Project, number: signal.Signals, group: bool
) -> None:
    real_project.write("long.js", LONG)
    with real_project.running("./long.js", "--no-wait") as run:
        run.until(lambda: "IT RUNS" in run.stderr, "k6 did not start")
        time.sleep(0.3)
        (run.signal_group if group else run.signal)(number)
        result = run.end()
    assert result.code == 105, result
    assert "TEARDOWN ENDS" in result.stderr
    assert "interrupted: long" in result.stderr
    assert "passed" not in result.stdout
    assert (real_project.run_folder / "summary.json").is_file()
    nothing_left(real_project)


def test_sigterm_to_the_wrapper_alone_with_each_k6(any_project: Project) -> None:
    any_project.write("long.js", LONG)
    with any_project.running("./long.js", "--no-wait") as run:
        run.until(lambda: "IT RUNS" in run.stderr, "k6 did not start")
        time.sleep(0.3)
        run.signal(TERM)
        result = run.end()
    assert result.code == 105, result
    assert "TEARDOWN ENDS" in result.stderr
    assert (any_project.run_folder / "summary.json").is_file()
    nothing_left(any_project)


def test_a_signal_during_a_long_teardown_is_waited_for(real_project: Project) -> None:
    """npm and others pass on the signal that the terminal sent to all: it stays one."""
    real_project.write("long.js", LONG)
    with real_project.running("./long.js", "--no-wait") as run:
        run.until(lambda: "IT RUNS" in run.stderr, "k6 did not start")
        time.sleep(0.3)
        run.signal_group(INT)
        time.sleep(0.2)
        run.signal(INT)
        result = run.end()
    assert result.code == 105, result
    assert "TEARDOWN ENDS" in result.stderr


def test_a_hang_up_that_reaches_k6_too(real_project: Project) -> None:
    real_project.write("long.js", LONG)
    with real_project.running("./long.js", "--no-wait") as run:
        run.until(lambda: "IT RUNS" in run.stderr, "k6 did not start")
        time.sleep(0.3)
        for process in [*psutil.Process(run.pid).children(), psutil.Process(run.pid)]:
            process.send_signal(HUP)
        result = run.end()
    assert result.code == 105, result
    assert "TEARDOWN ENDS" in result.stderr


@pytest.mark.parametrize("second", [INT, TERM, QUIT])
def test_a_second_signal_stops_at_once_and_says_what_may_be_left(
    real_project: Project, second: signal.Signals
) -> None:
    real_project.write("long.js", LONG)
    with real_project.running("./long.js", "--no-wait") as run:
        run.until(lambda: "IT RUNS" in run.stderr, "k6 did not start")
        time.sleep(0.3)
        run.signal_group(INT)
        run.until(lambda: "TEARDOWN BEGINS" in run.stderr, "no teardown")
        time.sleep(1.2)
        started = time.monotonic()
        run.signal_group(second)
        result = run.end()
    assert time.monotonic() - started < 2
    assert result.code == 105, result
    assert "TEARDOWN ENDS" not in result.stderr
    assert f"data with the run id {real_project.run_folder.name} may be left" in result.stderr
    nothing_left(real_project)


def test_ctrl_c_on_a_terminal(real_project: Project) -> None:
    real_project.write("long.js", LONG)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(real_project.root)
        words = real_project.command("./long.js", "--no-wait")
        os.execvpe(words[0], words, real_project.environment({"TERM": "xterm"}))
    seen = read_until(terminal, b"IT RUNS")
    time.sleep(0.3)
    os.write(terminal, b"\x03")
    seen += read_until(terminal, None)
    _, status = os.waitpid(pid, 0)
    text = seen.decode("utf-8", "replace")
    assert os.waitstatus_to_exitcode(status) == 105, text
    assert "TEARDOWN ENDS" in text
    assert "interrupted" in text
    assert "\x1b[31m" in text, "no colour on a terminal"
    nothing_left(real_project)


def read_until(terminal: int, text: bytes | None, limit: float = 20) -> bytes:
    """Read from a terminal until `text` was there; None: until it is closed."""
    seen = b""
    deadline = time.monotonic() + limit
    while text is None or text not in seen:
        assert time.monotonic() < deadline, seen.decode("utf-8", "replace")
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(terminal, 65536)
        except OSError:
            part = b""
        if not part:
            break
        seen += part
    return seen


@pytest.mark.parametrize("number", [INT, TERM, HUP])
def test_while_waiting_for_the_service(project: Project, number: signal.Signals) -> None:
    env = {**NOWHERE, "SHIM_WAIT": str(project.root / "never")}
    with project.running(env=env) as run:
        run.until(lambda: [c for c in project.calls() if c.kind == "wait"], "no readiness check")
        ends_soon(run, number)
    assert not project.runs
    nothing_left(project)


@pytest.mark.parametrize("number", [INT, TERM, HUP, QUIT])
def test_while_the_started_service_boots(project: Project, number: signal.Signals) -> None:
    env = {**NOWHERE, "SHIM_WAIT": str(project.root / "never")}
    with project.running("--start", SERVICE, env=env) as run:
        run.until(lambda: [c for c in project.calls() if c.kind == "wait"], "no readiness check")
        ends_soon(run, number)
    nothing_left(project)


def ends_soon(run: Running, number: signal.Signals, limit: float = 3) -> None:
    started = time.monotonic()
    run.signal_group(number)
    result = run.end()
    assert time.monotonic() - started < limit
    assert result.code == 105, result
    assert "interrupted" in result.stderr
    assert "unexpectedly" not in result.stderr
    assert not result.runs


@pytest.mark.parametrize("number", [INT, TERM, HUP])
def test_during_a_run_the_started_service_is_stopped_too(
    project: Project, number: signal.Signals
) -> None:
    with project.running("--start", SERVICE, env={**NOWHERE, "SHIM_SECONDS": "20"}) as run:
        run.until_k6_runs()
        run.signal(number)
        result = run.end()
    assert result.code == 105, result
    assert "Stopped the service" in result.stdout
    nothing_left(project)


@pytest.mark.parametrize("number", [TERM, QUIT])
def test_who_reads_the_log_of_k6_ends_with_it(
    project: Project, listening: int, number: signal.Signals
) -> None:
    out = f"influxdb=http://127.0.0.1:{listening}/k6"
    with project.running("--out", out, env={"SHIM_SECONDS": "20"}) as run:
        run.until_k6_runs()
        run.signal(number)
        result = run.end()
    assert result.code == 105, result
    assert "interrupted: smoke" in result.stderr
    nothing_left(project)
    assert not (project.run_folder / ".log").exists()


def test_no_further_part_of_all_is_run(project: Project) -> None:
    with project.running("all", env={"SHIM_SECONDS": "20"}) as run:
        run.until_k6_runs()
        run.signal_group(INT)
        result = run.end()
    assert result.code == 105, result
    assert len(result.runs) == 1
    table = {line.split()[0]: line for line in result.stdout.splitlines() if line.startswith("  ")}
    assert "interrupted" in table["api-public"]
    assert "not run" in table["health"]
    nothing_left(project)


@pytest.mark.parametrize("kind", ["report", "baseline"])
def test_after_k6_has_measured(project: Project, kind: str) -> None:
    env: dict[str, str | None] = {"SHIM_REPORT": "good", "SHIM_HOLD": kind}
    with project.running("--save-baseline", "--runs", "1", env=env) as run:
        run.until(lambda: [c for c in project.calls() if c.kind == kind], f"no {kind}")
        run.signal(TERM)
        result = run.end()
    assert result.code == 105, result
    assert "interrupted" in result.stderr
    assert "exit code 137" not in result.stderr
    assert ("passed: smoke" in result.stdout) == (kind == "baseline")
    assert not (project.load / "baselines" / "smoke.json").exists()
    nothing_left(project)


@pytest.mark.parametrize(
    "words", [("compare", "one", "two"), ("merge", "both"), ("cleanup", "one")]
)
def test_what_is_no_run_is_stopped_as_well(project: Project, words: tuple[str, ...]) -> None:
    for name in ("one/summary", "two/summary", "both-segment-1-of-2/segment"):
        project.write(f"tests/load/results/{name}.json", "{}\n")
    with project.running(*words, env={"SHIM_HOLD": words[0]}) as run:
        run.until(lambda: [c for c in project.calls() if c.kind == words[0]], "k6 was not started")
        run.signal(TERM)
        result = run.end()
    assert result.code == 105, result
    assert "interrupted (SIGTERM)" in result.stderr
    nothing_left(project)
    assert not (project.results / "both").exists()


def test_a_k6_that_ignores_signals_is_killed_by_the_second(project: Project) -> None:
    project.write("tests/load/scripts/database.js", "// needs k6/x/sql\n")
    extensions = r"\n  github.com/grafana/xk6-sql v1.0.6, k6/x/sql [js]\n"
    version = f"case $1 in version) printf 'k6 v1.8.1{extensions}'; exit;; esac"
    deaf = 'trap "" TERM INT\n: >"$SHIM_RECORDS/deaf"\nsleep 60 & wait; sleep 60'
    project.script("k6", f"#!/bin/sh\n{version}\n{deaf}\n")
    with project.running("database", "--no-wait") as run:
        run.until((project.records / "deaf").exists, "k6 was not started")
        run.signal(TERM)
        time.sleep(1.2)
        assert run.process.poll() is None
        run.signal(TERM)
        result = run.end(3)
    assert result.code == 105, result
    assert f"load-test.sh' cleanup {project.run_folder.name}" in result.stderr
    nothing_left(project)


@pytest.mark.parametrize("attempt", range(3))
def test_a_signal_at_any_moment_leaves_nothing(project: Project, attempt: int) -> None:
    for moment in range(0, 12, 2):
        delay = (moment + attempt / 2) * 0.02
        with project.running("--start", SERVICE, env={**NOWHERE, "SHIM_SECONDS": "20"}) as run:
            time.sleep(delay)
            run.signal(TERM)
            result = run.end()
        assert result.code in (105, -TERM), f"{delay} s: {result}"
        nothing_left(project)


def test_a_signal_ignored_by_the_caller_stays_harmless(project: Project) -> None:
    """Started by `nohup` or in the background of a script."""
    words = ["sh", "-c", 'trap "" HUP INT; "$@" & wait $!', "sh", *project.command()]
    done = subprocess.run(words, env=project.env, cwd=project.root, check=False, timeout=20)
    assert done.returncode == 0


def test_a_closed_pipe_stops_what_was_started(project: Project) -> None:
    words = " ".join(["exec", '"$@"', "| head -n 1"])
    script = f"set -o pipefail; {words}"
    command = project.command("--start", SERVICE, "--verbose")
    subprocess.run(
        ["bash", "-c", script, "bash", *command],
        env=project.environment({**NOWHERE, "SHIM_SECONDS": "1"}),
        cwd=project.root, capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    nothing_left(project)


class TestDeadK6:
    """k6 is gone and the wrapper lives: it names what is missing and left, as the next run does."""

    def test_killed_for_example_for_its_memory(self, real_project: Project) -> None:
        real_project.write("long.js", LONG)
        with real_project.running("./long.js", "--no-wait", "--output", "raw.json") as run:
            run.until(lambda: "IT RUNS" in run.stderr, "k6 did not start")
            for process in psutil.Process(run.pid).children():
                if process.name() == "k6":
                    process.kill()
            result = run.end()
        assert result.code == 137, result
        self.was_told(real_project, result, "was killed (SIGKILL)", "k6 was killed")

    def test_a_closed_pipe(self, real_project: Project) -> None:
        real_project.write("long.js", LONG)
        script = 'set -o pipefail; "$@" | head -n 1; exit ${PIPESTATUS[0]}'
        words = real_project.command("./long.js", "--no-wait")
        result = real_project.run(command=["bash", "-c", script, "bash", *words])
        assert result.code == 141, result
        self.was_told(real_project, result, "wrote to a closed pipe", "k6 wrote to a closed pipe")

    def test_a_crash_is_no_service_that_was_not_ready(self, project: Project) -> None:
        result = project.run(env={"SHIM_CODE": "2", "SHIM_SUMMARY": "missing"})
        assert result.code == 3, result
        assert "k6 crashed, see its last lines" in result.stderr
        assert "not become ready" not in result.stderr

    @staticmethod
    def was_told(project: Project, result: Result, how: str, code: str) -> None:
        run = project.run_folder.name
        assert f"k6 {how}" in result.stderr
        assert "missing: summary.json, report.html" in result.stderr
        assert f"data with the run id {run} may be left" in result.stderr
        assert f"({code}, exit code {result.code})" in result.stderr
        text = (project.run_folder / "incomplete.txt").read_text(encoding="utf-8")
        assert how in text
        assert "Missing: summary.json, report.html" in text
        nothing_left(project)
        project.write("short.js", "export default function () {}\n")
        following = project.run("./short.js", "--no-wait").stderr
        assert f"k6 died during the run {run}" in following
        assert f"cleanup {run}" in following
        assert "k6 died" not in project.run("./short.js", "--no-wait").stderr


class TestKilled:
    def test_the_next_run_names_what_is_left(self, project: Project) -> None:
        with project.running("--start", SERVICE, env={**NOWHERE, "SHIM_SECONDS": "60"}) as run:
            k6 = run.until_k6_runs()
            run.until(
                lambda: f"k6={k6.pid}" in (project.run_folder / ".running").read_text(), "marker"
            )
            run.signal(KILL)
            run.end()
        killed = project.run_folder.name
        try:
            result = project.run().passed()
            assert f"the run {killed} was killed" in result.stderr
            assert f"k6: kill {k6.pid}" in result.stderr
            assert f"load-test.sh' cleanup {killed}" in result.stderr
            assert "Service it started, perhaps: kill -- -" in result.stderr
            assert "was killed" not in project.run().passed().stderr
        finally:
            for line in left_over(project):
                with contextlib.suppress(psutil.NoSuchProcess):
                    psutil.Process(int(line.split()[0])).kill()

    def test_a_run_that_is_still_at_work_is_no_leftover(self, project: Project) -> None:
        with project.running(env={"SHIM_SECONDS": "3"}) as run:
            run.until_k6_runs()
            assert "was killed" not in project.run().passed().stderr
            assert run.end().code == 0


def test_two_real_runs_at_once_do_not_share_a_port(real_project: Project) -> None:
    script = real_project.write("long.js", LONG.replace("30s", "2s").replace("sleep(2)", ""))
    with real_project.running(str(script), "--no-wait", "--dashboard") as first:
        first.until(lambda: "IT RUNS" in first.stderr, "k6 did not start")
        listening = [
            connection.laddr
            for process in psutil.Process(first.pid).children(recursive=True)
            for connection in process.net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        second = real_project.run(str(script), "--no-wait", "--dashboard")
        assert first.end().code == 0
    assert second.code == 0, second
    assert [address.ip for address in listening] == ["127.0.0.1"], "not the dashboard alone"
    assert "6565" not in first.stderr + second.stderr
    assert len({path.parent for path in Path(real_project.results).glob("2*/dashboard.html")}) == 2
