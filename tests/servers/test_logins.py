"""Services as people write them: reached, logged in to and loaded by settings alone."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tests.servers.conftest import Start
from tests.support.isolation import USUAL_COLLECTION
from tests.support.json_server import serving_json
from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Run, Suite

pytestmark = pytest.mark.slow

SCRIPT = "scripts/api-authenticated.js"
PASSWORD = "wonderland-1"
USER = {"TEST_USER_EMAIL": "alice", "TEST_USER_PASSWORD": PASSWORD}

FASTAPI = {"AUTH_MODE": "login", "LOGIN_FORMAT": "form", "LOGIN_PATH": "/token", **USER}
CLIENT = {
    "AUTH_MODE": "oauth2",
    "OAUTH2_CLIENT_ID": "in header",
    "OAUTH2_CLIENT_SECRET": "he@der:secret",
    "OAUTH2_SCOPE": "read",
}
IN_BODY = {
    **CLIENT,
    "OAUTH2_CLIENT_ID": "in-body",
    "OAUTH2_CLIENT_SECRET": "body-secret",
    "OAUTH2_CLIENT_AUTH": "body",
}
AS_USER = {**CLIENT, "OAUTH2_GRANT": "password", **USER}
DJANGO = {
    "AUTH_MODE": "session",
    "LOGIN_PATH": "/accounts/login/",
    "HEALTH_PRESET": "django-health-check",
    **USER,
}

SPRING = {
    "AUTH_MODE": "session",
    "LOGIN_PATH": "/login",
    "HEALTH_PRESET": "spring-actuator",
    "OPENAPI_PATH": "/none",
    **USER,
}
ASPNET = {
    "AUTH_MODE": "login",
    "LOGIN_PATH": "/login",
    "REFRESH_PATH": "/refresh",
    "HEALTH_PRESET": "aspnet",
    "OPENAPI_PATH": "/none",
    **USER,
}
# Nothing but an open port tells that it is ready.
TCP = {**ASPNET, "HEALTH_PRESET": "", "HEALTH_PATHS": "/nothing", "READINESS": "tcp"}

WAYS = {
    "fastapi": ("fastapi_app", FASTAPI),
    "client credentials": ("oauth2_app", CLIENT),
    "secret in the body": ("oauth2_app", IN_BODY),
    "password grant": ("oauth2_app", AS_USER),
    "django": ("django_app", DJANGO),
    "spring": ("spring", SPRING),
    "aspnet": ("aspnet_app", ASPNET),
    "tcp": ("aspnet_app", TCP),
}

FORGIVING = ";".join(
    [
        PATIENT,
        "http_req_failed=rate<0.5",
        "http_req_failed{kind:api_read}=rate<0.5",
        "http_req_failed{kind:api_write}=rate<0.5",
    ]
)  # fmt: skip


def fetch(url: str, *, post: bool = False) -> Any:
    with urllib.request.urlopen(url, data=b"" if post else None, timeout=5) as answer:
        return json.loads(answer.read() or b"null")


def assert_green(run: Run) -> None:
    assert run.code == 0, run.everything
    assert run.summary["failedChecks"] == []
    assert run.summary["metrics"]["errors"] == 0
    for secret in (PASSWORD, "he@der:secret", "body-secret"):
        assert secret not in run.everything + run.summary_text + run.samples_text


@pytest.mark.parametrize("way", WAYS)
def test_a_journey_and_smoke(suite: Suite, shared: Start, way: str) -> None:
    app, settings = WAYS[way]
    live = suite.against(shared(app), THRESHOLDS=PATIENT, **settings)
    run = live.run(SCRIPT, samples=True)
    assert_green(run)
    assert {row["name"] for row in run.summary["endpoints"]} == {
        *("GET /items", "POST /items", "GET /items/{id}", "PATCH /items/{id}", "DELETE /items/{id}")
    }
    phases = {(row.tags["name"], row.tags["phase"]) for row in run.samples()
              if row.metric == "http_reqs" and row.tags["phase"] != "main"}  # fmt: skip
    assert all(name.startswith("setup ") or phase == "auth" for name, phase in phases)
    assert len(phases) >= 2
    run = live.having(OPENAPI_PATH="/none").run("scenarios/smoke.js")
    assert run.code == 0, run.everything


@pytest.mark.parametrize(
    ("way", "settings", "said"),
    [
        ("fastapi", {"TEST_USER_PASSWORD": "wrong-one"}, "status 400"),
        (
            "fastapi",
            {"LOGIN_FORMAT": "json"},
            (
                "It asks for username, password. It was sent as JSON with email and password: "
                "try LOGIN_FORMAT=form and LOGIN_USER_FIELD=username"
            ),
        ),
        ("fastapi", {"LOGIN_PATH": "/login"}, "status 404: there is no login: set LOGIN_PATH"),
        ("fastapi", {"LOGIN_PATH": "/health"}, "status 405: there is no login"),
        ("fastapi", {"LOGIN_TOKEN_NAME": "jwt"}, "found the fields access_token, token_type"),
        (
            "client credentials",
            {"OAUTH2_CLIENT_SECRET": "wrong-one"},
            "invalid_client: check OAUTH2_CLIENT_ID, OAUTH2_CLIENT_SECRET and OAUTH2_CLIENT_AUTH",
        ),
        ("client credentials", {"OAUTH2_CLIENT_AUTH": "body"}, "invalid_client"),
        (
            "password grant",
            {"TEST_USER_PASSWORD": "wrong-one"},
            "check TEST_USER_EMAIL and TEST_USER_PASSWORD",
        ),
        (
            "client credentials",
            {"OAUTH2_GRANT": "refresh_token", "OAUTH2_REFRESH_TOKEN": "revoked-one"},
            "invalid_grant: check OAUTH2_REFRESH_TOKEN",
        ),
        ("client credentials", {"OAUTH2_TOKEN_URL": "/token"}, "set OAUTH2_TOKEN_URL"),
        ("django", {"TEST_USER_PASSWORD": "wrong-one"}, "the credentials were refused"),
        ("django", {"LOGIN_PATH": "/login/"}, "there is no login: set LOGIN_PATH"),
        ("django", {"AUTH_MODE": "login", "LOGIN_FORMAT": "form"}, "status 403"),
        ("spring", {"TEST_USER_PASSWORD": "wrong-one"}, "the credentials were refused"),
        ("spring", {"LOGIN_PATH": "/sign-in"}, "it redirects: set LOGIN_PATH=/login"),
        ("aspnet", {"TEST_USER_PASSWORD": "wrong-one"}, "the credentials were refused"),
        ("aspnet", {"LOGIN_USER_FIELD": "user"}, "It asks for email"),
        (
            "aspnet",
            {"HEALTH_STATUS_WORDS": "fine"},
            "if that is healthy, set HEALTH_STATUS_WORDS=Healthy",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_named(
    suite: Suite, shared: Start, way: str, settings: dict[str, str], said: str
) -> None:
    app, right = WAYS[way]
    run = suite.against(shared(app), **{**right, **settings}).run(SCRIPT)
    assert run.code == SCRIPT_ERROR, run.everything
    assert said in run.err, run.everything
    assert "wrong-one" not in run.everything
    assert "revoked-one" not in run.everything


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": {"identity": {"code": "required", "message": "Blank."}}}, "asks for identity."),
        ({"username": ["This field is required."]}, "asks for username."),
        ({"errors": {"Login": ["Needed."]}, "status": 400}, "asks for Login."),
        (
            {"status": 400, "message": "Failed to authenticate.", "data": {}},
            "or the credentials are wrong: check TEST_USER_EMAIL and TEST_USER_PASSWORD.",
        ),
        ({"non_field_errors": ["Unable to log in."]}, "or the credentials are wrong"),
    ],
    ids=["of a record", "a list", "in errors", "refused", "a refusal in a list"],
)
def test_a_login_that_is_answered_with_400(suite: Suite, answer: Any, said: str) -> None:
    user = {"TEST_USER_EMAIL": "ann", "TEST_USER_PASSWORD": "wrong-one"}
    with serving_json(lambda _: (400, answer, {})) as url:
        live = suite.against(url, READINESS="none", AUTH_MODE="login", **user)
        run = live.run(SCRIPT)
    assert run.code == SCRIPT_ERROR, run.everything
    assert said in run.err, run.everything


@pytest.mark.parametrize(
    "way", ["fastapi", "client credentials", "password grant", "django", "spring", "aspnet"]
)
def test_revoked_credentials_are_renewed_once(suite: Suite, start: Start, way: str) -> None:
    app, settings = WAYS[way]
    url = start(app)
    live = suite.against(url, THRESHOLDS=FORGIVING, **settings).having(DURATION="4s", VUS=1)
    running = live.start(SCRIPT, samples=True)
    samples = running.folder / "samples.json"
    done = '{"metric":"iterations","type":"Point"'
    running.wait_for(lambda: samples.exists() and done in samples.read_text())
    fetch(f"{url}/revoke", post=True)
    run = running.wait()
    assert run.code == 0, run.everything
    assert sum(row.metric == "auth_retries" for row in run.samples()) == 1
    assert run.summary["failedChecks"] == []


def test_short_lived_tokens_are_renewed_in_time(suite: Suite, start: Start) -> None:
    url = start("oauth2_app", LIFETIME="2")
    live = suite.against(url, THRESHOLDS=PATIENT, **AS_USER).having(DURATION="5s", VUS=1)
    run = live.run(SCRIPT, samples=True)
    assert_green(run)
    asked = fetch(f"{url}/asked")
    assert asked[:2] == ["password", "password"]
    assert asked.count("refresh_token") >= 2
    assert not any(row.metric == "auth_retries" for row in run.samples())


@pytest.mark.parametrize(
    ("way", "settings"),
    [
        ("fastapi", {"ME_PATH": "/items", "REFRESH_PATH": "/none"}),
        ("aspnet", {"ME_PATH": "/items"}),
    ],
)
def test_the_login_itself(suite: Suite, shared: Start, way: str, settings: dict[str, str]) -> None:
    app, usual = WAYS[way]
    live = suite.against(shared(app), THRESHOLDS=PATIENT, **{**usual, **settings})
    run = live.run("scripts/auth-flow.js", samples=True)
    assert_green(run)
    names = {row["name"] for row in run.summary["endpoints"]}
    assert ("POST /refresh" in names) == (way == "aspnet")


def test_thousands_of_users_are_one_copy(suite: Suite, start: Start) -> None:
    """50 VUs with 20,000 users: copies would be some 6 MB for each VU."""
    url = start("fastapi_app")
    peaks = []
    for count in (2, 20_000):
        users = suite.load / "data" / f"many-{count}.csv"
        names = ["alice,wonderland-1", "bob,builder-22"]
        rows = [names[i % 2] + f",{i:030}" for i in range(count)]
        users.write_text("username,password,note\n" + "\n".join(rows) + "\n")
        settings = {**FASTAPI, "TEST_USER_EMAIL": "", "TEST_USER_PASSWORD": ""}
        live = suite.against(
            url, THRESHOLDS=PATIENT, **settings, USERS_FILE=f"data/many-{count}.csv"
        )
        usual = live.having(**USUAL_COLLECTION)
        run = usual.run(SCRIPT, VUS=50, DURATION="2s", THINK_TIME="1")
        assert run.code in (0, 99), run.everything
        peaks.append(run.peak_memory)
    assert peaks[1] - peaks[0] < 100_000_000, peaks


@pytest.mark.parametrize("by", ["turn", "hash", "vu"])
def test_which_user_logs_in(suite: Suite, start: Start, by: str) -> None:
    url = start("fastapi_app")
    users = suite.load / "data" / "three.csv"
    users.write_text("username,password\nalice,wonderland-1\nbob,builder-22\nalice,wonderland-1\n")
    settings = {**FASTAPI, "TEST_USER_EMAIL": "", "TEST_USER_PASSWORD": "", "USERS_BY": by}
    live = suite.against(url, THRESHOLDS=PATIENT, **settings, USERS_FILE="data/three.csv")
    seen = []
    for run_id in ("first", "second", "two", "four"):
        before = len(fetch(f"{url}/logins"))
        assert_green(live.run(SCRIPT, samples=True, VUS=1, DURATION="1s", RUN_ID=run_id))
        # Set-up logs in as well.
        seen.append(tuple(fetch(f"{url}/logins")[before + 1 :]))
    if by == "turn":
        assert all(set(logins) == {"alice", "bob"} for logins in seen)
    else:
        assert all(len(logins) == 1 for logins in seen)
        assert len(set(seen)) == (1 if by == "vu" else 2)


def test_users_of_a_csv_file(suite: Suite, start: Start) -> None:
    url = start("fastapi_app")
    users = suite.load / "data" / "people.csv"
    users.write_text(
        'username,password,note\r\nalice,wonderland-1,"a, ""b"""\r\nbob,builder-22,\r\n'
    )
    settings = {**FASTAPI, "TEST_USER_EMAIL": "", "TEST_USER_PASSWORD": ""}
    live = suite.against(url, THRESHOLDS=PATIENT, **settings, USERS_FILE="data/people.csv")
    assert_green(live.run(SCRIPT, samples=True))
    assert set(fetch(f"{url}/logins")) == {"alice", "bob"}
