"""Operations that sign in are not sent with made-up credentials: the 401 would be no fault."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from service.testing import RunningService

from tests.openapi.compiling import OK, compiled, openapi, row_of
from tests.openapi.running import SCRIPT, compiled_suite
from tests.support.suite_runner import GENEROUS

Json = dict[str, Any]
TEXT: Json = {"type": "string"}


def credentials(path: str, names: str, method: str = "post", **more: Any) -> list[str] | None:
    """Return the credentials of an operation with these required properties."""
    schema = {"required": names.split(), "properties": dict.fromkeys(names.split(), TEXT)}
    body = {"content": {more.pop("type", "application/json"): {"schema": schema}}}
    operation = {"requestBody": body, "responses": OK, **more}
    row = row_of(compiled(openapi({path: {method: operation}})), f"{method.upper()} {path}")
    found: list[str] | None = row.get("credentials")
    return found


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("path", "names", "more", "expected"),
    [
        ("/auth/login", "email password", {}, "body.email body.password"),
        ("/api/signIn", "userName passwd", {}, "body.userName body.passwd"),
        ("/token", "username password", {"type": FORM}, "body.username body.password"),
        ("/auth/refresh", "refresh_token", {}, "body.refresh_token"),
        ("/refresh-token", "refreshToken", {}, "body.refreshToken"),
        ("/api/token/verify", "token", {}, "body.token"),
        ("/verify-email", "email code", {}, "body.email body.code"),
        ("/sessions", "login password remember", {}, "body.login body.password"),
        ("/x", "user pwd", {"operationId": "login_for_access_token_x_post"}, "body.user body.pwd"),
        ("/x", "username password", {"operationId": "auth.login"}, "body.username body.password"),
        ("/users/authenticate", "client_id client_secret", {}, "body.client_id body.client_secret"),
    ],
)
def test_what_signs_in(path: str, names: str, more: Json, expected: str) -> None:
    assert credentials(path, names, **more) == expected.split()


@pytest.mark.parametrize(
    ("path", "names", "more"),
    [
        ("/users", "email password", {}),
        ("/auth/register", "email password", {}),
        ("/signup", "email password", {}),
        ("/sessions", "title room", {}),
        ("/tokens", "name scope", {}),
        ("/push-tokens", "token", {}),
        ("/login", "email password", {"method": "get"}),
        ("/coupons", "code", {}),
    ],
)
def test_what_does_not(path: str, names: str, more: Json) -> None:
    assert credentials(path, names, **more) is None


def answering(schema: Json, status: str = "200") -> Json:
    return {"responses": {status: {"content": {"application/json": {"schema": schema}}}}}


TOKEN = {"properties": {"accessToken": TEXT}}


@pytest.mark.parametrize(
    ("path", "names", "more", "signs_in"),
    [
        ("/gate", "user password", answering(TOKEN), True),
        ("/gate", "user password", answering(TOKEN, "201"), True),
        ("/gate", "user password", answering({"properties": {"data": TOKEN}}), True),
        ("/gate", "user password", answering({"allOf": [TOKEN]}, "default"), True),
        ("/gate", "password", answering({"properties": {"jwt": TEXT}}), True),
        ("/gate", "user password", answering({"properties": {"name": TEXT}}), False),
        ("/gate", "user password", answering(TOKEN, "401"), False),
        ("/gate", "user code", answering(TOKEN), False),
        ("/register", "user password", answering(TOKEN), False),
        ("/auth/sign-up", "user password", answering(TOKEN), False),
        ("/users", "user password", answering(TOKEN), False),
        ("/x", "user password", {"operationId": "createUser", **answering(TOKEN)}, False),
        ("/gate", "user password", answering({"properties": {"a": True}}), False),
    ],
)
def test_a_password_for_a_token_signs_in(
    path: str, names: str, more: Json, *, signs_in: bool
) -> None:
    assert (credentials(path, names, **more) is not None) is signs_in


def test_documented_credentials_are_sent() -> None:
    shown = {"email": "demo@example.com", "password": "demo"}
    schema = {"properties": {"email": TEXT, "password": TEXT}, "example": shown}
    body = {"content": {"application/json": {"schema": schema}}}
    paths = {"/login": {"post": {"requestBody": body, "responses": OK}}}
    (row,) = compiled(openapi(paths)).rows
    assert "credentials" not in row


@pytest.mark.slow
def test_a_service_with_a_login_is_green(
    service: RunningService, k6_binary: Path, tmp_path: Path
) -> None:
    document = tmp_path / "openapi.json"
    with urllib.request.urlopen(f"{service.url}/openapi.json") as response:
        document.write_bytes(response.read())
    suite = compiled_suite(k6_binary, tmp_path, document).having(AUTH_MODE="login")
    live = suite.against(service.url, VUS=1, DURATION="1s", THRESHOLDS=GENEROUS)
    login = "POST /api/v1/auth/login"
    run = live.run(SCRIPT)
    assert run.code == 0, run.everything
    assert login not in {row["name"] for row in run.summary["endpoints"]}
    assert f"{login} - signs in, and credentials cannot be made up. Overrides:" in run.err
    own = {"body.email": "loadtest1@example.com", "body.password": "${PASSWORD}"}
    overrides = {"operations": {login: {"values": own}}}
    (suite.load / "data/operations.overrides.json").write_text(json.dumps(overrides))
    run = live.run(SCRIPT, PASSWORD="loadtest123")
    assert run.code == 0, run.everything
    assert run.endpoint(login)["errors"] == 0
