"""`--docker`: the same run in a container. A recording docker stands in for the real one."""

from __future__ import annotations

import os
import signal

import pytest

from tests.support.wrapper_project import SHIM_FOLDER, Project


@pytest.fixture
def docker(project: Project) -> Project:
    (project.bin / "docker").symlink_to(SHIM_FOLDER / "docker")
    (project.bin / "k6").unlink()
    project.env["RUN_ID"] = "one"
    return project


def test_the_suite_is_read_only_and_the_results_belong_to_the_caller(docker: Project) -> None:
    result = docker.run("--docker", "load", "health", "--vus", "4", "--output", "raw.json")
    assert [call.kind for call in result.calls] == ["docker-version", "wait", "run"], result
    args = result.call.args
    suite, results = (args[i + 1] for i, word in enumerate(args) if word == "--mount")
    quoted = str(docker.load).replace('"', '""')
    assert suite == f'type=bind,"source={quoted}",target=/suite,readonly'
    assert results == f'type=bind,"source={quoted}/results/one",target=/results'
    assert args[args.index("--user") + 1] == f"{os.getuid()}:{os.getgid()}"
    assert args[args.index("--network") + 1] == "host"
    image = args.index("grafana/k6:1.8.1")
    assert args[image + 1] == "run"
    assert args[-1] == "/suite/scripts/health.js"
    pairs = dict(args[i + 1].split("=", 1) for i, word in enumerate(args) if word == "--env")
    assert pairs["RESULTS_DIR"] == "/results"
    assert pairs["VUS"] == "4"
    assert pairs["RUN_K6_VERSION"] == "v1.8.1"
    assert "json=/results/raw.json" in args


def test_secrets_are_named_and_settings_come_along(docker: Project) -> None:
    settings = docker.root.parent / "s.env"
    settings.write_text("MINE_TOKEN=canary-a\nTEST_USER_EMAIL=a@example.com\n")
    env = {"API_KEY": "canary-b", "K6_LOG_FORMAT": "json", "UNRELATED": "x", "K6_BIN": ""}
    result = docker.run("--docker", "--dashboard", "--env-file", str(settings), env=env)
    call = result.call
    named = {call.args[i + 1] for i, word in enumerate(call.args) if word == "-e"}
    assert {"MINE_TOKEN", "TEST_USER_EMAIL", "API_KEY", "K6_LOG_FORMAT"} <= named
    assert "K6_WEB_DASHBOARD_EXPORT" in named
    assert not {"UNRELATED", "K6_BIN", "PATH", "HOME"} & named
    assert "canary" not in " ".join(call.args)
    assert call.env["MINE_TOKEN"] == "canary-a"
    assert call.env["K6_WEB_DASHBOARD_EXPORT"] == "/results/dashboard.html"


def test_the_report_is_completed_in_a_container_too(docker: Project) -> None:
    result = docker.run("--docker", env={"SHIM_REPORT": "good"}).passed()
    (call,) = (call for call in result.calls if call.kind == "report")
    assert call.script == "/suite/engine/commands/finish-report.js"
    assert call.vars["RESULTS_DIR"] == "/results"
    assert call.args[call.args.index("FILES") - 1] == "-e"
    assert call.env["HISTORY"] == ""
    assert call.args[call.args.index("--name") + 1] == "k6-one-job_1_report"


def test_earlier_runs_can_be_read_for_the_trend(docker: Project) -> None:
    docker.run("--docker", env={"SHIM_REPORT": "good"}).passed()
    [first] = [path.parent.name for path in docker.results.glob("[!l]*/summary.json")]
    result = docker.run("--docker", env={"SHIM_REPORT": "good", "RUN_ID": "two"}).passed()
    (call,) = (call for call in result.calls if call.kind == "report")
    assert call.env["HISTORY"].split() == [f"/history/{first}/summary.json"]
    mounts = [call.args[i + 1] for i, word in enumerate(call.args) if word == "--mount"]
    assert mounts[-1].endswith('/tests/load/results",target=/history,readonly')


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("ws://localhost:8000/ws", "ws://host.docker.internal:8000/ws"),
        ("wss://127.0.0.1/ws", "wss://host.docker.internal/ws"),
        ("ws://192.168.1.5:8000/ws", "ws://192.168.1.5:8000/ws"),
    ],
)
@pytest.mark.parametrize("option", [True, False])
def test_sockets_find_the_host_too(docker: Project, url: str, inside: str, option: bool) -> None:
    docker.script("uname", "#!/bin/sh\necho Darwin\n")
    words = ("--env", f"WS_URL={url}") if option else ()
    call = docker.run("--docker", *words, env={} if option else {"WS_URL": url}).passed().call
    if option:
        assert [word for word in call.args if word.startswith("WS_URL=")][-1] == f"WS_URL={inside}"
    else:
        assert call.env["WS_URL"] == inside


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("http://localhost:8000/x", "http://host.docker.internal:8000/x"),
        ("http://127.0.0.1:8000", "http://host.docker.internal:8000"),
        ("http://[::1]:8000", "http://host.docker.internal:8000"),
        ("http://192.168.1.5:8000", "http://192.168.1.5:8000"),
    ],
)
def test_where_the_network_is_not_shared_the_host_has_a_name(
    docker: Project, url: str, inside: str
) -> None:
    docker.script("uname", "#!/bin/sh\necho Darwin\n")
    result = docker.run("--docker", "--base-url", url).passed()
    args = result.call.args
    assert f"BASE_URL={inside}" in args
    assert "host.docker.internal:host-gateway" in args
    assert "--network" not in args


