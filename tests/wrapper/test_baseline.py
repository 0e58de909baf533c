"""`--save-baseline`, `--compare`, `--runs` and `compare`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.wrapper_project import Project


@pytest.fixture
def ready(project: Project) -> Project:
    """A project with the scripts that deal with baselines, and one baseline."""
    for name in ("save-baseline", "compare-runs"):
        project.write(f"tests/load/engine/commands/{name}.js", "")
    project.write("tests/load/baselines/load-health.json", "{}\n")
    return project


def test_a_baseline_is_made_of_several_runs(ready: Project) -> None:
    result = ready.run("smoke", "health", "--save-baseline", "--vus", "3").passed()
    assert len(result.runs) == 5
    folders = [Path(call.vars["RESULTS_DIR"]).name for call in result.runs]
    assert folders == [f"smoke-health-{i}" for i in range(1, 6)]
    assert {call.vars["VUS"] for call in result.runs} == {"3"}
    (call,) = (call for call in result.calls if call.kind == "baseline")
    summaries = [f"{ready.run_folder}/{name}/summary.json" for name in folders]
    assert call.env["SUMMARIES"].split("\n") == summaries
    assert call.vars["BASELINE_NAME"] == "smoke-health"
    saved = ready.load / "baselines" / "smoke-health.json"
    assert saved.read_text() == "{\n}\n"
    assert saved.stat().st_mode & 0o777 == 0o644
    assert str(saved) in result.stdout
    assert not list(ready.results.glob("2*/.baseline*"))


def test_the_number_of_runs_can_be_given(ready: Project) -> None:
    assert len(ready.run("--save-baseline", "--runs", "2").passed().runs) == 2
    assert len(ready.run("health", "--runs", "3").passed().runs) == 3
    result = ready.run("all", "--save-baseline", "--runs", "2").passed()
    assert len(result.runs) == 4
    made = [call.vars["BASELINE_NAME"] for call in result.calls if call.kind == "baseline"]
    assert made == ["api-public", "health"]
    for value in ("0", "51", "x", "1.5"):
        ready.run("--runs", value).refused("--runs needs a whole number from 1 to 50")


@pytest.mark.parametrize("code", ["99", "107"])
def test_runs_that_failed_make_no_baseline_and_the_code_stays(ready: Project, code: str) -> None:
    result = ready.run("--save-baseline", "--runs", "2", env={"SHIM_CODE": code})
    assert result.code == int(code), result
    assert "baseline not saved: smoke-1 did not pass" in result.stderr
    assert not (ready.load / "baselines" / "smoke.json").exists()


def test_a_baseline_that_cannot_be_made_is_no_success(ready: Project) -> None:
    result = ready.run("--save-baseline", "--runs", "2", env={"SHIM_BASELINE": "107"})
    assert result.code == 3, result
    assert "baseline not saved: it could not be made from these runs" in result.stderr
    assert "said the shim" in result.stderr


def test_a_baseline_that_cannot_be_stored_is_no_success(ready: Project) -> None:
    (ready.load / "baselines" / "load-health.json").unlink()
    (ready.load / "baselines").rmdir()
    ready.write("tests/load/baselines", "a file")
    result = ready.run("--save-baseline", "--runs", "2")
    assert result.code == 3, result
    assert "smoke.json cannot be written" in result.stderr


def test_comparing_hands_the_baseline_to_k6(ready: Project) -> None:
    call = ready.run("load", "health", "--compare").passed().call
    assert call.vars["BASELINE"] == "load-health"
    assert "BASELINE" not in ready.run("load", "health").passed().call.vars


@pytest.mark.parametrize(("summary", "code"), [("slower", 99), ("slower-once", 0)])
def test_what_is_only_slower_is_measured_once_more(ready: Project, summary: str, code: int) -> None:
    env = {"SHIM_SUMMARY": summary, "SHIM_CODE": "99", "SHIM_REPORT": "good"}
    result = ready.run("load", "health", "--compare", "--output", "raw.json", env=env)
    assert result.code == code, result
    assert len(result.runs) == 2
    assert "Re-running once" in result.stderr
    assert ("a second one was not" in result.stderr) == (code == 0)
    results = {"summary.json", "report.html", "raw.json"}
    for folder in (ready.run_folder, ready.run_folder / "first"):
        assert {path.name for path in folder.iterdir() if path.is_file()} == results
    assert result.stdout.count("Sample Shop load test") == 1


def test_what_failed_otherwise_is_not(ready: Project) -> None:
    env = {"SHIM_SUMMARY": "failed", "SHIM_CODE": "99"}
    result = ready.run("load", "health", "--compare", env=env)
    assert result.code == 99, result
    assert len(result.runs) == 1


def test_comparing_without_a_baseline_is_refused_with_the_way_to_get_one(ready: Project) -> None:
    stderr = ready.run("smoke", "health", "--compare", "--vus", "3").refused(
        "there is no baseline smoke-health", "tests/load/baselines/smoke-health.json"
    )
    assert "smoke health --save-baseline" in stderr
    ready.run("--compare", "--save-baseline").refused("exclude each other")
    ready.run("--env", "BASELINE=x").refused("this command sets it")


def test_two_runs_are_set_side_by_side_without_running_anything(ready: Project) -> None:
    ready.run(env={"RUN_ID": "one"}).passed()
    ready.run(env={"RUN_ID": "two"}).passed()
    folder = str(ready.results / "two")
    for second in ("two", "latest", folder, f"{folder}/summary.json"):
        result = ready.run("compare", "one", second).passed()
        assert not result.runs
        (call,) = (call for call in result.calls if call.kind == "compare")
        assert call.vars["FIRST"] == str(ready.results / "one" / "summary.json")
        assert call.vars["SECOND"] == f"{folder}/summary.json"
    assert len(ready.runs) == 2


def test_what_cannot_be_compared_is_refused(ready: Project) -> None:
    ready.run(env={"RUN_ID": "one"}).passed()
    ready.run("compare", "one", "other").refused("there is no run 'other'")
    ready.run("compare", "one").refused("compare needs two runs, got 1")
    ready.run("compare").refused("compare needs two runs, got 0")
    result = ready.run("compare", "one", "latest", env={"SHIM_COMPARE": "107"})
    assert result.code == 1, result
    assert "cannot be compared" in result.stderr
