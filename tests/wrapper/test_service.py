"""Waiting for the service, starting it, and stopping exactly what was started."""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.layout import REPOSITORY
from tests.support.suite_runner import PATIENT
from tests.support.wrapper_project import Project, left_over, until

# Each of these waits for a service to start or to stop.
pytestmark = pytest.mark.slow

SERVER = REPOSITORY / "tests" / "support" / "start_command_service.py"


def start_command(port: int, *flags: str) -> str:
    return shlex.join([sys.executable, str(SERVER), str(port), *flags])


@pytest.fixture
def port() -> int:
    """A port that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def base(port: int) -> dict[str, str | None]:
    return {"BASE_URL": f"http://127.0.0.1:{port}"}


class TestWaiting:
    def test_the_check_runs_before_the_test_with_the_same_settings(self, project: Project) -> None:
        result = project.run("load", "--wait", "7s", "--base-url", "http://localhost:8123").passed()
        assert [call.kind for call in result.calls] == ["version", "wait", "run"]
        wait = result.calls[1]
        assert wait.vars == {"BASE_URL": "http://localhost:8123", "WAIT_TIMEOUT": "7s"}
        assert "--quiet" in wait.args
        assert wait.script == str(project.load / "engine/commands/wait-for-service.js")

    def test_no_wait_skips_it(self, project: Project) -> None:
        result = project.run("--no-wait", env={"START_COMMAND": "touch pwned"}).passed()
        assert [call.kind for call in result.calls] == ["version", "run"]

    def test_a_service_that_is_not_ready_ends_with_2_and_leaves_nothing(
        self, project: Project
    ) -> None:
        result = project.run("--wait", "3s", env={"SHIM_WAIT": "108"})
        assert result.code == 2, result
        assert "not healthy: said the shim\n" in result.stderr
        assert "http://localhost:8000 was not healthy within 3s" in result.stderr
        assert not result.runs
        assert not project.runs

    def test_refused_settings_end_with_1(self, project: Project) -> None:
        result = project.run(env={"SHIM_WAIT": "107"})
        assert result.code == 1, result
        assert "said the shim" in result.stderr

    def test_a_check_that_does_not_work_is_no_success(self, project: Project) -> None:
        result = project.run(env={"SHIM_WAIT": "255"})
        assert result.code == 2, result
        assert "k6 exit code 255" in result.stderr

    def test_a_suite_without_the_check_is_refused(self, project: Project) -> None:
        (project.load / "engine/commands/wait-for-service.js").unlink()
        assert "wait-for-service.js is missing" in project.run().stderr

    def test_a_dead_port_names_url_and_reason_within_the_limit(
        self, real_project: Project, port: int
    ) -> None:
        started = time.monotonic()
        result = real_project.run("health", "--wait", "1s", env=base(port))
        assert result.code == 2, result
        assert time.monotonic() - started < 6
        assert f"http://127.0.0.1:{port}/api/v1/health" in result.stderr
        assert "connection refused" in result.stderr
        assert "wait-for-service.js:" not in result.stderr
        assert not real_project.runs


@contextmanager
def other_process(port: int, *flags: str) -> Iterator[None]:
    """A service that somebody else runs."""
    process = subprocess.Popen([sys.executable, SERVER, str(port), *flags])
    try:
        yield
        assert process.poll() is None, "a service that was not started here was stopped"
    finally:
        process.kill()
        process.wait()


class TestOfSomebodyElse:
    # Long enough for the wrapper to look before that, on a busy machine too.
    @pytest.mark.parametrize("flags", [["--delay", "5"], ["--unhealthy", "5"]])
    def test_one_that_needs_a_while_is_waited_for_and_measured_afterwards(
        self, real_project: Project, port: int, flags: list[str]
    ) -> None:
        with other_process(port, *flags):
            words = ["health", "--duration", "1s", "--think-time", "0.05", "--wait", "20s"]
            result = real_project.run(*words, env=base(port) | {"THRESHOLDS": PATIENT}).passed()
        assert "The service was ready after" in result.stdout
        summary = json.loads((real_project.run_folder / "summary.json").read_text())
        assert summary["passed"] is True
        # The second that was asked for, not the five of waiting.
        assert summary["run"]["durationMs"] < 5000
        assert "Stopped" not in result.stdout

    def test_one_that_answers_something_else_is_not_ready(
        self, real_project: Project, port: int
    ) -> None:
        with other_process(port, "--html"):
            command = ["health", "--wait", "1s"]
            until(lambda: accepts(port), lambda: "the service did not start", 10)
            result = real_project.run(*command, env=base(port))
        assert result.code == 2, result
        assert "/api/v1/health" in result.stderr


def accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class TestStarting:
    def test_the_service_is_started_waited_for_and_stopped(
        self, real_project: Project, port: int
    ) -> None:
        command = start_command(port, "--delay", "2", "--children", "4")
        real_project.write("tests/load/quick.js", QUICK)
        result = real_project.run("quick.js", "--start", command, env=base(port))
        result.passed()
        assert "The service was ready after" in result.stdout
        assert "Stopped the service" in result.stdout
        assert "booting" in (real_project.run_folder / "service.log").read_text()
        assert not left_over(real_project)

    def test_a_command_with_shell_words_runs_in_the_project(self, project: Project) -> None:
        project.write("app/x.txt", "")
        env = {
            "START_COMMAND": 'echo "here: $PWD" && ls && exec sleep 60',
            "START_DIR": "app",
            "BASE_URL": "http://127.0.0.1:1",
        }
        project.run(env=env).passed()
        log = (project.run_folder / "service.log").read_text()
        assert log == f"here: {project.root}/app\nx.txt\n"
        assert not left_over(project)

    def test_suite_env_can_hold_the_command(self, project: Project) -> None:
        project.write(
            "tests/load/suite.env", 'BASE_URL=http://127.0.0.1:1\nSTART_COMMAND="exec sleep 60"\n'
        )
        assert "Starting the service: exec sleep 60" in project.run().passed().stdout

    def test_what_answers_already_is_neither_started_nor_stopped(
        self, project: Project, listening: int
    ) -> None:
        result = project.run("--start", "touch pwned", env=base(listening)).passed()
        assert f"Something answers at 127.0.0.1:{listening} already" in result.stdout
        assert "Stopped" not in result.stdout
        with socket.create_connection(("127.0.0.1", listening)):
            pass

    def test_an_unhealthy_other_service_is_explained(
        self, project: Project, listening: int
    ) -> None:
        result = project.run("--start", "true", env={**base(listening), "SHIM_WAIT": "108"})
        assert result.code == 2, result
        assert "START_COMMAND was not run because something answers there already" in result.stderr

    def test_a_command_that_fails_at_once_ends_the_wait(self, project: Project, port: int) -> None:
        env = {**base(port), "SHIM_WAIT": str(project.root / "never")}
        started = time.monotonic()
        result = project.run("--start", "echo boom >&2; exit 7", env=env)
        assert time.monotonic() - started < 5
        assert result.code == 2, result
        assert "  boom\n" in result.stderr
        assert "ended with code 7 before the service was healthy" in result.stderr
        assert not result.runs
        assert (project.run_folder / "service.log").read_text() == "boom\n"
        assert not left_over(project)

    def test_a_missing_program_is_a_failed_start(self, project: Project, port: int) -> None:
        env = {**base(port), "SHIM_WAIT": str(project.root / "never")}
        result = project.run("--start", "no-such-program --x", env=env)
        assert result.code == 2, result
        assert "no-such-program" in result.stderr
        assert "code 127" in result.stderr

    def test_a_missing_start_dir_is_named(self, project: Project, port: int) -> None:
        env = {**base(port), "START_DIR": "nowhere"}
        project.run("--start", "true", env=env).refused("START_DIR: no folder")

    def test_a_service_that_never_gets_healthy_is_stopped_and_its_log_shown(
        self, real_project: Project, port: int
    ) -> None:
        command = start_command(port, "--unhealthy", "99", "--children", "2")
        result = real_project.run("health", "--start", command, "--wait", "1s", env=base(port))
        assert result.code == 2, result
        assert "503" in result.stderr
        assert "although its start command is running" in result.stderr
        assert "  ready" in result.stderr
        assert not left_over(real_project)

    def test_the_time_to_start_is_a_setting_of_its_own(self, project: Project, port: int) -> None:
        for env, limit in (
            ({}, "60s"),
            ({"START_TIMEOUT": "90s"}, "90s"),
            ({"WAIT_TIMEOUT": "5s"}, "60s"),
        ):
            result = project.run("--start", "exec sleep 60", env={**base(port), **env}).passed()
            assert result.calls[1].vars["WAIT_TIMEOUT"] == limit
        result = project.run("--start", "exec sleep 60", "--wait", "4s", env=base(port)).passed()
        assert result.calls[1].vars["WAIT_TIMEOUT"] == "4s"

    def test_a_stubborn_service_is_killed(self, project: Project, port: int) -> None:
        ready = project.root / "ready"
        command = (
            f"{start_command(port, '--stubborn', '--children', '1')} & sleep 1; : > ready; wait"
        )
        started = time.monotonic()
        project.run("--start", command, env={**base(port), "SHIM_WAIT": str(ready)}).passed()
        assert 4 < time.monotonic() - started < 15
        assert not left_over(project)

    def test_a_command_that_goes_into_the_background_is_fine_and_still_stopped(
        self, real_project: Project, port: int
    ) -> None:
        real_project.write("tests/load/quick.js", QUICK)
        command = start_command(port, "--detach", "--delay", "1")
        real_project.run("quick.js", "--start", command, env=base(port)).passed()
        assert not left_over(real_project)

    def test_a_service_that_dies_during_the_run_is_reported(
        self, project: Project, port: int
    ) -> None:
        result = project.run(
            "--start", "sleep 1; echo dying; exit 9", env={**base(port), "SHIM_SECONDS": "2"}
        )
        assert "the service that was started ended during the run (code 9)" in result.stderr
        assert "  dying" in result.stderr

    def test_the_service_gets_the_callers_environment_and_not_the_tests(
        self, project: Project, port: int
    ) -> None:
        settings = project.write("s.env", "API_KEY=canary\n")
        project.run(
            "--start", "umask; echo key=${API_KEY-none} mine=$MINE; exec sleep 60",
            "--env-file", str(settings), env={**base(port), "MINE": "1"},
        ).passed()  # fmt: skip
        log = (project.run_folder / "service.log").read_text()
        assert "key=none mine=1" in log
        assert log.startswith("0022") or not log.startswith("0077")

    def test_a_remote_service_is_not_started(self, project: Project) -> None:
        env = {"BASE_URL": "https://example.com", "ALLOWED_HOSTS": "example.com"}
        project.run(env={**env, "START_COMMAND": "touch pwned"}).passed()
        result = project.run("--start", "touch pwned", env=env)
        assert "--start is for a service on this machine" in result.stderr
        assert result.code == 1


QUICK = """\
import http from 'k6/http';
export const options = { vus: 1, iterations: 1 };
export default function () { http.get(__ENV.BASE_URL); }
export function handleSummary() {
  return { [`${__ENV.RESULTS_DIR}/summary.json`]: '{\\n  "passed": true\\n}\\n' };
}
"""
