"""What runs on which occasion, where, and what is refused: the planning step as it is written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.ci.conftest import MakeRunner
from tests.ci.expressions import filled
from tests.ci.pipeline import GATE, GITLAB, LOAD_TESTS, read_yaml

URL = {"LOAD_TEST_URL": "https://Staging.example.com:8443/base"}
START = {"LOAD_TEST_START_COMMAND": "npm start"}
IMAGE = {"LOAD_TEST_IMAGE": "registry.example.com/shop:1.2.3"}
PULL = {"event_name": "pull_request", "event": {"pull_request": {"head": {"repo": {}}}}}
FORK = {
    "event_name": "pull_request",
    "event": {"pull_request": {"head": {"repo": {"fork": True}}}},
}


def scheduled(cron: str) -> dict[str, Any]:
    return {"event_name": "schedule", "event": {"schedule": cron}}


def plan(runner: MakeRunner, **contexts: Any) -> dict[str, str]:
    """Run the planning job; return its outputs."""
    job, _ = runner(recording=True, ci="github").load_tests(**contexts)
    assert not job.red, job
    return job.outputs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("github", "profile", "vus", "minutes"),
    [
        (PULL, "smoke", "", "15"),
        (scheduled("0 2 * * *"), "load", "", "45"),
        (scheduled("0 3 * * 1"), "breakpoint", "500", "90"),
        (scheduled("0 4 1 * *"), "soak", "", "300"),
    ],
)
def test_the_occasion_decides(
    runner: MakeRunner, github: dict[str, Any], profile: str, vus: str, minutes: str
) -> None:
    outputs = plan(runner, github=github, vars=START)
    expected = {"run": "true", "profile": profile, "journey": "", "vus": vus, "minutes": minutes}
    assert outputs == {**expected, "target": "", "group": "load-test-7"}


@pytest.mark.slow
def test_every_schedule_has_its_occasion(runner: MakeRunner) -> None:
    ready = runner(recording=True, ci="github")
    crons = [row["cron"] for row in read_yaml(ready.project / LOAD_TESTS)["on"]["schedule"]]
    found = [ready.load_tests(github=scheduled(cron), vars=START)[0].outputs for cron in crons]
    assert [row["profile"] for row in found] == ["load", "breakpoint", "soak"]


def test_the_table_is_data(runner: MakeRunner) -> None:
    ready = runner(recording=True, ci="github")
    table = ready.project / "tests/load/ci/runs.txt"
    table.write_text(
        "pull-request smoke health 3 7\nnightly off - - 5\n"
        "weekly smoke --yes - 5\nmonthly smoke - -\n",
        encoding="utf-8",
    )
    outputs = ready.load_tests(github=PULL, vars=START)[0].outputs
    assert (outputs["journey"], outputs["vus"], outputs["minutes"]) == ("health", "3", "7")
    off, test = ready.load_tests(github=scheduled("0 2 * * *"), vars=START)
    assert test is None
    assert "runs.txt says off for nightly" in str(off)
    for cron, problem in (("0 3 * * 1", "JOURNEY=--yes"), ("0 4 1 * *", "five columns")):
        bad, _ = ready.load_tests(github=scheduled(cron), vars=START)
        assert bad.red
        assert problem in str(bad)


@pytest.mark.parametrize(
    ("github", "variables", "target", "group"),
    [
        (PULL, START, "", "load-test-7"),
        (PULL, IMAGE, "", "load-test-7"),
        (PULL, {**START, **URL}, "", "load-test-7"),
        (PULL, URL, URL["LOAD_TEST_URL"], "load-test-staging.example.com:8443"),
        (
            scheduled("0 2 * * *"),
            {**START, **URL},
            URL["LOAD_TEST_URL"],
            "load-test-staging.example.com:8443",
        ),
        (FORK, START, "", "load-test-7"),
    ],
    ids=["start", "image", "start first", "url", "url first", "fork"],
)
def test_where(
    runner: MakeRunner, github: dict[str, Any], variables: dict[str, str], target: str, group: str
) -> None:
    outputs = plan(runner, github=github, vars=variables)
    assert (outputs["run"], outputs["target"], outputs["group"]) == ("true", target, group)


def test_two_runs_against_one_host_share_a_group_however_it_is_written(runner: MakeRunner) -> None:
    ready = runner(recording=True, ci="github")
    groups = set()
    for run_id, target in enumerate(("https://api.example.com", "https://API.example.com/")):
        inputs = {"profile": "smoke", "target": target}
        _, test = ready.load_tests(github={"run_id": run_id}, inputs=inputs)
        assert test
        groups.add(test.group)
    assert groups == {"load-test-api.example.com"}


@pytest.mark.parametrize(
    ("github", "variables", "reason"),
    [
        (PULL, {}, "nothing to test"),
        (scheduled("0 2 * * *"), {}, "nothing to test"),
        (FORK, URL, "fork"),
        (scheduled("0 3 * * 1"), URL, "breakpoint overloads staging.example.com:8443"),
    ],
)
def test_skipped_with_a_notice(
    runner: MakeRunner, github: dict[str, Any], variables: dict[str, str], reason: str
) -> None:
    job, test = runner(recording=True, ci="github").load_tests(github=github, vars=variables)
    assert not job.red, job
    assert test is None
    assert job.steps[-1].err.startswith("::notice::Load test skipped: ")
    assert reason in job.steps[-1].err


def test_the_notice_names_a_page_that_has_its_variables(runner: MakeRunner) -> None:
    ready = runner(recording=True, ci="github")
    said = ready.load_tests(github=PULL)[0].steps[-1].err
    [pages] = re.findall(r"\((\S+)\)", said)
    text = "".join(page.read_text("utf-8") for page in ready.project.glob(pages))
    variables = re.findall(r"LOAD_TEST_\w+", said)
    assert variables
    assert [name for name in variables if f"`{name}`" not in text] == []


def test_a_heavy_profile_runs_where_it_is_allowed(runner: MakeRunner) -> None:
    for variables in ({**URL, "LOAD_TEST_ALLOW_HEAVY": "true"}, START, {**START, **URL}):
        ready = runner(recording=True, ci="github")
        github = scheduled("0 3 * * 1")
        expected = "false" if variables == {**START, **URL} else "true"
        assert ready.load_tests(github=github, vars=variables)[0].outputs["run"] == expected


@pytest.mark.slow
def test_a_fork_without_the_key_is_skipped(runner: MakeRunner) -> None:
    ready = runner(recording=True, ci="github", auth="api-key")
    job, test = ready.load_tests(github=FORK, vars=START)
    assert not job.red
    assert test is None
    assert "API_KEY" in job.steps[-1].err
    secret = {"API_KEY": "s3cret-value"}
    job, test = ready.load_tests(github=FORK, vars=START, secrets=secret)
    assert test
    assert "API_KEY=s3cret-value" in (ready.project / "scripts/recorded").read_text("utf-8")
    assert "s3cret" not in f"{job}{test}{job.outputs}"


def test_what_is_required_is_not_skipped(runner: MakeRunner) -> None:
    inputs = {"profile": "smoke", "required": True}
    job, test = runner(recording=True, ci="github").load_tests(inputs=inputs)
    assert job.red
    assert test is None
    assert job.steps[-1].err.startswith("::error::there is nothing to test")


@pytest.mark.parametrize(
    "inputs",
    [
        {"profile": "$(touch pwned)"},
        {"profile": "smoke", "journey": "--yes"},
        {"profile": "smoke", "journey": "../../x.js"},
        {"profile": "smoke", "journey": "a\nrun=true"},
        {"profile": "smoke", "vus": "5; touch pwned"},
        {"profile": "smoke", "target": "http://x`touch pwned`"},
        {"profile": "smoke", "target": "http://user:s3cret@host"},
        {"profile": "smoke", "target": "unset"},
        {"profile": "smoke", "minutes": "1\n2"},
        {"profile": "smoke", "image": "x --privileged"},
    ],
    ids=str,
)
def test_hostile_inputs_are_refused(runner: MakeRunner, inputs: dict[str, str]) -> None:
    ready = runner(recording=True, ci="github")
    job, test = ready.load_tests(inputs=inputs, vars=START)
    assert job.red
    assert test is None
    assert "is invalid: expected" in job.steps[-1].err
    assert "s3cret" not in str(job)
    assert not list(ready.project.rglob("pwned"))
    assert "\n::" not in job.steps[-1].err


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"profile": "nonsense"}, "nonsense"),
        ({"profile": "smoke", "journey": "nonsense"}, "nonsense"),
        ({"profile": "smoke", "target": "http://example.com"}, "ALLOWED_HOSTS"),
        (
            {"profile": "smoke", "target": "http://example.com", "confirm_target": "example.org"},
            "--base-url http://example.com --yes",
        ),
        (
            {
                "profile": "stress",
                "target": "http://example.com",
                "confirm_target": "example.com",
            },
            "--allow-heavy",
        ),
    ],
    ids=str,
)
def test_the_command_refuses_what_it_does_not_know(
    runner: MakeRunner, inputs: dict[str, str], said: str
) -> None:
    _, test = runner(ci="github").load_tests(inputs=inputs, vars=START)
    assert test
    done = test.step("Run the load test")
    assert done.code == 1, done
    assert said in done.err


def test_the_choice_is_what_was_generated(runner: MakeRunner) -> None:
    project = runner(ci="github", auth="login").project
    inputs = read_yaml(project / LOAD_TESTS)["on"]["workflow_dispatch"]["inputs"]
    scenarios = {path.stem for path in (project / "tests/load/scenarios").glob("*.js")}
    assert set(inputs["profile"]["options"]) == scenarios
    called = read_yaml(project / LOAD_TESTS)["on"]["workflow_call"]["inputs"]
    # `scenario` is another name of `profile`, for people only.
    assert set(inputs) - {"scenario"} <= set(called)


def test_the_page_shows_the_table_and_the_times(runner: MakeRunner) -> None:
    project = runner(ci="github").project
    docs = project / "tests/load/docs"
    page = (docs / "ci.md").read_text(encoding="utf-8")
    times = (docs / "ci-github.md").read_text(encoding="utf-8")
    lines = (project / "tests/load/ci/runs.txt").read_text(encoding="utf-8").splitlines()
    crons = [row["cron"] for row in read_yaml(project / LOAD_TESTS)["on"]["schedule"]]
    for line in lines:
        if line and not line.startswith("#"):
            occasion, profile, _, users, _ = line.split()
            row = next(row for row in page.splitlines() if occasion.replace("-", " ") in row)
            assert f"`{profile}`" in row
            assert users == "-" or f"{users} users" in row
    for cron in crons:
        assert f"{int(cron.split()[1]):02}:00 UTC" in times


def test_every_input_and_secret_is_used(runner: MakeRunner) -> None:
    project = runner(ci="github").project
    text = (project / LOAD_TESTS).read_text(encoding="utf-8")
    call = read_yaml(project / LOAD_TESTS)["on"]["workflow_call"]
    optional = {"required": False}
    assert call["secrets"] == {"API_KEY": optional, "TEST_USER_PASSWORD": optional}
    for name in call["inputs"]:
        assert f"inputs.{name}" in text, name
    for workflow in (LOAD_TESTS, GATE):
        lines = (project / workflow).read_text(encoding="utf-8")
        for name in call["secrets"]:
            assert f"{name}: ${{{{ secrets.{name} }}}}" in lines, workflow


def test_the_gate_blocks_without_an_address(runner: MakeRunner) -> None:
    ready = runner(recording=True, ci="github")
    gate = read_yaml(ready.project / GATE)["jobs"]
    assert gate["load-test-gate"]["needs"] == "deploy-staging"
    for variables, passes in (({}, False), ({"STAGING_URL": "https://a.example.com"}, True)):
        inputs = {
            name: value if isinstance(value, bool) else filled(value, {"vars": variables})
            for name, value in gate["load-test-gate"]["with"].items()
        }
        called = read_yaml(ready.project / LOAD_TESTS)["on"]["workflow_call"]["inputs"]
        assert set(inputs) <= set(called)
        job, test = ready.load_tests(inputs=inputs, vars=variables)
        assert (not job.red and test is not None) == passes, job


def test_the_deployment_script_is_run_and_may_fail(runner: MakeRunner) -> None:
    ready = runner(ci="github")
    job = ready.job(GATE, "deploy-staging", {})
    assert not job.red
    assert "::notice::scripts/deploy-staging.sh does not exist" in str(job)
    (ready.project / "scripts/deploy-staging.sh").write_text("exit 7\n", encoding="utf-8")
    assert ready.job(GATE, "deploy-staging", {}).steps[-1].code == 7


@pytest.mark.slow
def test_line_by_line_the_rules_of_safe_workflows(runner: MakeRunner) -> None:
    """Linters check most of it too; they change, these rules do not."""
    project = runner(ci="github", auth="login").project
    for name in (LOAD_TESTS, GATE):
        workflow = read_yaml(project / name)
        assert workflow["permissions"] == {}
        assert "concurrency" in workflow
        assert "pull_request_target" not in str(workflow["on"])
        for job in workflow["jobs"].values():
            assert job["permissions"] == {"contents": "read"}
            assert "timeout-minutes" in job or "uses" in job
            for step in job.get("steps", []):
                assert "${{" not in step.get("run", "")
                if "checkout" in step.get("uses", ""):
                    assert step["with"]["persist-credentials"] is False
    assert "concurrency" in read_yaml(project / LOAD_TESTS)["jobs"]["load-test"]
    gitlab = read_yaml(runner(ci="gitlab").project / GITLAB)[".load-test"]
    assert {"timeout", "resource_group", "after_script"} <= set(gitlab)
    assert gitlab["artifacts"]["when"] == "always"
