"""What a run says about answers, and about overrides that mean nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.compiling import openapi
from tests.openapi.running import SCRIPT, Compiled
from tests.support.recording_server import recording

pytestmark = pytest.mark.slow

Json = dict[str, Any]
THING: Json = {
    "type": "object",
    "required": ["id", "tags"],
    "properties": {"id": {"type": "integer"}, "tags": {"type": "array"}},
}
LIST: Json = {"type": "object", "required": ["data"], "properties": {"data": {"type": "array"}}}


def described(schema: Json, status: str = "200") -> Json:
    content = {"application/json": {"schema": schema}}
    return {"responses": {status: {"description": "d", "content": content}}}


PATHS: Json = {
    "/gone": {"post": described(THING, "204")},
    "/failing": {"get": {"responses": {"405": {"description": "d"}}}},
    "/moved": {"get": {"responses": {"302": {"description": "d"}}}},
    "/array": {"get": described(LIST)},
    "/short": {"get": described(THING)},
    "/text": {"get": described(THING)},
}
ANSWERS: dict[str, tuple[int, object]] = {
    "POST /gone": (204, None),
    "GET /failing": (200, {}),
    "GET /moved": (200, {}),
    "GET /array": (200, [{"id": 1}]),
    "GET /short": (200, {"id": 1}),
    "GET /text": (200, "moment"),
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(openapi(PATHS)), encoding="utf-8")
    return path


def test_what_is_wrong_with_a_body_is_said_and_nothing_else_is_red(
    compiled: Compiled, document: Path
) -> None:
    with recording(ANSWERS) as server:
        run = compiled(document).against(server.url).run(SCRIPT)
    assert run.code == 99
    assert "'GET /array body: expected object, found array'" in run.reasons
    assert "'GET /short body: /tags is missing'" in run.reasons
    assert "'GET /text body: expected object, found string'" in run.reasons
    for name in ("POST /gone", "GET /failing", "GET /moved"):
        assert name not in run.reasons


@pytest.mark.parametrize("name", ["*", "GET *"])
def test_the_checks_can_be_switched_off(name: str, compiled: Compiled, document: Path) -> None:
    with recording(ANSWERS) as server:
        suite = compiled(document, {"operations": {name: {"check": False}}})
        run = suite.against(server.url).run(SCRIPT)
    assert run.code == 0, run.everything


def test_a_misspelt_skip_is_refused_before_anything_is_sent(
    compiled: Compiled, document: Path
) -> None:
    own = {"operations": {"POST /gon": {"skip": "not this one"}, "GET /arrays": {"weight": 2}}}
    with recording(ANSWERS) as server:
        run = compiled(document, own).against(server.url).run(SCRIPT)
        assert server.requests == []
    assert run.code == 107
    assert 'no operation "POST /gon". Did you mean "POST /gone"?' in run.err.replace("\\", "")


def test_another_unknown_name_is_a_warning(compiled: Compiled, document: Path) -> None:
    own = {"operations": {"GET /arrays": {"weight": 2}, "*": {"check": False}}}
    with recording(ANSWERS) as server:
        run = compiled(document, own).against(server.url).run(SCRIPT)
    assert run.code == 0, run.everything
    assert 'no operation "GET /arrays". Did you mean "GET /array"?' in run.err.replace("\\", "")


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"operation": {}}, 'unknown key "operation". Did you mean "operations"?'),
        ({"operations": {"GET /text": {"skp": True}}}, 'unknown key "skp". Did you mean "skip"?'),
        ({"operations": {"GET /text": {"ok": [20]}}}, "ok is [20], expected a list of statuses"),
        ({"operations": {"GET /text": {"values": {"limit": 1}}}}, "expected path.NAME"),
    ],
)
def test_an_override_that_means_nothing_stops_the_run(
    own: Json, message: str, compiled: Compiled, document: Path
) -> None:
    suite = compiled(document)
    path = suite.load / "data" / "operations.overrides.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    with recording(ANSWERS) as server:
        found = suite.against(server.url).inspect(SCRIPT)
    assert found.code == 107
    assert message in found.err.replace("\\", "")


def test_the_summary_shows_what_of_the_document_was_seen(
    compiled: Compiled, document: Path
) -> None:
    answers = {**ANSWERS, "GET /text": (404, {})}
    with recording(answers) as server:
        run = compiled(document).against(server.url).run(SCRIPT)
    coverage, never = run.summary["tables"]
    assert coverage["title"] == "Coverage of the document"
    seen = {row[0]: row[1:3] for row in coverage["rows"]}
    assert seen["operations sent"] == [6, 6]
    assert seen["operations that succeeded"] == [5, 6]
    assert seen["statuses"] == [3, 6]
    assert [row[:2] for row in never["rows"]] == [["GET /text", "404"]]


def test_what_begins_is_sent_before_what_ends(compiled: Compiled, tmp_path: Path) -> None:
    day = {"type": "string", "format": "date"}
    parameters = [
        {"name": name, "in": "query", "required": True, "schema": day} for name in ("from", "to")
    ]
    schema = {
        "type": "object",
        "required": ["end", "start"],
        "properties": {"start": day, "end": day},
    }
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    paths = {
        f"/a{number}": {
            "post": {
                "parameters": parameters,
                "requestBody": body,
                "responses": {"200": {"description": "d"}},
            }
        }
        for number in range(20)
    }
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(openapi(paths)), encoding="utf-8")
    with recording({f"POST /a{number}": (200, {}) for number in range(20)}) as server:
        run = compiled(path).against(server.url, OPENAPI_SEED="7").run(SCRIPT)
        assert run.code == 0, run.everything
        for request in server.requests:
            sent = json.loads(request.body)
            assert sent["start"] <= sent["end"]
            first, last = request.path.split("from=")[1].split("&to=")
            assert first <= last
        assert len(server.requests) >= 20


KEY: Json = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
THINGS: Json = {
    "/things": {"get": described({"type": "array", "items": THING})},
    "/things/{id}": {"get": {**described(THING), "parameters": [KEY]}},
}


def test_nothing_is_wrong_with_a_service_that_holds_nothing(
    compiled: Compiled, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(openapi(THINGS)), encoding="utf-8")
    with recording({"GET /things": (200, [])}) as server:
        run = compiled(path).against(server.url).run(SCRIPT)
        assert server.sent("GET", "/things/")
    assert run.code == 0, run.everything
    (never,) = [table for table in run.summary["tables"] if table["title"] == "Never successful"]
    assert never["rows"] == [
        ["GET /things/{id}", "404", "the service has none, and no operation created one"]
    ]


def test_a_404_for_an_id_is_a_failure_unless_a_list_says_that_there_are_none(
    compiled: Compiled, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(openapi(THINGS)), encoding="utf-8")
    suite = compiled(path)
    answers: list[tuple[int, object]] = [(200, [{"id": 7, "tags": []}]), (500, {})]
    for answer in answers:
        with recording({"GET /things": answer}) as server:
            run = suite.against(server.url).run(SCRIPT)
        assert "GET /things/{id}" in run.reasons
