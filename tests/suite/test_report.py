"""The report of a run: whole, honest, small, and harmless whatever things are named."""

from __future__ import annotations

import json
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
MAX_BYTES = 500_000


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


def recording(suite: Suite, script: str = "scenarios/load.js", **settings: str) -> Run:
    """Run a script for a few seconds while k6 records its course."""
    timeline = suite.results / f"timeline-{os.getpid()}"
    run = suite.having(
        K6_WEB_DASHBOARD="true",
        K6_WEB_DASHBOARD_PORT=0,
        K6_WEB_DASHBOARD_HOST="127.0.0.1",
        K6_WEB_DASHBOARD_PERIOD="1s",
        K6_WEB_DASHBOARD_TAGS="",
        K6_WEB_DASHBOARD_RECORD=str(timeline),
        VUS=3,
        DURATION="4s",
        TIME_SCALE="0.01",
        THINK_TIME="0.1",
        **settings,
    ).run(script)
    timeline.rename(run.folder / ".timeline")
    return run


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
    assert "No data over time" in page
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
    wanted = {"summary.json", "report.html", "report.md", "junit.xml"}
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
    assert page.index("Failed") < page.index("health: ") < page.index("<main>")
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
def test_the_course_of_a_run_is_added_afterwards(
    live: Suite, request: pytest.FixtureRequest, look: Callable[..., Any], version: str
) -> None:
    suite = Suite(request.getfixturevalue(version), live.load, live.results, live.base)
    run = recording(suite, THRESHOLDS=PATIENT)
    assert run.code == 0, run.everything
    page = finish(suite, run.folder, FILES="summary.json\nraw & more.json")
    assert "No data over time" not in page
    assert 'href="./raw%20%26%20more.json"' in page
    timeline = json.loads((run.folder / "timeline.json").read_text(encoding="utf-8"))
    lengths = {len(values) for values in timeline.values() if isinstance(values, list)}
    assert len(lengths) == 1
    assert timeline["seconds"] == pytest.approx(1, abs=0.5)
    counted = sum(rate * timeline["seconds"] for rate in timeline["rate"])
    # The last part of a second is missing, the requests of set-up are there.
    assert 0.3 < counted / run.summary["metrics"]["requests"] < 1.3
    assert max(timeline["vus"]) <= 3
    assert all(p95 is None or p95 > 0 for p95 in timeline["p95"])
    if version == "k6_binary":
        seen = look(run.folder / ".report.html")
        assert seen["accessibility"] == []
        for view in seen["views"]:
            assert_harmless(view, run.folder / ".report.html")
            assert view["charts"] == 5
            assert view["heading"] == "Passed load"
            assert view["heads"] >= (2 if view["view"] == "phone" else 11)
            assert view["overflowOnPaper"] <= 0


def test_crossed_limits_are_in_the_charts_and_on_the_cards(
    suite: Suite, faulty: RunningService, look: Callable[..., Any]
) -> None:
    faulty.set_fault("slow", 150, only="/api/v1/health", skip=1)
    live = suite.against(faulty.url)
    limits = "http_req_duration=p(95)<120; http_req_duration{name:health}=p(95)<5000"
    run = recording(live, THRESHOLDS=f"{limits}; health_duration=p(95)<5000")
    assert run.code == 99
    page = finish(live, run.folder)
    assert page.count('<line class="limit"') == 2
    assert "Limit: 120 ms." in page
    assert "Limit: 1%." in page
    cards = dict(re.findall(r'<h2>(p95|p99|Failed|Checks)</h2>\s*<p class="(figure[^"]*)"', page))
    assert cards == {"p95": "figure bad", "p99": "figure", "Failed": "figure", "Checks": "figure"}
    assert page.index("<h2>p95</h2>") < page.index("<h2>Failed</h2>") < page.index("<h2>Requests<")
    seen = look(run.folder / ".report.html")
    assert seen["accessibility"] == []
    for view in seen["views"]:
        assert_harmless(view, run.folder / ".report.html")


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


def test_two_hundred_endpoints_and_a_long_run_stay_small(
    live: Suite, look: Callable[..., Any]
) -> None:
    run = recording(live, THRESHOLDS=PATIENT)
    summary = many_endpoints(run.summary, 200)
    (run.folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    timeline = run.folder / ".timeline"
    lines = timeline.read_text(encoding="utf-8").splitlines()
    snapshot = next(line for line in reversed(lines) if '"snapshot"' in line)
    timeline.write_text("\n".join([*lines, *[snapshot] * 3000]), encoding="utf-8")
    page = finish(live, run.folder)
    assert page.count('<th scope="row">') > 200
    assert len(page.encode()) <= MAX_BYTES
    (view,) = look(run.folder / ".report.html", "light")["views"]
    names = [endpoint["name"] for endpoint in summary["endpoints"]]
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
    assert "report.html could not be made" in run.err
    assert (run.folder / "junit.xml").is_file()
