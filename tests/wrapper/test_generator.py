"""The machine that generates the load: named before it if too small, and blamed afterwards."""

from __future__ import annotations

import json
import re

import pytest
from service.testing import RunningService, running_service

from tests.support.wrapper_project import Project, Result

DESCRIPTORS = 64
USERS = 100
LOAD = ("health", "--vus", str(USERS), "--duration", "1s", "--think-time", "0")
FEW = ("bash", "-c", f'ulimit -n {DESCRIPTORS}; exec "$@"', "bash")


def run(project: Project, service: RunningService, *words: str, **env: str | None) -> Result:
    """Run 100 users with 64 descriptors."""
    command = [*FEW, *project.command()]
    return project.run(*LOAD, *words, command=command, env={"BASE_URL": service.url, **env})


def test_a_load_without_enough_descriptors_is_refused_before_it(
    real_project: Project, service: RunningService
) -> None:
    result = run(real_project, service)
    assert result.code == 107, result
    needed = f"{USERS} VUs need about {USERS + 30} file descriptors, and the limit is {DESCRIPTORS}"
    assert "this machine is too small for this load, nothing was sent: " + needed in result.stdout
    assert "Run `ulimit -n 260` first, or lower VUS. If that is wrong, set GEN" in result.stdout


def test_used_up_descriptors_are_the_limit_of_this_machine_and_not_of_the_service(
    real_project: Project, service: RunningService
) -> None:
    # Connections that are not kept are closed at the end: the results can be written.
    limits = f"descriptors={USERS * 2},memory=20,ports=50,cores=1"
    result = run(
        real_project, service, "--", "--no-connection-reuse", GENERATOR_LIMITS=limits
    )  # fmt: skip
    assert result.code == 99, result
    assert "this machine may be the limit: 100 VUs need about 50 MB of memory" in result.stderr
    assert "100 VUs need as many local ports, and there are 50" in result.stderr
    folder = real_project.run_folder
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    first, *others = summary["reasons"]
    assert first.startswith("this machine was the limit, not the service: ")
    assert f"(no file descriptor left on this machine, limit {USERS * 2})" in first
    assert "latencies were not judged. Raise the limit with `ulimit -n`" in first
    assert not [reason for reason in others if "connection lost" in reason or "slow" in reason]
    durations = [row for row in summary["thresholds"] if row["unit"] == "ms"]
    assert durations
    assert not [row for row in durations if row["ok"] or row["measured"]]
    assert summary["breakingStage"] is None
    assert "not judged" in result.stdout
    for name in ("report.html", "report.md", "junit.xml"):
        assert "this machine was the limit" in (folder / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize(("cores", "limited"), [("0.1", True), ("64", False)])
def test_a_processor_at_its_limit_that_drops_iterations(
    real_project: Project, service: RunningService, cores: str, limited: bool
) -> None:
    result = real_project.run(
        "health", "--rate", "3000", "--vus", "2", "--duration", "1s", "--think-time", "0.05",
        env={"BASE_URL": service.url, "GENERATOR_LIMITS": f"cores={cores}"},
    )  # fmt: skip
    assert result.code == 99, result
    folder = real_project.run_folder
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["metrics"]["droppedIterations"] > 0
    pattern = (
        r"this machine was the limit, not the service: k6 used \d+% of 0.1 cores, and \d+ iter"
    )
    texts = [
        result.stderr,
        summary["reasons"][0],
        *((folder / name).read_text() for name in ("report.html", "report.md", "junit.xml")),
    ]
    assert [bool(re.search(pattern, text)) for text in texts] == [limited] * len(texts)
    slow = [reason for reason in summary["reasons"] if "the service is too slow" in reason]
    assert bool(slow) != limited
    durations = [row for row in summary["thresholds"] if row["unit"] == "ms"]
    assert any(row["measured"] for row in durations) != limited
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_health_that_flaps_is_no_error_in_a_script(real_project: Project) -> None:
    """Healthy while the wrapper waits, and not any more when the test begins."""
    faults = {"error": {"error": 503, "only": "/api/v1/health", "skip": 1}}
    with running_service(faults=faults) as flapping:
        result = real_project.run("smoke", env={"BASE_URL": flapping.url})
    assert result.code == 2, result
    assert "failed: smoke (the service did not become ready, exit code 2)" in result.stderr
    assert "error in a script" not in result.all


def test_the_limits_are_measured(project: Project) -> None:
    call = project.run("smoke", command=[*FEW, *project.command()]).passed().call
    limits = dict(part.split("=") for part in call.vars["GENERATOR_LIMITS"].split(","))
    assert limits["descriptors"] == str(DESCRIPTORS)
    assert set(limits) == {"descriptors", "ports", "memory", "cores"}
    assert all(int(value) > 0 for value in limits.values())
