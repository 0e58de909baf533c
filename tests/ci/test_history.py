"""The history of load tests across CI runs: the job's own lines, a real k6, real summaries."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ci.conftest import MakeRunner
from tests.ci.pipeline import Job, Runner, read_yaml
from tests.support.forge import GITHUB_TOKEN, Forge, running_forge

pytestmark = pytest.mark.slow

HISTORY = ".github/workflows/load-test-history.yml"
SUMMARY = Path(__file__).parent / "summary.json"


@pytest.fixture
def forge() -> Iterator[Forge]:
    with running_forge() as running:
        yield running


@pytest.fixture
def ready(runner: MakeRunner) -> Runner:
    return runner(ci="github", share_results="history")


def put_results(ready: Runner, number: int) -> None:
    """Put results where the workflow downloads them to."""
    document = json.loads(SUMMARY.read_text(encoding="utf-8"))
    document["timestamp"] = f"2026-11-{number:02d}T02:00:00.000Z"
    document["run"]["id"] = f"ci-{number}-1"
    document["run"]["gitCommit"] = f"c0ffee{number}"
    folder = ready.folder / "tested" / "load-test-results-load-profile-1" / "results"
    shutil.rmtree(ready.folder / "tested", ignore_errors=True)
    (folder / f"ci-{number}-1").mkdir(parents=True)
    (folder / f"ci-{number}-1" / "summary.json").write_text(json.dumps(document), encoding="utf-8")


def artifact(number: int, **run: Any) -> dict[str, Any]:
    own = {"id": number, "head_branch": "main", "repository_id": 1, "head_repository_id": 1}
    return {
        "name": "load-test-history",
        "expired": False,
        "created_at": f"2026-11-{number:02d}T03:00:00Z",
        "workflow_run": {**own, **run},
    }


def history_job(ready: Runner, forge: Forge) -> Job:
    """Run the workflow as GitHub does after a nightly run."""
    ready.variables = {
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "acme/shop",
        "RUNNER_TEMP": str(ready.folder),
    }
    tested = {"id": 7, "run_attempt": 1, "event": "schedule", "head_branch": "main"}
    event = {"workflow_run": tested, "repository": {"default_branch": "main"}}
    return ready.job(HISTORY, "history", {"github": {"token": GITHUB_TOKEN, "event": event}})


def found_run(ready: Runner, forge: Forge) -> str:
    """Run the step that asks GitHub, and return what it prints."""
    steps = read_yaml(ready.project / HISTORY)["jobs"]["history"]["steps"]
    (step,) = (step for step in steps if step.get("id") == "history")
    line = step["run"].removesuffix(' >>"$GITHUB_OUTPUT"')
    asked = {
        "API_TOKEN": GITHUB_TOKEN,
        "ARTIFACT": step["env"]["ARTIFACT"],
        "DEFAULT_BRANCH": "main",
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "acme/shop",
    }
    done = ready.shell(line, asked)
    assert done.code == 0, done
    return done.out.strip()


def test_runs_are_added_one_after_the_other(ready: Runner, forge: Forge) -> None:
    for number in (1, 2):
        put_results(ready, number)
        # What a runner starts with: the history so far, and no results.
        for folder in (ready.project / "tests/load/results").glob("ci-*"):
            shutil.rmtree(folder)
        job = history_job(ready, forge)
        assert not job.red, job
    text = (ready.project / "tests/load/results/history.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["id"] for line in text.splitlines()] == ["ci-1-1", "ci-2-1"]
    assert "c0ffee1" in job.summary
    assert "c0ffee2" in job.summary
    names = ["history.html", "history.jsonl"]
    assert sorted(job.artifact) == [f"tests/load/results/{name}" for name in names]
    assert GITHUB_TOKEN not in str(job)


def test_the_newest_history_of_the_default_branch_is_found(ready: Runner, forge: Forge) -> None:
    assert found_run(ready, forge) == ""
    forge.artifacts = [
        # A pull request from a fork can store an artifact of any name.
        artifact(9, head_repository_id=666),
        artifact(8, head_branch="feature"),
        {**artifact(7), "expired": True},
        artifact(5),
        artifact(6),
        {**artifact(4), "name": "other"},
    ]
    assert found_run(ready, forge) == "run=6"


def test_a_history_that_cannot_be_asked_for_is_not_begun_anew(ready: Runner, forge: Forge) -> None:
    put_results(ready, 1)
    url, forge.url = forge.url, f"{forge.url}/nowhere"
    job = history_job(ready, forge)
    forge.url = url
    assert job.step("Find the history so far").code not in (0, None)
    assert job.step("Add the runs").code is None
    assert job.artifact == []


def test_the_workflow_only_reads(ready: Runner) -> None:
    document = read_yaml(ready.project / HISTORY)
    assert document["permissions"] == {}
    granted = document["jobs"]["history"]["permissions"]
    assert granted == {"contents": "read", "actions": "read"}
    condition = document["jobs"]["history"]["if"]
    assert "event != 'pull_request'" in condition
