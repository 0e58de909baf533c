"""The comment on a pull or merge request: the job's own lines, a real k6, real summaries."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.ci.conftest import MakeRunner
from tests.ci.pipeline import GITLAB, Job, Runner, read_yaml
from tests.support.forge import GITHUB_TOKEN, GITLAB_TOKEN, Forge, running_forge

pytestmark = pytest.mark.slow

COMMENT = ".github/workflows/load-test-comment.yml"
HERE = Path(__file__).parent
MARKER = "<!-- load-tests: my-service -->"


@pytest.fixture
def forge() -> Iterator[Forge]:
    with running_forge() as running:
        yield running


def checked_out(runner: Runner) -> Runner:
    """Make the project a repository, as a checkout is."""
    subprocess.run(["git", "init", "--quiet"], cwd=runner.project, check=True)
    return runner


@pytest.fixture
def ready(runner: MakeRunner) -> Runner:
    return checked_out(runner(ci="github", share_results="comment"))


def summary(**changes: Any) -> dict[str, Any]:
    """Return a summary as k6 wrote it, with changes."""
    document: dict[str, Any] = json.loads((HERE / "summary.json").read_text(encoding="utf-8"))
    return {**document, **changes}


def baseline(p95: float, **changes: Any) -> str:
    """Return the baseline of the summary above, with the p95 of its health endpoint."""
    run = summary()["run"]
    return json.dumps(
        {
            "targetVUs": 1,
            "plannedMs": run["plannedMs"],
            "runs": 10,
            "timestamp": "2026-11-20T02:00:00.000Z",
            "gitCommit": "0ld5ha1",
            "endpoints": [{"name": "health", "p95": {"median": p95}}],
            **changes,
        }
    )


def put_results(ready: Runner, document: dict[str, Any] | None) -> None:
    """Put results where the workflow downloads them to."""
    folder = ready.folder / "tested" / "load-test-results-smoke-profile-1" / "results" / "ci-7-1"
    shutil.rmtree(ready.folder / "tested", ignore_errors=True)
    if document is not None:
        folder.mkdir(parents=True)
        (folder / "summary.json").write_text(json.dumps(document), encoding="utf-8")


def comment_job(ready: Runner, forge: Forge) -> Job:
    """Run the workflow as GitHub does after a run on a pull request from a fork."""
    tested_run = {
        "id": 7,
        "run_attempt": 1,
        "event": "pull_request",
        "conclusion": "failure",
        "head_sha": "a" * 40,
        "head_branch": "feature/x",
        "head_repository": {"full_name": "fork/shop", "owner": {"login": "fork"}},
    }
    ready.variables = {
        "GITHUB_API_URL": forge.url,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_RUN_ID": "8",
        "RUNNER_TEMP": str(ready.folder),
    }
    event = {"workflow_run": tested_run}
    return ready.job(COMMENT, "comment", {"github": {"token": GITHUB_TOKEN, "event": event}})


def rendered(markdown: str) -> str:
    """Return what a Markdown renderer with tables makes of a comment."""
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


def test_a_comment_is_created_and_then_updated(ready: Runner, forge: Forge) -> None:
    put_results(ready, summary())
    assert not (job := comment_job(ready, forge)).red, job
    assert len(forge.comments) == 1
    assert "✅ Load test passed" in forge.bodies()[0]
    failed = summary(passed=False, reasons=["health: too slow"])
    put_results(ready, failed)
    assert not (job := comment_job(ready, forge)).red, job
    (body,) = forge.bodies()
    assert body.startswith(MARKER)
    assert "❌ Load test failed" in body
    assert GITHUB_TOKEN not in str(job)


def test_the_comment_is_a_table_for_a_markdown_renderer(ready: Runner, forge: Forge) -> None:
    forge.files["main", "tests/load/baselines/smoke.json"] = baseline(2.0)
    put_results(ready, summary(passed=False, reasons=["health: p95 4 ms, too slow"]))
    comment_job(ready, forge)
    page = rendered(forge.bodies()[0])
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    head = ["Endpoint", "Requests", "p50", "p95", "Baseline p95", "Change", "p99", "Failed"]
    assert cells[0] == head
    health = next(row for row in cells if row[0] == "health")
    current = next(r for r in summary()["endpoints"] if r["name"] == "health")["duration"]["p95"]
    assert health[4:6] == ["2 ms", f"{(current / 2 - 1) * 100:+.2f}%"]
    assert next(row for row in cells if row[0] == "openapi")[5] == "new"
    assert "<h3>❌ Load test failed: My Service</h3>" in page
    assert "<li>health: p95 4 ms, too slow</li>" in page
    assert '<a href="https://github.com/acme/shop/actions/runs/7">' in page
    assert "baseline of main: 10 runs of 2026-11-20 at 0ld5ha1" in page
    assert "|" not in page


@pytest.mark.parametrize(
    ("branch", "text"),
    [
        ("other", baseline(2.0)),
        ("main", baseline(2.0, targetVUs=50)),
        ("main", "not JSON"),
    ],
)
def test_only_a_baseline_of_the_target_branch_that_fits_is_compared(
    ready: Runner, forge: Forge, branch: str, text: str
) -> None:
    forge.files[branch, "tests/load/baselines/smoke.json"] = text
    put_results(ready, summary())
    assert not (job := comment_job(ready, forge)).red, job
    assert "main has no baseline for this test, so no change is shown." in forge.bodies()[0]
    assert "Baseline p95" not in forge.bodies()[0]


HOSTILE = (
    "@acme/all [x](https://evil.example) <img src=x onerror=alert(1)> | `a` https://evil.example"
)


def test_what_a_fork_names_its_tests_stays_text(ready: Runner, forge: Forge) -> None:
    document = summary(passed=False, reasons=[HOSTILE])
    document["run"]["test"] = HOSTILE
    document["endpoints"][0]["name"] = HOSTILE
    put_results(ready, document)
    assert not (job := comment_job(ready, forge)).red, job
    body = forge.bodies()[0]
    # Neither a person is mentioned nor an address linked, however a forge reads the text.
    assert "@" not in body
    assert "evil.example" in body
    assert "://evil" not in body
    page = rendered(body)
    assert page.count("<a ") == 1
    assert "<img" not in page
    assert "@acme/all [x](https://evil.example) &lt;img src=x" in page


def test_another_comment_with_the_marker_inside_is_left_alone(ready: Runner, forge: Forge) -> None:
    person = {"login": "eve", "type": "User"}
    forge.comments += [{"id": 1, "body": f"{MARKER}\nmine", "user": person}]
    forge.comments += [
        {"id": 2, "body": f"> {MARKER}\nquoted", "user": {"login": "b", "type": "Bot"}}
    ]
    put_results(ready, summary())
    comment_job(ready, forge)
    assert [c["id"] for c in forge.comments] == [1, 2, 102]
    assert forge.bodies()[0].endswith("mine")


def test_the_comment_is_found_among_many(ready: Runner, forge: Forge) -> None:
    bot = {"login": "github-actions[bot]", "type": "Bot"}
    forge.comments += [{"id": i, "body": f"number {i}", "user": bot} for i in range(1, 250)]
    forge.comments.append({"id": 250, "body": f"{MARKER}\nold", "user": bot})
    put_results(ready, summary())
    assert not (job := comment_job(ready, forge)).red, job
    assert len(forge.comments) == 250
    assert "Load test passed" in forge.bodies()[-1]


def test_an_outdated_commit_is_not_commented(ready: Runner, forge: Forge) -> None:
    forge.head = "b" * 40
    put_results(ready, summary())
    job = comment_job(ready, forge)
    assert not job.red, job
    assert forge.comments == []
    assert "no open request for this commit any more" in str(job)


def test_a_run_without_a_result_only_updates(ready: Runner, forge: Forge) -> None:
    put_results(ready, None)
    assert not (job := comment_job(ready, forge)).red, job
    assert forge.comments == []
    put_results(ready, summary())
    comment_job(ready, forge)
    put_results(ready, None)
    comment_job(ready, forge)
    (body,) = forge.bodies()
    assert "No load-test result" in body
    assert "Load test passed" not in body


def test_a_token_that_may_not_write_is_named(ready: Runner, forge: Forge) -> None:
    forge.may_write = False
    put_results(ready, summary())
    job = comment_job(ready, forge)
    assert job.red
    assert "POST /repos/acme/shop/issues/5/comments: status 403" in str(job)
    assert "The token must be allowed to comment" in str(job)
    assert GITHUB_TOKEN not in str(job)


def test_only_the_job_of_the_comment_may_write(ready: Runner) -> None:
    for workflow in sorted((ready.project / ".github/workflows").glob("*.yml")):
        document = read_yaml(workflow)
        assert document["permissions"] == {}
        for name, job in document["jobs"].items():
            granted = job.get("permissions", {})
            writes = {key for key, value in granted.items() if value == "write"}
            assert writes == ({"pull-requests"} if name == "comment" else set()), workflow
    steps = read_yaml(ready.project / COMMENT)["jobs"]["comment"]["steps"]
    (checkout,) = (step for step in steps if "checkout" in step.get("uses", ""))
    assert "ref" not in checkout["with"], "it would run code of the pull request"


@pytest.fixture
def gitlab(runner: MakeRunner) -> Runner:
    return checked_out(runner(ci="gitlab", share_results="comment"))


def gitlab_job(ready: Runner, forge: Forge, **variables: str) -> Job:
    """Run the script of the job in a merge request pipeline."""
    job = read_yaml(ready.project / GITLAB)["load-test-comment"]
    merge_request = {
        "CI": "true",
        "CI_API_V4_URL": forge.url,
        "CI_PROJECT_ID": "42",
        "CI_PROJECT_URL": "https://gitlab.com/acme/shop",
        "CI_JOB_ID": "99",
        "CI_COMMIT_SHA": "c" * 40,
        "CI_MERGE_REQUEST_IID": "5",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "42",
        "LOAD_TEST_COMMENT_TOKEN": GITLAB_TOKEN,
        **variables,
    }
    done = Job()
    done.steps.append(ready.shell("\n".join(job["script"]), merge_request))
    return done


def test_a_note_on_gitlab(gitlab: Runner, forge: Forge) -> None:
    forge.files["main", "tests/load/baselines/smoke.json"] = baseline(2.0)
    forge.comments.append(
        {"id": 1, "body": f"{MARKER}\nnot ours", "author": {"id": 3}, "system": False}
    )
    folder = gitlab.project / "tests/load/results/ci-98"
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(summary()), encoding="utf-8")
    for _ in range(2):
        assert not (job := gitlab_job(gitlab, forge)).red, job
    assert len(forge.comments) == 2
    body = forge.bodies()[1]
    assert "Baseline p95" in body
    page = "https://gitlab.com/acme/shop/-/jobs/98"
    assert f"[Report]({page}/artifacts/file/tests/load/results/ci-98/report.html)" in body
    assert f"[Run]({page})" in body
    assert GITLAB_TOKEN not in str(job)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "77"}, "changes from a fork do not get the token"),
        ({}, "Set LOAD_TEST_COMMENT_TOKEN"),
    ],
)
def test_without_a_token_there_is_a_note_and_no_failure(
    gitlab: Runner, forge: Forge, variables: dict[str, str], words: str
) -> None:
    job = gitlab_job(gitlab, forge, LOAD_TEST_COMMENT_TOKEN="", **variables)
    assert not job.red, job
    assert words in str(job)
    assert forge.requests == []
