"""Rows of CSV and JSON files: by turn, by VU, at random, once."""

from __future__ import annotations

import json

import pytest

from tests.support.recording_server import recording
from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Run, Suite

pytestmark = pytest.mark.slow

SCRIPT = """\
import {{ endpoint, request }} from '../lib/http.js';
import {{ defineTest, pause }} from '../lib/define.js';
import {{ randomRow, readRows, rowInTurn, rowOfVu, rowOnce }} from '../lib/rows.js';

const rows = readRows('{file}');
const ROW = endpoint('POST /rows', '/rows', {{ method: 'POST' }});
const test = defineTest({{
  name: 'rows',
  endpoints: [ROW],
  defaultLoad: {{ scenario: 'rows', shape: {{ {shape} }} }},
}});
export const {{ options, setup, teardown, handleSummary }} = test;
export default test.run(() => {{
  const row = {choice}(rows);
  request(ROW, {{ body: {{ vu: __VU, row: row === undefined ? 'none' : row }} }});
  pause(0.01);
}});
"""
SHARED = "executor: 'shared-iterations', vus: 3, iterations: 24"
EACH = "executor: 'per-vu-iterations', vus: 3, iterations: 4"
FILES = {
    "data/rows.csv": 'name,note\r\na,"x, ""y"""\r\nb,\r\nc,1\r\n',
    "data/rows.json": json.dumps([{"name": "a", "note": 'x, "y"'}, {"name": "b"}, {"name": "c"}]),
}


def sent(suite: Suite, file: str, choice: str, shape: str) -> list[tuple[int, object]]:
    """Run a test; return which VU sent which row."""
    (suite.load / "scripts" / "rows.js").write_text(
        SCRIPT.format(file=file, choice=choice, shape=shape)
    )
    with recording({"GET /health": (200, {"status": "ok"}), "POST /rows": (200, {})}) as server:
        run = suite.against(server.url, API_PREFIX="/", THRESHOLDS=PATIENT).run("scripts/rows.js")
        assert run.code == 0, run.everything
        bodies = [json.loads(one.body) for one in server.sent("POST")]
    return [(body["vu"], body["row"]) for body in bodies]


def names(rows: list[tuple[int, object]]) -> list[str]:
    return sorted(row["name"] if isinstance(row, dict) else str(row) for _, row in rows)


@pytest.fixture(params=FILES)
def file(suite: Suite, request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    (suite.load / name).write_bytes(FILES[name].encode())
    return name


def test_by_turn(suite: Suite, file: str) -> None:
    found = sent(suite, file, "rowInTurn", SHARED)
    assert names(found) == ["a"] * 8 + ["b"] * 8 + ["c"] * 8
    assert next(row for _, row in found if row["name"] == "a")["note"] == 'x, "y"'  # type: ignore[index]


def test_by_vu(suite: Suite, file: str) -> None:
    found = sent(suite, file, "rowOfVu", EACH)
    assert {(vu, row["name"]) for vu, row in found} == {(1, "a"), (2, "b"), (3, "c")}  # type: ignore[index]


def test_at_random(suite: Suite, file: str) -> None:
    assert set(names(sent(suite, file, "randomRow", SHARED))) == {"a", "b", "c"}


def test_once(suite: Suite, file: str) -> None:
    found = sent(suite, file, "rowOnce", "executor: 'shared-iterations', vus: 2, iterations: 5")
    assert names(found) == ["a", "b", "c", "none", "none"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("data/none.csv", None, "none.csv"),
        ("data/empty.csv", "name\n", "data/empty.csv: expected a list of rows, found none"),
        ("data/object.json", "{}", "data/object.json: expected a list of rows, found none"),
        (
            "data/short.csv",
            "a,b\n1\n",
            "data/short.csv, row 2: 1 fields, but the first line names 2",
        ),
        ("data/quote.csv", 'a\n"x\n', "data/quote.csv, row 2: a quote is not closed"),
    ],
)
def test_what_cannot_be_read(suite: Suite, file: str, text: str | None, said: str) -> None:
    if text is not None:
        (suite.load / file).write_text(text)
    (suite.load / "scripts" / "rows.js").write_text(
        SCRIPT.format(file=file, choice="rowInTurn", shape=SHARED)
    )
    run: Run = suite.against("http://localhost:1").run("scripts/rows.js")
    assert run.code == SCRIPT_ERROR
    assert said in run.err
