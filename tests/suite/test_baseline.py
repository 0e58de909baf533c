"""The regression gate: what k6 makes of a baseline, and of one that cannot judge."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from service.testing import RunningService

from tests.support.suite_runner import PATIENT, Run, Suite

pytestmark = pytest.mark.slow

LOAD = {"PROFILE": "smoke", "VUS": "1", "DURATION": "1s", "THINK_TIME": "0.05"}


@pytest.fixture
def own(live: Suite, tmp_path: Path) -> Suite:
    """The suite with baselines of its own."""
    load = Path(shutil.copytree(live.load, tmp_path / "tests" / "load"))
    return Suite(live.k6, load, live.results, {**live.base, **LOAD, "THRESHOLDS": PATIENT})


def saved(suite: Suite, runs: list[Run]) -> Run:
    """Make the baseline `health` of runs."""
    return suite.having(
        SUMMARIES="\n".join(str(run.folder / "summary.json") for run in runs),
        BASELINE_NAME="health",
        TO=str(suite.load / "baselines" / "health.json"),
    ).run("engine/commands/save-baseline.js")


@pytest.fixture
def write(own: Suite) -> Callable[..., dict[str, Any]]:
    """Write a baseline that fits a short run of scripts/health.js, with changes."""

    def write_baseline(p95: float = 1000.0, **changes: Any) -> dict[str, Any]:
        typical = {"median": p95, "spread": 0.01}
        endpoint = {
            "name": "health",
            "request": "GET /api/v1/health",
            **dict.fromkeys(("p50", "p95", "p99"), typical),
            "errorRate": {"median": 0, "max": 0},
            "requestRate": 10,
        }
        content = {
            "schema": 1,
            "name": "health",
            "test": "health",
            "profile": "smoke",
            "scenario": "smoke",
            "targetVUs": 1,
            "plannedMs": 1000,
            "runs": 5,
            "passed": True,
            "timestamp": "2026-01-01T00:00:00.000Z",
            "target": "http://localhost:8000",
            "gitCommit": "abc1234",
            "k6Version": None,
            "endpoints": [endpoint],
            **changes,
        }
        path = own.load / "baselines" / "health.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return content

    return write_baseline


def test_runs_become_a_small_sorted_file_and_a_like_run_passes(own: Suite) -> None:
    runs = [own.run("scripts/api-public.js") for _ in range(3)]
    done = saved(own, runs)
    assert done.code == 0, done.everything
    text = (own.load / "baselines" / "health.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert len(text) < 3000
    names = [endpoint["name"] for endpoint in content["endpoints"]]
    assert names == sorted(names) == ["health", "openapi", "root"]
    for endpoint in content["endpoints"]:
        measured = sorted(run.endpoint(endpoint["name"])["duration"]["p95"] for run in runs)
        assert endpoint["p95"]["median"] == pytest.approx(measured[1], abs=0.001)
        assert endpoint["p95"]["spread"] >= 0
        assert endpoint["request"].startswith("GET /")
        assert f"{endpoint['name']}: p95" in done.out
    # The machine may be busier now: only the way of judging is looked at, with generous limits.
    for endpoint in content["endpoints"]:
        endpoint["p95"] = {"median": 4000.0, "spread": 0.0}
    (own.load / "baselines" / "health.json").write_text(json.dumps(content), encoding="utf-8")
    run = own.run("scripts/api-public.js", BASELINE="health")
    assert run.code == 0, run.everything
    assert [row["status"] for row in run.summary["comparison"]["endpoints"]] == ["ok"] * 3
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "Compared with the baseline" in page


def test_a_slower_run_fails_in_k6_itself_and_says_by_how_much(
    own: Suite, write: Callable[..., dict[str, Any]], faulty: RunningService
) -> None:
    write(p95=20.0)
    faulty.set_fault("slow", 60)
    run = own.against(faulty.url).run("scripts/health.js", BASELINE="health")
    assert run.code == 99, run.everything
    assert "above the baseline of 20 ms (limit 22 ms)" in run.reasons
    assert run.summary["onlySlower"]
    (row,) = run.summary["comparison"]["endpoints"]
    assert row["status"] == "slower"
    assert row["change"] > 100
    for name in ("report.html", "report.md"):
        assert f"+{row['change']:.2f}%" in (run.folder / name).read_text(encoding="utf-8")
    line = next(line for line in run.out.splitlines() if "\u2717 slower" in line)
    cells = ["health", "20.00", f"{row['current']:.2f}", f"+{row['change']:.2f}%", "22.00"]
    assert line.split() == [*cells, "\u2717", "slower"]


def test_more_errors_than_in_the_baseline_fail(
    own: Suite, write: Callable[..., dict[str, Any]], faulty: RunningService
) -> None:
    write()
    faulty.set_fault("error", rate=0.3, skip=1)
    patient = f"{PATIENT};http_req_failed=rate<0.9;http_req_failed{{name:health}}=rate<0.9"
    run = own.against(faulty.url).run("scripts/health.js", BASELINE="health", THRESHOLDS=patient)
    assert run.code == 99, run.everything
    assert [row["status"] for row in run.summary["comparison"]["endpoints"]] == ["failing"]
    assert not run.summary["onlySlower"]


def test_an_endpoint_that_vanished_fails_and_a_new_one_does_not(
    own: Suite, write: Callable[..., dict[str, Any]]
) -> None:
    content = write()
    (endpoint,) = content["endpoints"]
    gone = {**endpoint, "name": "GET /gone", "request": "GET /gone"}
    write(endpoints=[endpoint, gone])
    run = own.run("scripts/health.js", BASELINE="health")
    assert run.code == 99, run.everything
    assert "GET /gone: is in the baseline and not in this test any more" in run.reasons
    write(endpoints=[{**endpoint, "name": "renamed since"}])
    run = own.run("scripts/health.js", BASELINE="health")
    assert run.code == 0, run.everything
    assert run.summary["comparison"]["endpoints"][0]["was"] == "renamed since"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"passed": False}, "is from runs that failed"),
        ({"schema": 99}, "has the format 99, expected 1"),
        (
            {"test": "api-public"},
            "is from a different load: test is api-public in the baseline and health in this run",
        ),
        (
            {"profile": "load"},
            "is from a different load: profile is load in the baseline and smoke in this run",
        ),
        (
            {"targetVUs": 50},
            "is from a different load: targetVUs is 50 in the baseline and 1 in this run",
        ),
        (
            {"plannedMs": 9},
            "is from a different load: plannedMs is 9 in the baseline and 1000 in this run",
        ),
        ({"endpoints": []}, "has no endpoints"),
        ({"runs": 0}, "has no endpoints"),
        ({"runs": 2}, "has a spread, which needs 3 runs"),
        ({"p95": 0}, "p95 is 0, expected milliseconds above 0"),
        ({"p95": None}, "p95 is null, expected milliseconds above 0"),
        ({"p95": "12"}, "p95 is 12, expected milliseconds above 0"),
    ],
)
def test_a_baseline_that_cannot_judge_stops_the_run_before_any_load(
    own: Suite, write: Callable[..., dict[str, Any]], changes: dict[str, Any], words: str
) -> None:
    write(**changes)
    run = own.run("scripts/health.js", BASELINE="health")
    assert run.code == 107, run.everything
    assert f"BASELINE=health: baselines/health.json {words}" in run.err.replace(
        "is damaged: health: ", ""
    )
    assert run.summary["metrics"]["requests"] == 0
    assert not run.passed


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "is missing"), ("{", "is not valid JSON"), ('{"p95": NaN}', "is not valid JSON")],
)
def test_a_baseline_that_is_no_baseline(own: Suite, text: str | None, words: str) -> None:
    if text is not None:
        (own.load / "baselines" / "health.json").write_text(text)
    run = own.run("scripts/health.js", BASELINE="health")
    assert run.code == 107, run.everything
    assert f"baselines/health.json {words}" in run.err


def test_a_failed_run_makes_no_baseline(own: Suite, faulty: RunningService) -> None:
    faulty.set_fault("error", skip=1)
    run = own.against(faulty.url).run("scripts/health.js")
    assert run.code == 99, run.everything
    done = saved(own, [run])
    assert done.code == 107, done.everything
    assert "run 1 failed: health: " in done.err
    assert not (own.load / "baselines" / "health.json").exists()


def test_a_run_without_latencies_makes_none_either(own: Suite) -> None:
    run = own.run("scripts/health.js")
    summary = run.summary
    summary["endpoints"][0]["duration"]["p95"] = 0
    (run.folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    done = saved(own, [run])
    assert done.code == 107, done.everything
    assert "health has no latencies (p95 is 0)" in done.err


def test_runs_that_differ_widely_make_a_limit_all_the_same_and_a_warning(
    own: Suite, tmp_path: Path
) -> None:
    run = own.run("scripts/health.js")
    paths = [tmp_path / f"{name}.json" for name in ("fast", "usual", "slow")]
    for path, p95 in zip(paths, (1.0, 10.0, 100.0), strict=True):
        summary = run.summary
        summary["endpoints"][0]["duration"]["p95"] = p95
        path.write_text(json.dumps(summary), encoding="utf-8")
    done = own.having(
        SUMMARIES="\n".join(map(str, paths)), BASELINE_NAME="b", TO=str(tmp_path / "b.json")
    ).run("engine/commands/save-baseline.js")
    assert done.code == 0, done.everything
    assert "limit 20 ms (+100%): too noisy to find less than +100%" in done.out
    assert "WARNING: too noisy for a useful limit: health." in done.out


def test_two_runs_side_by_side(own: Suite, tmp_path: Path) -> None:
    first = own.run("scripts/health.js")
    summary = first.summary
    before = summary["endpoints"][0]["duration"]["p95"]
    summary["endpoints"][0]["duration"]["p95"] = 2 * before
    summary["endpoints"].append({**summary["endpoints"][0], "name": "fresh"})
    summary["targetVUs"] = 7
    second = tmp_path / "second.json"
    second.write_text(json.dumps(summary), encoding="utf-8")
    paths = {"FIRST": str(first.folder / "summary.json"), "SECOND": str(second)}
    shown = own.having(**paths).run("engine/commands/compare-runs.js")
    assert shown.code == 0, shown.everything
    rows = {line.split()[0]: line for line in shown.out.splitlines() if line.strip()}
    assert "+100.00%" in rows["health"]
    assert "new" in rows["fresh"]
    assert "the runs differ in: number of users" in shown.out
    second.write_text("{}")
    refused = own.having(**paths).run("engine/commands/compare-runs.js")
    assert refused.code == 107
    assert "is not the summary of a run" in refused.err


def test_a_run_without_endpoints_makes_no_baseline(own: Suite) -> None:
    run = own.run("scripts/health.js")
    path = run.folder / "summary.json"
    path.write_text(json.dumps({**run.summary, "endpoints": []}), encoding="utf-8")
    refused = saved(own, [run])
    assert refused.code != 0
    assert "health measures no endpoint" in refused.err
    assert not (own.load / "baselines" / "health.json").exists()
