"""The openapi test signs in as the suite does, by AUTH_MODE, to well-known frameworks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.openapi.running import compiled_suite
from tests.servers.conftest import Start
from tests.servers.test_logins import AS_USER, CLIENT, DJANGO, FASTAPI, assert_green
from tests.support.json_server import Answer, Received, serving_json

pytestmark = pytest.mark.slow

SCRIPT = "scripts/openapi.js"
Json = dict[str, Any]

ITEM: Json = {"type": "object", "properties": {"id": {"type": "string"}}}
NEW: Json = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}},
}
SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "oauth": {"type": "oauth2", "flows": {}},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
}


def content(schema: Json) -> Json:
    return {"description": "d", "content": {"application/json": {"schema": schema}}}


def document(folder: Path, *schemes: str) -> Path:
    """Write the description of the items that every application of these tests has."""
    key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}
    body = {"required": True, "content": {"application/json": {"schema": NEW}}}
    fine = {"2XX": {"description": "d"}}
    paths = {
        "/items": {
            "get": {"responses": {"200": content({"type": "array", "items": ITEM})}},
            "post": {"requestBody": body, "responses": {"201": content(ITEM)}},
        },
        "/items/{key}": {
            "parameters": [key],
            "get": {"responses": fine},
            "patch": {"requestBody": body, "responses": fine},
            "delete": {"responses": fine},
        },
    }
    root = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {name: SCHEMES[name] for name in schemes}},
        "security": [{name: []} for name in schemes],
    }
    path = folder / "openapi.json"
    path.write_text(json.dumps(root), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("app", "settings", "schemes"),
    [
        ("fastapi_app", FASTAPI, ["bearer"]),
        ("oauth2_app", CLIENT, ["oauth"]),
        ("oauth2_app", AS_USER, ["oauth"]),
        ("django_app", DJANGO, ["session"]),
        ("django_app", DJANGO, []),  # a document that says nothing about it
    ],
    ids=["login", "client credentials", "password grant", "session", "undeclared"],
)
def test_operations_are_sent_with_the_login_of_the_suite(
    app: str,
    settings: dict[str, str],
    schemes: list[str],
    start: Start,
    k6_binary: Path,
    tmp_path: Path,
) -> None:
    suite = compiled_suite(k6_binary, tmp_path, document(tmp_path, *schemes))
    run = suite.against(start(app), API_PREFIX="/", **settings).run(SCRIPT, samples=True)
    assert_green(run)
    assert len(run.summary["endpoints"]) == 5


def test_a_session_that_ends_is_begun_again(start: Start, k6_binary: Path, tmp_path: Path) -> None:
    paths = json.loads(document(tmp_path, "session").read_text())
    paths["paths"]["/revoke"] = {"post": {"responses": {"200": {"description": "d"}}}}
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(paths), encoding="utf-8")
    own = {"operations": {"POST /revoke": {"skip": False}}}
    suite = compiled_suite(k6_binary, tmp_path, path, own)
    run = suite.against(start("django_app"), DURATION="3s", **DJANGO).run(SCRIPT)
    assert run.code == 0, run.everything


def test_a_login_that_fails_is_named_before_anything_is_sent(
    start: Start, k6_binary: Path, tmp_path: Path
) -> None:
    suite = compiled_suite(k6_binary, tmp_path, document(tmp_path, "bearer"))
    wrong = {**FASTAPI, "TEST_USER_PASSWORD": "wrong-one"}
    run = suite.against(start("fastapi_app"), API_PREFIX="/", **wrong).run(SCRIPT)
    assert run.code == 107
    assert "login of alice at /token failed" in run.err
    assert "wrong-one" not in run.everything


def keyed(place: Json) -> Json:
    return {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/items": {"get": {"responses": {"200": {"description": "d"}}}}},
        "components": {"securitySchemes": {"the-key": place}},
        "security": [{"the-key": []}],
    }


@pytest.mark.parametrize(
    ("scheme", "settings", "header"),
    [
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            {"AUTH_MODE": "api-key", "API_KEY": "canary-1"},
            ("x-key", "canary-1"),
        ),
        (
            {"type": "http", "scheme": "bearer"},
            {"AUTH_MODE": "bearer", "BEARER_TOKEN": "canary-1", "BEARER_WORD": "Token"},
            ("authorization", "Token canary-1"),
        ),
        (
            {"type": "http", "scheme": "hawk"},
            {"OPENAPI_THE_KEY_AUTHORIZATION": 'Hawk id="canary-1"'},
            ("authorization", 'Hawk id="canary-1"'),
        ),
        (
            {"type": "http", "scheme": "basic"},
            {"OPENAPI_THE_KEY_USER": "me", "OPENAPI_THE_KEY_PASSWORD": "canary-1"},
            ("authorization", "Basic bWU6Y2FuYXJ5LTE="),
        ),
    ],
    ids=["api-key", "bearer word", "other schemes", "basic"],
)
def test_credentials_go_where_the_document_wants_them(
    scheme: Json, settings: dict[str, str], header: tuple[str, str], k6_binary: Path, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(keyed(scheme)), encoding="utf-8")
    seen = []

    def answer(request: Received) -> Answer:
        if request.path == "/items":
            seen.append(request.headers.get(header[0]))
        return 200, {"status": "healthy"}, {}

    suite = compiled_suite(k6_binary, tmp_path, path)
    with serving_json(answer) as url:
        run = suite.against(url, **settings).run(SCRIPT)
    assert run.code == 0, run.everything
    # The search for the base path, at the end, needs no credentials.
    assert set(seen) - {None} == {header[1]}
    assert "canary" not in run.everything + run.summary_text


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        ({"type": "oauth2", "flows": {}}, "set OPENAPI_THE_KEY_TOKEN"),
        (
            {"type": "http", "scheme": "basic"},
            "set OPENAPI_THE_KEY_USER and OPENAPI_THE_KEY_PASSWORD",
        ),
        ({"type": "http", "scheme": "hawk"}, "set OPENAPI_THE_KEY_AUTHORIZATION"),
        ({"type": "mutualTLS"}, "set CLIENT_CERT"),
        ({"type": "x509"}, "set AUTH_MODE=custom (the-key: x509)"),
    ],
    ids=["oauth2", "basic", "hawk", "mutual", "unknown"],
)
def test_every_scheme_says_what_to_set(
    scheme: Json, said: str, k6_binary: Path, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(keyed(scheme)), encoding="utf-8")
    suite = compiled_suite(k6_binary, tmp_path, path)
    with serving_json(lambda _: (401, {}, {})) as url:
        run = suite.against(url).run(SCRIPT)
        assert said in run.err
        assert said in run.reasons  # below FAILED
        run = suite.against(url, OPENAPI_KEY="canary-1").run(SCRIPT)
    if scheme["type"] in {"oauth2", "http"}:
        assert "401 or 403 with the credentials of OPENAPI_KEY: check them" in run.reasons
    assert "canary" not in run.everything + run.summary_text


SECRETS = [
    ({"header.Authorization": "whatever-1"}, "header.Authorization"),
    ({"query.api_key": "whatever-1"}, "query.api_key"),
    ({"header.X-Key": "whatever-1"}, "header.X-Key"),  # that of the document
    ({"header.X-Other": "Bearer whatever-1"}, "header.X-Other"),
    ({"body.config": {"inner": ["ghp_whatever1whatever1whatever1"]}}, "body.config"),
]


@pytest.mark.parametrize(("values", "key"), SECRETS, ids=[key for _, key in SECRETS])
def test_credentials_in_the_overrides_are_refused(
    values: Json, key: str, k6_binary: Path, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(keyed({"type": "apiKey", "in": "header", "name": "X-Key"})))
    suite = compiled_suite(
        k6_binary, tmp_path, path, {"operations": {"GET /items": {"values": values}}}
    )
    found = suite.against("http://127.0.0.1:1").inspect(SCRIPT)
    assert found.code == 107
    assert f"{key}: credentials do not belong in this file" in found.err
    assert "whatever" not in found.err


def test_overrides_may_name_a_variable_that_holds_the_secret(
    k6_binary: Path, tmp_path: Path
) -> None:
    path = tmp_path / "openapi.json"
    body = {"required": True, "content": {"application/json": {"schema": NEW}}}
    root = keyed({"type": "apiKey", "in": "header", "name": "X-Key"})
    root["paths"] = {
        "/login": {"post": {"requestBody": body, "responses": {"200": {"description": "d"}}}}
    }
    path.write_text(json.dumps(root), encoding="utf-8")
    own = {"operations": {"POST /login": {"values": {"body.password": "${MY_PASSWORD}"}}}}
    suite = compiled_suite(k6_binary, tmp_path, path, own)
    sent = []

    def answer(request: Received) -> Answer:
        sent.append((request.json() or {}).get("password"))
        return 500, {"echo": request.json()}, {}

    assert (
        "variable MY_PASSWORD is not set" in suite.against("http://127.0.0.1:1").inspect(SCRIPT).err
    )
    with serving_json(answer) as url:
        run = suite.against(url, MY_PASSWORD="canary-1").run(SCRIPT)
    assert "canary-1" in sent
    assert "canary" not in run.everything + run.summary_text
