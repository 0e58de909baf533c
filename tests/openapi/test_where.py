"""Where requests go and with which credentials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.compiling import OK, compiled, openapi, row_of
from tests.openapi.running import SCRIPT, Compiled
from tests.support.recording_server import recording

Json = dict[str, Any]
PATHS: Json = {"/items": {"get": {"responses": OK}}}
FOUND: dict[str, tuple[int, object]] = {
    "GET /items": (200, []),
    "GET /api/items": (200, []),
    "GET /shop/v2/items": (200, []),
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return tmp_path / "openapi.json"


def write(path: Path, *servers: str) -> Path:
    listed = [{"url": url} for url in servers]
    path.write_text(json.dumps(openapi(PATHS, servers=listed)), encoding="utf-8")
    return path


@pytest.mark.slow
class TestBasePath:
    """What stands between the target and the paths of the document."""

    @pytest.mark.parametrize(
        ("servers", "path", "settings", "wanted"),
        [
            (["/api"], "", {}, "/api/items"),
            (["/api"], "/api", {}, "/api/items"),
            (["/api"], "", {"OPENAPI_BASE": "/shop/v2/"}, "/shop/v2/items"),
            (["/api"], "", {"OPENAPI_BASE": "/"}, "/items"),
            (["https://api.example.com/shop/v2", "TARGET"], "", {}, "/items"),
            (["https://api.example.com/shop/v2"], "", {}, "/shop/v2/items"),
        ],
    )
    def test_the_path_that_is_asked(
        self,
        servers: list[str],
        path: str,
        settings: dict[str, str],
        wanted: str,
        compiled: Compiled,
        document: Path,
    ) -> None:
        with recording(FOUND) as server:
            write(document, *(server.url if url == "TARGET" else url for url in servers))
            run = compiled(document).against(server.url + path, **settings).run(SCRIPT)
            assert {request.path for request in server.requests} == {wanted}, run.everything

    def test_a_base_that_leads_nowhere_is_named_with_one_that_does_not(
        self, compiled: Compiled, document: Path
    ) -> None:
        answers: dict[str, tuple[int, object]] = {"GET /api/items": (200, [])}
        with recording(answers) as server:
            run = compiled(write(document, "/v7")).against(server.url).run(SCRIPT)
        assert "Set OPENAPI_BASE=/api" in run.err

    def test_credentials_that_are_declared_as_parameters(
        self, compiled: Compiled, document: Path
    ) -> None:
        parameters = [
            {
                "name": "Authorization",
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
            },
            {"name": "api_key", "in": "query", "required": True, "schema": {"type": "string"}},
        ]
        paths = {"/items": {"get": {"parameters": parameters, "responses": OK}}}
        document.write_text(json.dumps(openapi(paths)), encoding="utf-8")
        suite = compiled(document)
        with recording(FOUND) as server:
            run = suite.against(server.url).run(SCRIPT)
            assert "set OPENAPI_AUTHORIZATION_TOKEN and OPENAPI_API_KEY_KEY" in run.err
            server.requests.clear()
            secrets = {"OPENAPI_AUTHORIZATION_TOKEN": "canary-1", "OPENAPI_API_KEY_KEY": "canary-2"}
            run = suite.against(server.url, **secrets).run(SCRIPT)
            first = server.requests[0]
        assert first.headers["authorization"] == "Bearer canary-1"
        assert first.path == "/items?api_key=canary-2"
        assert "canary" not in run.everything + run.summary_text


@pytest.mark.slow
@pytest.mark.parametrize("share", [0, 1])
def test_optional_parameters_are_sent_or_left_out(
    share: int, compiled: Compiled, document: Path
) -> None:
    places = [("query", "q"), ("header", "X-Note"), ("cookie", "seen")]
    parameters = [
        {"name": name + word, "in": place, "required": word == "", "schema": {"const": 7}}
        for place, name in places
        for word in ("", "-more")
    ]
    paths = {"/items": {"get": {"parameters": parameters, "responses": OK}}}
    document.write_text(json.dumps(openapi(paths, version="3.1.0")), encoding="utf-8")
    with recording(FOUND) as server:
        run = compiled(document).against(server.url, OPENAPI_OPTIONAL=share).run(SCRIPT)
        assert run.code == 0, run.everything
        request = server.requests[0]
    assert request.path == ("/items?q=7&q-more=7" if share else "/items?q=7")
    assert request.headers["x-note"] == "7"
    assert request.headers.get("x-note-more") == ("7" if share else None)
    assert request.headers["cookie"] == ("seen=7; seen-more=7" if share else "seen=7")


def test_an_optional_credential_is_no_reason_to_complain() -> None:
    parameter = {"name": "X-API-Key", "in": "header", "schema": {"type": "string"}}
    table = compiled(openapi({"/a": {"get": {"parameters": [parameter], "responses": OK}}}))
    row = row_of(table, "GET /a")
    assert row["auth"] == [["X-API-Key"], []]
    assert "params" not in row


def test_a_parameter_of_a_scheme_is_not_sent_twice() -> None:
    parameter = {"name": "api_key", "in": "query", "required": True, "schema": {"type": "string"}}
    scheme = {"securitySchemes": {"k": {"type": "apiKey", "in": "query", "name": "api_key"}}}
    paths = {"/a": {"get": {"parameters": [parameter], "responses": OK, "security": [{"k": []}]}}}
    row = row_of(compiled(openapi(paths, components=scheme)), "GET /a")
    assert row["auth"] == [["k"]]
    assert "params" not in row
