"""Iterations and arrival rates instead of VUs; and what requests may send."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.recording_server import recording
from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Suite

pytestmark = pytest.mark.slow

SCRIPT = """\
import exec from 'k6/execution';
import http from 'k6/http';
import { defineTest } from '../lib/define.js';
import { endpoint, request } from '../lib/http.js';

const ROW = endpoint('POST /rows', '/rows', { method: 'POST' });
const bytes = open('./picture.bin', 'b');
const test = defineTest({
  name: 'rows',
  endpoints: [ROW],
  defaultLoad: { scenario: 'rows', shape: %s },
});
export const { options, setup, teardown, handleSummary } = test;
export default test.run(() => {
  request(ROW, %s);
});
"""
PICTURE = bytes(range(256))
ANSWERS: dict[str, tuple[int, object]] = {
    "GET /health": (200, {"status": "ok"}),
    "POST /rows": (200, {}),
}
SHARED = "{ executor: 'shared-iterations', vus: 3, iterations: 25 }"
ONCE = "{ executor: 'shared-iterations', vus: 1, iterations: 1 }"


PLANNED = """
import { defineTest } from '../lib/define.js';
const test = defineTest({
  name: 'planned',
  endpoints: [],
  defaultLoad: { scenario: 'planned', shape: %s },
  readiness: 'none',
  thresholds: {
    get iterations() {
      console.log('the options are planned');
      return ['count>0'];
    },
  },
});
export const { options, setup, teardown, handleSummary } = test;
export default test.run(() => {});
"""


def script(suite: Suite, shape: str, details: str) -> Path:
    """Write a test with this load and request."""
    folder = suite.load / "k6"
    (folder / "picture.bin").write_bytes(PICTURE)
    path = folder / f"rows-{abs(hash((shape, details)))}.js"
    path.write_text(SCRIPT % (shape, details))
    return path


def test_options_are_planned_once(suite: Suite) -> None:
    """Set-up and the rest run the init code again, with all VUs in memory."""
    path = suite.load / "k6" / "planned.js"
    path.write_text(PLANNED % ONCE)
    run = suite.run(path)
    assert run.code == 0, run.everything
    assert run.err.count("the options are planned") == 1, run.err
    assert suite.inspect(str(path)).thresholds["iterations"] == ["count>0"]


@pytest.mark.parametrize(
    ("shape", "count"),
    [(SHARED, 25), ("{ executor: 'per-vu-iterations', vus: 3, iterations: 5 }", 15)],
)
def test_each_row_exactly_once(suite: Suite, shape: str, count: int) -> None:
    row = "{ body: { row: exec.scenario.iterationInTest } }"
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT)
        run = live.run(script(suite, shape, row))
    assert run.code == 0, run.everything
    assert "cut short" not in run.reasons
    sent = sorted(int(r.body[7:-1]) for r in server.sent("POST"))
    assert sent == list(range(count))


def test_iterations_that_were_not_done_are_red(suite: Suite) -> None:
    shape = (
        "{ executor: 'shared-iterations', vus: 1, iterations: 100000, "
        "maxDuration: '1s', gracefulStop: '0s' }"
    )
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT)
        run = live.run(script(suite, shape, "{ body: {} }"))
    assert run.code == 99
    assert "iterations{scenario:rows}: expected count>=100000" in run.reasons


@pytest.mark.parametrize("entry", ["scenarios/smoke.js", "scenarios/load.js"])
def test_a_rate(suite: Suite, entry: str) -> None:
    answers = {**ANSWERS, "GET /openapi.json": (200, {"paths": {}})}
    with recording(answers) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT, THINK_TIME="0.1")
        scale: dict[str, Any] = {"DURATION": "3s"} if "smoke" in entry else {"TIME_SCALE": "0.005"}
        inspected = live.inspect(entry, RATE=20, **scale)
        run = live.run(entry, RATE=20, **scale)
    assert run.code == 0, run.everything
    assert inspected.scenario["executor"].endswith("-arrival-rate")
    if "smoke" in entry:
        assert 50 <= run.summary["metrics"]["iterations"] <= 65


def test_a_rate_of_users_who_pause(suite: Suite) -> None:
    """Each VU that k6 adds costs an iteration: those for the pauses are there from the start."""
    answers = {**ANSWERS, "GET /openapi.json": (200, {"paths": {}})}
    with recording(answers) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT, RATE=2, DURATION="4s")
        started = [each.start("scenarios/smoke.js") for each in (live, live.having(VUS=9))]
        runs = [each.wait() for each in started]
    for run in runs:
        assert run.code == 0, run.everything
        assert run.summary["metrics"]["droppedIterations"] == 0


def test_a_rate_that_is_not_kept_is_explained(suite: Suite) -> None:
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT, OPENAPI_PATH="/none")
        run = live.run("scenarios/smoke.js", RATE=20, VUS=1, DURATION="3s")
    assert run.code == 99
    assert "iterations could not start, all 1 VUs were busy" in run.reasons
    assert re.search(r"about \d+ \(--vus \d+\)", run.reasons)


@pytest.mark.parametrize(
    ("details", "body", "kind"),
    [
        ("{ body: { a: 1 } }", b'{"a":1}', "application/json"),
        ("{ body: [1] }", b"[1]", "application/json"),
        ("{ body: 'text' }", b"text", "application/json"),
        ("{ body: bytes }", PICTURE, "application/octet-stream"),
        (
            "{ body: new Uint8Array(bytes).subarray(2, 5) }",
            PICTURE[2:5],
            "application/octet-stream",
        ),
        (
            "{ body: bytes, headers: { 'Content-Type': 'image/png' } }",
            PICTURE,
            "image/png",
        ),
        (
            "{ form: { user: 'a b', 'k&': 'ä=1' } }",
            b"user=a%20b&k%26=%C3%A4%3D1",
            "application/x-www-form-urlencoded",
        ),
    ],
    ids=str,
)
def test_a_body(suite: Suite, details: str, body: bytes, kind: str) -> None:
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT)
        run = live.run(script(suite, ONCE, details))
    assert run.code == 0, run.everything
    [received] = server.sent("POST")
    assert received.body == body
    assert received.headers["content-type"] == kind


def test_a_file_in_a_form(suite: Suite) -> None:
    details = "{ body: { note: 'n', file: http.file(bytes, 'picture.png', 'image/png') } }"
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT)
        run = live.run(script(suite, ONCE, details))
    assert run.code == 0, run.everything
    [received] = server.sent("POST")
    assert received.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert PICTURE in received.body
    assert b'filename="picture.png"' in received.body


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("new Map([[1, 2]])", "Map"),
        ("new Set()", "Set"),
        ("() => 1", "Function"),
        ("Symbol('a')", "Symbol"),
        ("10n", "BigInt"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused(suite: Suite, body: str, kind: str) -> None:
    with recording(ANSWERS) as server:
        live = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT)
        run = live.run(script(suite, ONCE, f"{{ body: {body} }}"))
    assert run.code == 99
    assert f"POST /rows: a body of type {kind} cannot be sent" in run.err
    assert server.sent("POST") == []


def test_a_number_of_iterations_has_no_rate(suite: Suite) -> None:
    run = suite.against("http://127.0.0.1:9", RATE=5).run(script(suite, SHARED, "{}"))
    assert run.code == SCRIPT_ERROR
    assert "RATE=5: this profile runs a number of iterations" in run.err
