"""The jobs as they are written, with the real command, the real k6 and the reference service."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from service.nursery import FOLDER
from service.testing import RunningService, free_port, running_service

from tests.ci.conftest import MakeRunner
from tests.ci.pipeline import GITLAB, LOAD_TESTS, Job, Runner, read_yaml
from tests.support.suite_runner import PATIENT
from tests.support.wrapper_project import until

pytestmark = pytest.mark.slow

RUN = "Run the load test"
RESULTS = "tests/load/results/ci-7-1"
QUICK = {"profile": "smoke", "journey": "health", "vus": "2", "duration": "1s", "wait": "30s"}


@pytest.fixture
def faulty() -> Iterator[RunningService]:
    """A reference service of this test alone, for faults."""
    with running_service() as running:
        yield running


def variables(url: str, **more: str) -> dict[str, str]:
    return {"LOAD_TEST_URL": url, "LOAD_TEST_THRESHOLDS": PATIENT, **more}


def start_command(port: int) -> str:
    return f"cd {shlex.quote(str(FOLDER))} && exec " + shlex.join(
        [sys.executable, "-m", "service", "--port", str(port)]
    )


def verdict(ready: Runner, folder: str = RESULTS) -> Any:
    return json.loads((ready.project / folder / "summary.json").read_text(encoding="utf-8"))


def test_a_passing_run(runner: MakeRunner, service: RunningService) -> None:
    ready = runner(ci="github")
    _, job = ready.load_tests(inputs=QUICK, vars=variables(service.url))
    assert job, "the job was skipped"
    assert not job.red, job
    assert job.step("Install k6").out.startswith("k6 v")
    assert "No baseline is committed" in job.step(RUN).err
    assert verdict(ready)["passed"] is True
    assert job.artifact == [RESULTS]
    assert "PASSED" in job.summary.upper()
    assert "health" in job.summary
    written = {path.name for path in (ready.project / RESULTS).iterdir()}
    assert {"summary.json", "report.html", "report.md", "junit.xml"} <= written


def test_a_failing_run_is_red_and_leaves_everything(
    runner: MakeRunner, faulty: RunningService
) -> None:
    ready = runner(ci="github")
    faulty.set_fault("error", 503, only="/api/v1/health", skip=8)
    _, job = ready.load_tests(inputs=QUICK, vars=variables(faulty.url))
    assert job
    assert job.red
    assert job.step(RUN).code == 99, job
    assert [step.code for step in job.steps if step.name.startswith(("Clean up", "Show"))] == [0, 0]
    assert job.artifact == [RESULTS]
    assert "FAILED" in job.summary.upper()
    assert verdict(ready)["passed"] is False
    junit = (ready.project / RESULTS / "junit.xml").read_text(encoding="utf-8")
    assert "<failure" in junit


def test_a_service_that_never_answers(runner: MakeRunner) -> None:
    ready = runner(ci="github")
    dead = f"http://127.0.0.1:{free_port()}"
    _, job = ready.load_tests(inputs={**QUICK, "wait": "1s"}, vars=variables(dead))
    assert job
    assert job.step(RUN).code == 2, job
    assert "The test did not start" in job.summary
    assert f"GET {dead}/api/v1/health" in job.summary
    assert "refused" in job.summary
    assert "was not healthy within 1s" in job.summary


def test_the_service_is_started_for_the_run_and_stopped(runner: MakeRunner) -> None:
    ready = runner(ci="github")
    port = free_port()
    target = f"http://127.0.0.1:{port}"
    start = {"LOAD_TEST_START_COMMAND": start_command(port)}
    _, job = ready.load_tests(
        inputs={**QUICK, "target": target}, vars={**start, "LOAD_TEST_THRESHOLDS": PATIENT}
    )
    assert job
    assert not job.red, job
    assert "Stopped the service that was started for this run." in job.step(RUN).out
    assert (ready.project / RESULTS / "service.log").is_file()
    assert not listening(port)


def listening(port: int) -> bool:
    return any(
        link.laddr and link.laddr.port == port and link.status == psutil.CONN_LISTEN
        for link in psutil.net_connections("tcp")
    )


def test_an_image_becomes_a_container_on_loopback(runner: MakeRunner, tmp_path: Path) -> None:
    ready = runner(recording=True, ci="github")
    tools = tmp_path / "bin"
    tools.mkdir()
    docker = tools / "docker"
    docker.write_text(f'#!/bin/sh\necho "$*" >>{shlex.quote(str(tmp_path / "docker.log"))}\n')
    docker.chmod(0o755)
    ready.path = f"{tools}{os.pathsep}{ready.path}"
    image = "registry.example.com:5000/team/shop:1.2@sha256:" + "a" * 64
    _, job = ready.load_tests(inputs=QUICK, vars={"LOAD_TEST_IMAGE": image})
    assert job
    recorded = recording(ready)
    assert recorded["START_COMMAND"] == (
        f"exec docker run --rm --init --name load-test-service -p 127.0.0.1:8000:8000 {image}"
    )
    assert recorded["BASE_URL"] == "http://localhost:8000"
    # The clean-up takes away what a killed run has left.
    assert (tmp_path / "docker.log").read_text() == "rm --force load-test-service\n"


def recording(ready: Runner) -> dict[str, str]:
    """Return the words and the environment that the command of the suite got."""
    text = (ready.project / "scripts/recorded").read_text(encoding="utf-8")
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


@pytest.mark.parametrize(
    ("inputs", "baseline", "words"),
    [
        ({"profile": "load"}, None, "load"),
        ({"profile": "load"}, "load", "load --compare"),
        ({"profile": "load", "journey": "health"}, "load", "load health"),
        ({"profile": "load", "journey": "health"}, "load-health", "load health --compare"),
        ({"profile": "load", "save_baseline": True}, "load", "load --save-baseline"),
        ({"profile": "smoke", "journey": "all"}, None, "smoke all"),
    ],
)
def test_a_committed_baseline_is_a_gate(
    runner: MakeRunner, inputs: dict[str, Any], baseline: str | None, words: str
) -> None:
    ready = runner(recording=True, ci="github")
    if baseline:
        file = ready.project / f"tests/load/baselines/{baseline}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text("{}\n", encoding="utf-8")
    _, job = ready.load_tests(inputs=inputs, vars=variables("https://a.example.com"))
    assert job
    recorded = recording(ready)
    assert recorded["words"] == words
    assert "PROFILE" not in recorded
    assert recorded["RUN_ID"] == "ci-7-1"


def test_the_gate_turns_a_slower_service_red(runner: MakeRunner, faulty: RunningService) -> None:
    """A baseline made by the workflow, taken from the artifact, committed; then a slow service."""
    ready = runner(ci="github")
    _, first = ready.load_tests(inputs={**QUICK, "save_baseline": True}, vars=variables(faulty.url))
    assert first
    assert not first.red, first
    assert "tests/load/baselines/smoke-health.json" in first.artifact
    # Runs on a busy machine differ so much that no limit would be below any answer.
    file = ready.project / "tests/load/baselines/smoke-health.json"
    baseline = json.loads(file.read_text(encoding="utf-8"))
    for endpoint in baseline["endpoints"]:
        endpoint["p95"] = {"median": 20, "spread": 0.05}
    file.write_text(json.dumps(baseline), encoding="utf-8")
    faulty.set_fault("slow", 1500)
    _, second = ready.load_tests(
        github={"run_attempt": 2}, inputs=QUICK, vars=variables(faulty.url)
    )
    assert second
    assert second.step(RUN).code == 99, second
    assert "| slower |" in second.summary


# --- cancelled, killed ---------------------------------------------------------


def started(ready: Runner, port: int) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    """Start the step that runs the test, long enough to be stopped, and wait until k6 works."""
    steps = read_yaml(ready.project / LOAD_TESTS)["jobs"]["load-test"]["steps"]
    line = next(step["run"] for step in steps if step.get("name") == RUN)
    env = {
        "RUN_ID": "ci-7-1",
        "PROFILE": "smoke",
        "JOURNEY": "health",
        "DURATION": "90s",
        "TARGET": f"http://127.0.0.1:{port}",
        "START_COMMAND": start_command(port),
        "THRESHOLDS": PATIENT,
    }
    process = subprocess.Popen(
        ready.command(line),
        cwd=ready.project,
        env=ready.environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    marker = ready.project / RESULTS / ".running"
    try:
        until(lambda: marker.is_file() and pids(marker).get("k6"), lambda: "k6 was not started", 30)
        until(lambda: requests_to(port) > 20, lambda: "k6 sends nothing", 30)
    except BaseException:
        process.terminate()
        process.wait(20)
        raise
    return process, env


def requests_to(port: int) -> int:
    """Return how many requests the service has answered."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stats", timeout=10) as answer:
        return int(json.load(answer)["total"])


