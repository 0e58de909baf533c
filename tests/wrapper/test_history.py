"""`load-test.sh history`: the file, the page and the console, made by the real k6."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from service.testing import RunningService

from tests.support.suite_runner import ANY_LATENCY
from tests.support.wrapper_project import Project

# p95 of an endpoint per run: noise, then a step at the seventh run that stays, one slow run.
STEP = [20.0, 21.0, 19.5, 20.4, 20.8, 19.9, 31.0, 30.2, 31.4, 30.8]
OUTLIER = [20.0, 21.0, 19.5, 20.4, 60.0, 19.9, 20.3, 20.1, 20.6, 20.2]
FASTER = [20.0, 21.0, 19.5, 20.4, 20.8, 19.9, 10.1, 10.2, 9.9, 10.0]


def summary(number: int, latencies: dict[str, float], **run: Any) -> dict[str, Any]:
    """Return what the history reads of a summary."""
    names = ("avg", "min", "p50", "p90", "p95", "p99", "max")
    return {
        "passed": True,
        "reasons": [],
        "timestamp": f"2026-11-{number + 1:02d}T02:00:00.000Z",
        "targetVUs": 50,
        "run": {
            "id": f"202611{number + 1:02d}T020000Z-load",
            "test": "load",
            "profile": "load",
            "plannedMs": 540_000,
            "target": "http://localhost:8000",
            "gitCommit": f"c0ffee{number:02d}",
            **run,
        },
        "metrics": {"requests": 1000, "requestRate": 10, "errorRate": 0.5},
        "endpoints": [
            {"name": name, "requests": 500, "errorRate": 0.5, "duration": dict.fromkeys(names, ms)}
            for name, ms in latencies.items()
        ],
    }


def put(project: Project, document: dict[str, Any]) -> Path:
    folder = project.results / str(document["run"]["id"])
    folder.mkdir()
    path = folder / "summary.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def ten_runs(real_project: Project) -> Project:
    for i, row in enumerate(zip(STEP, OUTLIER, FASTER, strict=True)):
        latencies = dict(zip(("GET /step", "GET /outlier", "GET /faster"), row, strict=True))
        put(real_project, summary(i, latencies))
    return real_project


def rows(project: Project) -> list[dict[str, Any]]:
    text = (project.results / "history.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_changes_are_found_with_their_commit(ten_runs: Project) -> None:
    found = ten_runs.run("history").passed()
    changes = [line.strip() for line in found.stdout.splitlines() if "since" in line]
    assert changes == [
        "SLOWER GET /step: p95 20.2 ms -> 30.9 ms (+53.00%) since commit c0ffee06",
        "FASTER GET /faster: p95 20.2 ms -> 10.1 ms (-50.20%) since commit c0ffee06",
    ]


def test_a_last_slow_run_is_not_confirmed(real_project: Project) -> None:
    for i, ms in enumerate(STEP[:7]):
        put(real_project, summary(i, {"GET /step": ms}))
    found = real_project.run("history").passed()
    assert "since commit c0ffee06 (a single run so far)" in found.stdout


def test_the_page(ten_runs: Project) -> None:
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop"}
    ten_runs.run("history", env=github).passed()
    page = (ten_runs.results / "history.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert page.count('class="step') == 2
    assert 'href="https://github.com/acme/shop/commit/c0ffee06"' in page
    # It loads nothing.
    assert not re.search(r"<script|<link|<img|@import|url\(", page)


def test_the_history_outlives_the_results(ten_runs: Project) -> None:
    ten_runs.run("history").passed()
    before = rows(ten_runs)
    assert len(before) == 10
    for path in ten_runs.results.glob("*/summary.json"):
        path.unlink()
    put(ten_runs, summary(10, {"GET /step": 31.1}))
    ten_runs.run("history").passed()
    ten_runs.run("history").passed()
    after = rows(ten_runs)
    assert after[:10] == before
    assert [row["id"] for row in after[10:]] == ["20261111T020000Z-load"]


def test_runs_of_another_load_are_another_series(ten_runs: Project) -> None:
    put(ten_runs, summary(10, {"GET /step": 90.0}, plannedMs=1000))
    found = ten_runs.run("history").passed()
    assert "load: 50 VUs, 1 s, http://localhost:8000 (1 run)" in found.stdout
    assert "load: 50 VUs, 9 min 0 s, http://localhost:8000 (10 runs)" in found.stdout
    assert "90 ms ->" not in found.stdout


def test_what_is_no_summary_is_left_out(ten_runs: Project) -> None:
    for name, text in {"cut": '{"passed": tr', "other": "[]", "empty": ""}.items():
        (ten_runs.results / name).mkdir()
        (ten_runs.results / name / "summary.json").write_text(text, encoding="utf-8")
    # The first of two attempts is no run of its own.
    first = ten_runs.results / "20261101T020000Z-load" / "first"
    first.mkdir()
    other = summary(20, {"GET /step": 99.0})
    (first / "summary.json").write_text(json.dumps(other), encoding="utf-8")
    ten_runs.run("history").passed()
    assert len(rows(ten_runs)) == 10


def test_a_damaged_history_is_never_overwritten(ten_runs: Project) -> None:
    file = ten_runs.results / "history.jsonl"
    file.write_text("garbage\n", encoding="utf-8")
    found = ten_runs.run("history")
    assert found.code == 1
    assert "line 1 of the history is not a run. Correct it, or remove the line" in found.stderr
    assert file.read_text(encoding="utf-8") == "garbage\n"
    assert not list(ten_runs.results.glob(".history*"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("history.txt",), "the file needs the ending .jsonl"),
        (("nowhere/history.jsonl",), "the folder of nowhere/history.jsonl does not exist"),
        (("a.jsonl", "b.jsonl"), "history takes one file"),
    ],
)
def test_wrong_words_are_refused(ten_runs: Project, words: tuple[str, ...], message: str) -> None:
    ten_runs.run("history", *words).refused(message)


def test_without_a_run_there_is_no_history(real_project: Project) -> None:
    found = real_project.run("history")
    assert found.code == 1
    assert "there is no finished run yet" in found.stderr


def test_names_are_text_in_the_page(real_project: Project) -> None:
    put(real_project, summary(0, {"<script>alert(1)</script>": 5.0}, gitCommit="<b>"))
    real_project.run("history").passed()
    page = (real_project.results / "history.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.slow
def test_real_runs(real_project: Project, service: RunningService) -> None:
    settings = {"BASE_URL": service.url, "DURATION": "1s", "THRESHOLDS": ANY_LATENCY}
    for _ in range(2):
        real_project.run("smoke", env={**settings, "THINK_TIME": "0.1"}).passed()
    real_project.run("history").passed()
    found = rows(real_project)
    assert [row["passed"] for row in found] == [True, True]
    assert {each["name"] for each in found[0]["endpoints"]} == {"health", "openapi"}
    assert all(each["p95"] > 0 for row in found for each in row["endpoints"])
