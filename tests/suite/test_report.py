"""The report of a run: whole, honest, small, and harmless whatever things are named."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import BROWSER
from service.testing import RunningService

from tests.support.layout import REPOSITORY
from tests.support.suite_runner import PATIENT, Run, Suite

pytestmark = pytest.mark.slow

NAMES = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(2)>",
    "]]><!--",
    "a|b`c`*d*[e](javascript:alert(3))",
    "=1+1",
    'x"onmouseover="alert(4)\' &amp; \u202etxt.exe',
)
MAX_BYTES = {50: 300_000, 200: 600_000}
"""Largest page by number of endpoints."""


@pytest.fixture(scope="session")
def browser() -> str:
    """A Chromium of this machine; a missing one is a failure."""
    found = BROWSER.find()
    if found is None:
        pytest.fail(BROWSER.help(), pytrace=False)
    return found


@pytest.fixture
def look(browser: str, node_bin: Callable[[str], Path]) -> Iterator[Callable[..., Any]]:
    """Open a page in the browser: `look(page)` says what was seen, `look(page, "light")` less."""
    packages = node_bin("tsc").parent.parent

    def open_page(page: Path, *views: str) -> Any:
        done = subprocess.run(
            ["node", REPOSITORY / "tests" / "browser" / "open-page.js", browser, page, *views],
            env={**os.environ, "NODE_PATH": str(packages), "HOME": home, "TMPDIR": home},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    # The path of a browser's socket has to be short.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="k6b-") as home:
        yield open_page


def few_seconds(suite: Suite, script: str = "scenarios/load.js", **settings: str | int) -> Run:
    """Run a script for a few seconds."""
    usual: dict[str, str | int] = {"VUS": 3, "DURATION": "4s", "TIME_SCALE": "0.01"}
    usual["THINK_TIME"] = "0.1"
    return suite.having(**{**usual, **settings}).run(script)


def timeline_of(run: Run) -> dict[str, Any]:
    """Return timeline.json of a run."""
    return dict(json.loads((run.folder / "timeline.json").read_text(encoding="utf-8")))


def counted(timeline: dict[str, Any], course: dict[str, Any]) -> float:
    """Return the requests below the curve of a series."""
    starts = [0, *timeline["at"]]
    return math.fsum(
        float(rate) * (end - start)
        for rate, start, end in zip(course["rate"], starts, timeline["at"], strict=False)
    )


def finish(suite: Suite, folder: Path, **settings: str) -> str:
    """Complete the report of a run; return the page."""
    run = suite.having(**settings).start(
        "engine/commands/finish-report.js", flags=(f"-eRESULTS_DIR={folder}",)
    )
    done = run.wait()
    assert done.code == 0, done.everything
    return (folder / ".report.html").read_text(encoding="utf-8")


def test_a_run_leaves_a_report_in_every_form(live: Suite) -> None:
    run = live.run("scripts/health.js", VUS=1, DURATION="1s", TIME_SCALE="0.02", THRESHOLDS=PATIENT)
    assert run.code == 0, run.everything
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    assert "Passed" in page
    ended = run.summary["timestamp"]
    assert f" passed, {ended[:10]} {ended[11:16]} UTC</title>" in page
    columns = re.findall(r'<th scope="col">(.*?)</th>', page)
    average = run.endpoint("health")["duration"]["avg"]
    cells = re.search(r"<bdi>health</bdi.*?</tr>", page, re.DOTALL)
    assert cells is not None
    values = re.findall(r"<td[^>]*>", cells[0])
    assert values[columns.index("Avg") - 1] == f'<td data-value="{average}">'
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    assert markdown.startswith("## \u2705 Passed: health")
    suite = ET.parse(run.folder / "junit.xml").getroot()
    cases = suite.findall(".//testcase")
    assert len(cases) == int(suite.attrib["tests"]) == 1 + len(run.summary["thresholds"])
    assert not suite.findall(".//failure")


def test_a_direct_run_leaves_them_beside_its_summary(live: Suite) -> None:
    run = live.run("scripts/health.js", RESULTS_DIR="", VUS=1, DURATION="1s", TIME_SCALE="0.02")
    names = {path.name for path in (live.load / "results").iterdir()}
    wanted = {"summary.json", "report.html", "report.md", "junit.xml", "timeline.json"}
    assert {f"health-check-test-{name}" for name in wanted} <= names or {
        f"health-test-{name}" for name in wanted
    } <= names, (names, run.everything)


def test_a_failed_run_says_why_in_every_form(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("error", skip=1)
    run = suite.against(faulty.url).run(
        "scripts/health.js", VUS=1, DURATION="1s", TIME_SCALE="0.02", THRESHOLDS=PATIENT
    )
    assert run.code == 99, run.everything
    (reason, *_) = run.summary["reasons"]
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    parts = ["Failed", "<h2>p95<", "<h2>Why it failed<", "health: ", "<h2>Endpoints<"]
    assert [page.index(part) for part in parts] == sorted(page.index(part) for part in parts)
    assert "server error, 5xx" in page
    assert "server error, 5xx" in (run.folder / "report.md").read_text(encoding="utf-8")
    suite_xml = ET.parse(run.folder / "junit.xml").getroot()
    failures = [case.attrib["message"] for case in suite_xml.iter("failure")]
    assert len(failures) == int(suite_xml.attrib["failures"])
    assert failures[0].startswith(reason)
    named = {case.attrib["classname"] for case in suite_xml.iter("testcase")}
    assert any(name.endswith(".health") for name in named)


def test_names_stay_text(live: Suite, look: Callable[..., Any]) -> None:
    run = live.run("k6/cases/hostile-names.js", THRESHOLDS=f"{PATIENT};checks=rate>0.9")
    assert run.code == 99, run.everything
    suite = ET.parse(run.folder / "junit.xml").getroot()
    named = {case.attrib["classname"].partition(".")[2] for case in suite.iter("testcase")}
    shown = [name.replace("\u202e", "\ufffd") for name in NAMES]
    assert set(shown) <= named
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {11}
    assert not re.search(r"<\w|\]\(|`", markdown)
    seen = look(run.folder / "report.html", "light", "phone")
    for view in seen["views"]:
        assert_harmless(view, run.folder / "report.html")
        for name in shown:
            assert name in view["text"]


def assert_harmless(view: Any, page: Path) -> None:
    """Look for anything that a page should not do."""
    assert view["console"] == []
    assert view["requests"] == [f"file://{page}"]
    assert view["dialogs"] == 0
    assert view["injected"] == 0
    assert view["overflow"] <= 0, "the page scrolls sideways"


@pytest.mark.parametrize("version", ["k6_binary", "k6_v2_binary"])
def test_a_run_is_recorded_over_time(
    live: Suite, request: pytest.FixtureRequest, look: Callable[..., Any], version: str
) -> None:
    suite = Suite(request.getfixturevalue(version), live.load, live.results, live.base)
    run = few_seconds(suite, THRESHOLDS=PATIENT)
    assert run.code == 0, run.everything
    timeline = timeline_of(run)
    series = {"all": timeline["all"]} | {each["name"]: each for each in timeline["endpoints"]}
    exact = {each["name"]: each["requests"] for each in run.summary["endpoints"]}
    assert series.keys() == {"all", *exact}
    for name, course in series.items():
        assert {len(values) for key, values in course.items() if key != "name"} == {
            len(timeline["at"])
        }
        wanted = run.summary["metrics"]["requests"] if name == "all" else exact[name]
        assert counted(timeline, course) == pytest.approx(wanted, rel=0.01), name
        assert set(course["failed"]) <= {0, None}
        assert all(
            p95 is None or 0 < p95 <= most
            for p95, most in zip(course["p95"], course["max"], strict=True)
        )
    assert timeline["sampled"] == timeline["requests"] == run.summary["metrics"]["requests"]
    assert timeline["at"][0] == pytest.approx(1, abs=0.5)
    assert max(timeline["planned"]["values"]) <= 3
    page = finish(suite, run.folder, FILES="summary.json\nraw & more.json")
    assert "No data over time" not in page
    assert 'href="./raw%20%26%20more.json"' in page
    assert 'href="./timeline.json"' in page
    if version == "k6_binary":
        assert_fine_in_a_browser(look(run.folder / ".report.html"), run.folder / ".report.html")


def assert_fine_in_a_browser(seen: Any, page: Path) -> None:
    """Look at a page with several endpoints: light, dark, phone, paper, by keyboard."""
    assert seen["accessibility"] == []
    for view in seen["views"]:
        assert_harmless(view, page)
        assert view["charts"] >= 4
        assert view["heads"] >= (2 if view["view"] == "phone" else 11)
        assert view["overflowOnPaper"] <= 0
        # Result, p95 and failed requests, before anybody scrolls.
        assert view["inSight"] == ["verdict", "p95", "Failed"]
        charts = view["live"]
        assert re.search(r"^0:0\d: p95 .* ms, median .* ms$", charts["key"]["value"])
        assert charts["key"]["readouts"][0] == charts["key"]["value"]
        assert re.search(r"^0:0\d: requests .*/s$", charts["key"]["readouts"][1])
        assert re.search(r"^0:0\d: failed ", charts["pointer"][2])
        assert charts["pointer"][0] != charts["key"]["value"]
        assert charts["points"]["keyZoom"] < charts["points"]["all"]
        assert charts["points"]["buttonZoom"] < charts["points"]["all"]
        assert charts["points"]["dragZoom"] < charts["points"]["all"]
        assert charts["points"]["back"] == charts["points"]["all"]
        assert (
            charts["picked"]["name"] == charts["picked"]["selected"] != charts["picked"]["before"]
        )
        assert charts["picked"]["chart"] != charts["picked"]["chartBefore"]


def test_a_fast_run_is_sampled_and_its_totals_are_exact(live: Suite) -> None:
    run = few_seconds(live, "scripts/health.js", VUS=10, THINK_TIME=0, DURATION="3s")
    timeline = timeline_of(run)
    total = run.summary["metrics"]["requests"]
    # k6 gets at most 150 samples a second; each VU begins with one.
    assert timeline["sampled"] <= min(total, 150 * timeline["at"][-1] + 10)
    assert counted(timeline, timeline["all"]) == pytest.approx(total, rel=0.01)
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert ("sampled requests of" in page) == (timeline["sampled"] < 0.98 * total)


def test_of_many_users_some_record(live: Suite) -> None:
    run = few_seconds(live, "scripts/health.js", VUS=130, THINK_TIME=5, DURATION="4s")
    timeline = timeline_of(run)
    total = run.summary["metrics"]["requests"]
    # Every third of 130 users.
    assert 0.2 * total < timeline["sampled"] < 0.5 * total
    assert counted(timeline, timeline["all"]) == pytest.approx(total, rel=0.01)


def test_failures_are_where_they_happened(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("error", 503, only="/api/v1/health", skip=10)
    run = few_seconds(suite.against(faulty.url), "scripts/health.js", VUS=1, THINK_TIME=1)
    timeline = timeline_of(run)
    (course,) = timeline["endpoints"]
    known = [value for value in course["failed"] if value is not None]
    assert known[0] < 100
    assert known[-1] == 100
    errors = run.endpoint("health")["errors"]
    starts = [0, *timeline["at"]]
    failed = sum(
        rate * (end - start) * share / 100
        for rate, share, start, end in zip(
            course["rate"], course["failed"], starts, timeline["at"], strict=False
        )
        if share is not None
    )
    assert failed == pytest.approx(errors, rel=0.01)


def test_it_can_be_turned_off(live: Suite) -> None:
    run = few_seconds(live, "scripts/health.js", TIMELINE="false")
    assert not (run.folder / "timeline.json").exists()
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "TIMELINE=false turned it off. That is" in page


def test_crossed_limits_are_in_the_charts_and_on_the_cards(
    suite: Suite, faulty: RunningService, look: Callable[..., Any]
) -> None:
    faulty.set_fault("slow", 150, only="/api/v1/health", skip=1)
    live = suite.against(faulty.url)
    limits = "http_req_duration=p(95)<120; http_req_duration{name:health}=p(95)<130"
    run = few_seconds(live, THRESHOLDS=f"{limits}; health_duration=p(95)<5000")
    assert run.code == 99
    page = finish(live, run.folder)
    assert "Limit: 120 ms." in page
    assert "Limit: 1%." in page
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', page)
    (health,) = (each for each in json.loads(data)["series"] if each["name"] == "health")
    assert health["limits"] == {"latency": [130], "failed": [1]}
    assert health["crossed"] is True
    tiles = re.findall(r'<div class="(tile[^"]*)">\s*<h2>(.*?)</h2>', page)
    cards = {name: kind for kind, name in tiles}
    assert {name for name, kind in cards.items() if "crossed" in kind} == {"p95"}
    assert list(cards)[:2] == ["p95", "Failed"]
    assert_fine_in_a_browser(look(run.folder / ".report.html"), run.folder / ".report.html")


def test_the_first_failed_responses_and_the_slowest_requests_are_shown(
    suite: Suite, faulty: RunningService, look: Callable[..., Any]
) -> None:
    faulty.set_fault("error", 503, only="/api/v1/items", method="POST", rate=0.5)
    faulty.set_fault("null", only="/api/v1/items", method="GET", rate=0.5)
    faulty.set_fault("slow", 300, only="/api/v1/items", method="GET", rate=0.2)
    live = suite.against(faulty.url).having(AUTH_MODE="login")
    run = few_seconds(live, "scripts/api-authenticated.js")
    assert run.code == 99
    found = {each["name"]: each for each in run.summary["failedResponses"]}
    assert found["POST /items"]["status"] == 503
    assert found["POST /items"]["cause"] == "server_error"
    assert found["POST /items"]["request"] == f"POST {faulty.api}/items"
    assert "fault: error" in found["POST /items"]["body"]
    assert 0 <= found["POST /items"]["seconds"] < 30
    assert found["GET /items/{id}"]["status"] == 200
    assert found["GET /items/{id}"]["checks"] == ["GET /items/{id} returns what was created"]
    assert found["GET /items/{id}"]["body"] == "null"
    # None of them is a check or a request.
    assert all("failed response" not in check["name"] for check in run.summary["failedChecks"])
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert page.index("First failed responses") < page.index("Failed checks")
    assert (
        page.index("Failed checks") < page.index("Slowest requests") < page.index("<h2>Endpoints<")
    )
    (slow,) = re.findall(r"<h2>Slowest requests</h2>.*?</table>", page, re.DOTALL)
    (first, *_) = re.findall(r"<bdi>(.*?)</bdi>", slow)
    assert first in {"GET /items", "GET /items/{id}"}
    assert_fine_in_a_browser(look(run.folder / "report.html"), run.folder / "report.html")


def test_the_trend_shows_runs_of_the_same_kind_only(live: Suite, tmp_path: Path) -> None:
    run = live.run("scripts/health.js", VUS=1, DURATION="1s", TIME_SCALE="0.02", THRESHOLDS=PATIENT)
    summary = run.summary
    others: dict[str, Any] = {
        "same": {**summary, "timestamp": "2020-01-01T00:00:00.000Z"},
        "later": {**summary, "timestamp": "2999-01-01T00:00:00.000Z"},
        "other-users": {**summary, "timestamp": "2020-01-01T00:00:00.000Z", "targetVUs": 99},
        "other-test": {**summary, "timestamp": "2020-01-02T00:00:00.000Z", "scenario": "x"},
        "no-summary": {"metrics": 1},
    }
    paths = []
    for name, content in others.items():
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{")
    paths += [tmp_path / "broken.json", tmp_path / "missing.json"]
    page = finish(live, run.folder, HISTORY="\n".join(map(str, paths)))
    assert "The last 2 runs of this test" in page
    assert "01-01 00:00" in page


def many_endpoints(summary: dict[str, Any], count: int) -> dict[str, Any]:
    """The same summary with so many endpoints, each with every threshold and a long name."""
    (endpoint, *_) = summary["endpoints"]
    names = [f"GET /organizations/{{id}}/projects/{{id}}/resource-{i:03}" for i in range(count)]
    thresholds = [
        {
            "metric": f"{metric}{{name:{name}}}",
            "expression": expression,
            "ok": i % 10 != 0,
            "value": 12.345,
            "unit": "",
            "measured": True,
        }
        for i, name in enumerate(names)
        for metric, expression in (
            ("checks", "rate>0.95"),
            ("http_req_duration", "p(95)<500"),
            ("http_req_failed", "rate<0.01"),
            ("http_reqs", "count>0"),
        )
    ]
    endpoints = [
        {**endpoint, "name": name, "errorTypes": {"server_error": 1, "timeout": 2}}
        for name in names
    ]
    reasons = [f"{name}: 3.2% of 12345 requests failed" for name in names]
    return {
        **summary,
        "endpoints": endpoints,
        "thresholds": thresholds,
        "reasons": reasons,
        "passed": False,
    }


def long_timeline(names: list[str]) -> dict[str, Any]:
    """Return a timeline as long as it gets, with values as long as they get."""
    count = 60 if len(names) <= 10 else 30

    def course(seed: int) -> dict[str, list[float]]:
        values = [round(1000 + 12.34 * ((i * 37 + seed) % 71), 1) for i in range(count)]
        keys = ("rate", "failed", "p50", "p95", "max")
        return {
            key: [share % 100 for share in values] if key == "failed" else values for key in keys
        }

    return {
        "at": [18.25 * (i + 1) for i in range(count)],
        "sampled": 123456,
        "requests": 1234567,
        "planned": {"what": "Planned users", "values": [123.4] * count},
        "all": course(0),
        "endpoints": [{"name": name, **course(i)} for i, name in enumerate(names[:50])],
    }


@pytest.mark.parametrize("count", MAX_BYTES)
def test_many_endpoints_and_a_long_run_stay_small(
    live: Suite, look: Callable[..., Any], count: int
) -> None:
    run = few_seconds(live, THRESHOLDS=PATIENT)
    summary = many_endpoints(run.summary, count)
    names = [endpoint["name"] for endpoint in summary["endpoints"]]
    (run.folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    timeline = json.dumps(long_timeline(names))
    (run.folder / "timeline.json").write_text(timeline, encoding="utf-8")
    page = finish(live, run.folder)
    assert page.count('<th scope="row">') > count
    assert len(page.encode()) <= MAX_BYTES[count]
    (view,) = look(run.folder / ".report.html", "light")["views"]
    assert_harmless(view, run.folder / ".report.html")
    assert sorted(view["sorted"]["down"]) == sorted(names)


def test_a_report_that_cannot_be_made_costs_neither_summary_nor_verdict(
    live: Suite, tmp_path: Path
) -> None:
    load = Path(shutil.copytree(live.load, tmp_path / "tests" / "load"))
    page = load / "engine/report/page.js"
    text = page.read_text(encoding="utf-8")
    broken = text.replace("const { run, passed } = summary;", "const { run, passed } = undefined;")
    assert broken != text
    page.write_text(broken, encoding="utf-8")
    suite = Suite(live.k6, load, live.results, live.base)
    run = suite.run(
        "scripts/health.js", VUS=1, DURATION="1s", TIME_SCALE="0.02", THRESHOLDS=PATIENT
    )
    assert run.code == 0, run.everything
    assert run.passed
    assert "report.html could not be created" in run.err
    assert (run.folder / "junit.xml").is_file()