def pids(marker: Path) -> dict[str, int]:
    """Return the processes that the command of the suite has noted; 0 for none."""
    pairs = (line.split("=", 1) for line in marker.read_text("utf-8").splitlines())
    return {name: int(value or 0) for name, value in pairs if name != "script"}


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_cancelled_job_stops_by_itself_and_keeps_its_results(runner: MakeRunner) -> None:
    """GitHub signals only the process of the step: `exec` has made that the command itself."""
    ready, port = runner(ci="github"), free_port()
    process, _ = started(ready, port)
    noted = pids(ready.project / RESULTS / ".running")
    assert noted["wrapper"] == process.pid
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 105
    assert not alive(noted["k6"])
    assert not listening(port)
    assert (ready.project / RESULTS / "summary.json").is_file()


def test_the_clean_up_stops_what_a_killed_run_has_left(runner: MakeRunner) -> None:
    ready, port = runner(ci="github"), free_port()
    process, env = started(ready, port)
    noted = pids(ready.project / RESULTS / ".running")
    process.kill()
    process.wait(20)
    assert alive(noted["k6"])
    assert alive(noted["service"])
    job = Job()
    steps = read_yaml(ready.project / LOAD_TESTS)["jobs"]["load-test"]["steps"]
    for step in steps:
        if step.get("if") == "always()" and "run" in step:
            extra = {**env, "GITHUB_STEP_SUMMARY": str(ready.folder / "summary")}
            job.steps.append(ready.shell(step["run"], extra, step["name"]))
    assert not job.red, job
    until(lambda: not alive(noted["k6"]) and not alive(noted["service"]), lambda: "left over", 30)
    assert not listening(port)
    assert "was killed" in job.steps[0].err
    # k6 itself was not killed: asked to stop, it may still have written its report.
    summary = (ready.folder / "summary").read_text("utf-8")
    assert "There is no report" in summary or "cut short" in summary