def test_a_file_outside_the_suite_is_refused(docker: Project) -> None:
    docker.write("mine.js", "")
    docker.run("./mine.js", "--docker").refused("--docker only sees files below")


def test_docker_has_to_be_there_and_answer(project: Project) -> None:
    project.run("--docker", env={"PATH": "/usr/bin:/bin"}).refused("--docker")
    project.script("docker", "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n")
    project.run("--docker").refused("Docker does not answer", "Cannot connect")


def test_another_image_can_be_chosen(docker: Project) -> None:
    result = docker.run("--docker", "--dry-run", env={"K6_IMAGE": "registry.local/k6:2.2.0"})
    assert " registry.local/k6:2.2.0 run " in result.passed().stdout


def test_a_container_is_killed_too_when_the_check_is_interrupted(docker: Project) -> None:
    with docker.running("--docker", env={"SHIM_SECONDS": "60"}) as run:
        run.until(lambda: [c for c in docker.calls() if c.kind == "wait"], "no readiness check")
        run.signal(signal.SIGTERM)
        result = run.end(5)
    assert result.code == 105, result
    started = next(call for call in result.calls if call.kind == "wait").args
    killed = next(call for call in result.calls if call.kind == "docker-kill").args
    assert killed[1] == started[started.index("--name") + 1]


def test_podman_can_take_the_place_of_docker(docker: Project) -> None:
    (docker.bin / "docker").unlink()
    (docker.bin / "podman").symlink_to(SHIM_FOLDER / "docker")
    call = docker.run("--docker", env={"CONTAINER_ENGINE": "podman"}).passed().call
    assert call.args[call.args.index("--userns") + 1] == "keep-id"
    docker.run("--docker", env={"CONTAINER_ENGINE": "other"}).refused("docker or podman", "other")


@pytest.fixture
def stack(project: Project) -> Project:
    """A project with a compose file and a store for its figures."""
    (project.bin / "docker").symlink_to(SHIM_FOLDER / "docker")
    project.write("tests/load/compose.yaml", "services: {}\n")
    project.write("tests/load/grafana/provisioning/datasources/k6-prometheus.yml", "")
    project.write("tests/load/grafana/provisioning/datasources/k6-influxdb.yml", "")
    project.env["RUN_ID"] = "one"
    return project


def test_the_stack_is_started_before_the_run_and_gets_its_figures(stack: Project) -> None:
    result = stack.run("load", "--stack", env={"PROMETHEUS_PORT": "9999"}).passed()
    up, wait, run = result.calls[1:]
    file = str(stack.load / "compose.yaml")
    assert up.args == ["compose", "--file", file, "up", "--detach", "--wait"]
    assert up.env["GRAFANA_PORT"] == "3000"
    assert (wait.kind, run.kind) == ("wait", "run")
    outputs = [run.args[i + 1] for i, word in enumerate(run.args) if word == "--out"]
    assert outputs == ["experimental-prometheus-rw", "influxdb=http://localhost:8086/k6"]
    assert run.env["K6_PROMETHEUS_RW_SERVER_URL"] == "http://localhost:9999/api/v1/write"
    assert "p(95)" in run.env["K6_PROMETHEUS_RW_TREND_STATS"]
    assert "http://localhost:3000/d/k6-results?var-run=one" in result.stdout


def test_grafana_makes_way_for_a_service_on_its_port(stack: Project) -> None:
    result = stack.run("--stack", "--base-url", "http://localhost:3000").passed()
    assert result.calls[1].env["GRAFANA_PORT"] == "3001"
    assert "localhost:3001/d/k6-results" in result.stdout


def test_a_stack_that_cannot_start_ends_before_any_load(stack: Project) -> None:
    stack.script("docker", "#!/bin/sh\necho no engine >&2\nexit 1\n")
    result = stack.run("--stack")
    assert result.code == 4, result
    assert "no engine" in result.stderr
    assert [call.kind for call in result.calls] == ["version"]
    stack.run("--stack", "--out", "csv=x.csv").refused("exclude each other")
    (stack.load / "compose.yaml").unlink()
    stack.run("--stack").refused("compose.yaml is missing")


def test_a_dry_run_shows_how_the_stack_is_started(stack: Project) -> None:
    shown = stack.run("--stack", "--dry-run").passed()
    assert "up --detach --wait" in shown.stdout
    assert not [call for call in shown.calls if call.kind == "run"]