# --- GitLab --------------------------------------------------------------------


def gitlab(ready: Runner, env: dict[str, str], job: str = "load-test") -> Job:
    """Run a job as GitLab does: the script in one shell, then after_script in another."""
    document = read_yaml(ready.project / GITLAB)
    template, own = document[".load-test"], document[job]
    extra = {"CI_JOB_ID": "9", "RUN_ID": "ci-9", **own.get("variables", {}), **env}
    result = Job()
    for part in ("script", "after_script"):
        result.steps.append(ready.shell("\n".join(template[part]), extra, part))
    return result


def test_gitlab(runner: MakeRunner, faulty: RunningService) -> None:
    ready = runner(ci="gitlab")
    env = {"CI_PIPELINE_SOURCE": "schedule", "LOAD_TEST_URL": faulty.url, "THRESHOLDS": PATIENT}
    table = ready.project / "tests/load/ci/runs.txt"
    table.write_text("nightly smoke health 2 9\n", encoding="utf-8")
    env |= {"OCCASION": "nightly", "DURATION": "1s"}
    passed = gitlab(ready, env)
    assert [step.code for step in passed.steps] == [0, 0], passed
    assert "PASSED" in passed.steps[1].out.upper()
    folder = ready.project / "tests/load/results/ci-9"
    assert (folder / "junit.xml").is_file()
    faulty.set_fault("error", 503, only="/api/v1/health", skip=8)
    failed = gitlab(ready, {**env, "RUN_ID": "ci-10", "PROFILE": "smoke", "JOURNEY": "health"})
    assert failed.steps[0].code == 99, failed
    assert "FAILED" in failed.steps[1].out.upper()


def test_gitlab_skips_and_refuses(runner: MakeRunner) -> None:
    ready = runner(ci="gitlab", recording=True)
    request = {"CI_PIPELINE_SOURCE": "merge_request_event"}
    assert "notice: Load test skipped: there is nothing" in str(gitlab(ready, request))
    fork = {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
    deployed = {**request, **fork, "LOAD_TEST_URL": "https://a.example.com"}
    assert "fork" in str(gitlab(ready, deployed))
    assert not (ready.project / "scripts/recorded").exists()
    bad = gitlab(ready, {**request, "PROFILE": "--yes", "LOAD_TEST_URL": "https://a.example.com"})
    assert bad.steps[0].code == 1


def test_gitlab_with_an_image(runner: MakeRunner) -> None:
    ready = runner(ci="gitlab", recording=True)
    env = {"CI_PIPELINE_SOURCE": "merge_request_event", "LOAD_TEST_IMAGE": "shop:1"}
    job = gitlab(ready, env, "load-test-image")
    assert not job.red, job
    recorded = recording(ready)
    assert recorded["words"] == "smoke"
    assert recorded["BASE_URL"] == "http://service:8000"
    assert recorded["ALLOWED_HOSTS"] == "service"
    assert "START_COMMAND" not in recorded or not recorded["START_COMMAND"]
