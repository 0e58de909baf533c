"""`load-test.sh doctor` proposes settings for a green first run, or says what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from service.testing import free_port

from tests.servers.conftest import Start
from tests.support.json_server import Answer, Received, serving_json
from tests.support.plain_server import plain_server
from tests.support.suite_runner import PATIENT
from tests.support.wrapper_project import Project

pytestmark = pytest.mark.slow

QUICK = ("--duration", "2s", "--think-time", "0.1")
LENIENT = {"THRESHOLDS": PATIENT}


@pytest.fixture
def project(tmp_path: Path, any_k6: Path) -> Project:
    return Project(tmp_path, real=True, k6=any_k6)


def settings_of(project: Project) -> dict[str, str]:
    lines = (project.load / "suite.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


FOUND = {
    "fastapi_app": {
        "HEALTH_PATHS": "/health",
        "API_PREFIX": "/",
        "AUTH_MODE": "login",
        "LOGIN_FORMAT": "form",
        "LOGIN_FROM": "base",
        "LOGIN_PATH": "/token",
    },
    "oauth2_app": {"HEALTH_PATHS": "/health", "OPENAPI_PATH": "/none"},
    "spring": {
        "HEALTH_PATHS": "/actuator/health",
        "OPENAPI_PATH": "/none",
        "AUTH_MODE": "session",
        "LOGIN_PATH": "/login",
    },
    "aspnet_app": {"HEALTH_PATHS": "/health", "OPENAPI_PATH": "/none"},
    "django_app": {"HEALTH_PATHS": "/ht/", "HEALTH_STATUS_WORDS": "*", "OPENAPI_PATH": "/none"},
}


@pytest.mark.parametrize("app", FOUND)
def test_with_its_proposals_smoke_is_green(project: Project, shared: Start, app: str) -> None:
    url = shared(app)
    before = (project.load / "suite.env").read_text()
    shown = project.run("doctor", "--base-url", url).passed()
    assert (project.load / "suite.env").read_text() == before
    for name, value in FOUND[app].items():
        assert f"  {name}={value}\n" in shown.stdout
    project.run("doctor", "write", "--base-url", url).passed()
    now = settings_of(project)
    assert {name: now[name] for name in FOUND[app]} == FOUND[app]
    secrets = {"TEST_USER_EMAIL": "alice", "TEST_USER_PASSWORD": "wonderland-1"}
    project.run("smoke", *QUICK, env={**LENIENT, **secrets}).passed()
    again = project.run("doctor").passed().stdout
    assert f"Service: {url} answers" in again
    assert "is healthy." in again
    assert list((project.load / "results").glob("doctor*")) == []


def test_a_dead_port(project: Project) -> None:
    result = project.run("doctor", "--base-url", f"http://localhost:{free_port()}")
    assert "No service: " in result.stdout
    assert "refused" in result.stdout
    assert "Try: start the service, or correct BASE_URL" in result.stdout


PAGE = (200, "text/html", "<html>Welcome</html>")
FORM = (200, "text/html", '<form><input name="user"><input type="password" name="pw"></form>')


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"/": PAGE}, "This looks like a website, not an API"),
        ({"/": FORM}, "AUTH_MODE=session"),
        ({"/": (302, "", "/accounts/login/?next=/")}, "LOGIN_PATH=/accounts/login/"),
        (
            {"/": (200, "text/plain", "x"), "/up": (200, "text/plain", "pong")},
            "HEALTH_STATUS_WORDS=pong",
        ),
        (
            {"/api/v1/health": (200, "text/plain", "All systems go.")},
            "  HEALTH_STATUS_WORDS='all systems go.'\n",
        ),
        (
            {"/api/v1/health": (200, "application/json", '{"message":"We are fine.","code":200}')},
            "  HEALTH_STATUS_WORDS=*\n",
        ),
        ({"/api/v1/health": (200, "application/json", '{"ok":true}')}, "  HEALTH_FIELDS=ok\n"),
        ({"/healthz": (200, "application/json", '{"a":{"state":"up"}}')}, "HEALTH_FIELDS=a.state"),
    ],
    ids=["website", "login form", "login wall", "another word", "another word at the usual path",
         "a sentence", "another field at the usual path", "another field"],
)  # fmt: skip
def test_what_it_finds(
    project: Project, answers: Mapping[str, tuple[int, str, str]], said: str
) -> None:
    with plain_server(answers) as server:
        result = project.run("doctor", "--base-url", server.url).passed()
    assert said in result.stdout, str(result)


def test_a_service_that_wakes_up_slowly(project: Project) -> None:
    def asked(request: Received) -> Answer:
        if request.path != "/healthz":
            return 404, {}, {}
        time.sleep(4)
        return 200, {"status": "ok"}, {}

    with serving_json(asked) as url:
        result = project.run("doctor", "--base-url", url).passed()
    assert "HEALTH_PATHS=/healthz" in result.stdout, str(result)


DOWN = '{"status":"DOWN","components":{}}'


@pytest.mark.parametrize(
    "answers",
    [
        {"/api/v1/health": (503, "application/json", DOWN)},
        {"/api/v1/health": (200, "application/json", DOWN)},
        {"/actuator/health": (503, "application/json", DOWN)},
        {"/api/v1/health": (503, "text/plain", "boom"), "/ping": (200, "text/plain", "ok")},
        {"/api/v1/health": (500, "text/plain", "boom")},
    ],
    ids=["503", "a word", "elsewhere", "first of two", "an error"],
)
def test_a_service_that_is_sick(
    project: Project, answers: Mapping[str, tuple[int, str, str]]
) -> None:
    """Its settings must not say that this is how a healthy one answers."""
    with plain_server(answers) as server:
        shown = project.run("doctor", "write", "--base-url", server.url).passed().stdout
        assert "The service itself says that it does not work" in shown
        assert "The settings fit" not in shown
        assert not {"READINESS=answer", "HEALTH_STATUS_WORDS="} & set(shown.split())
        run = project.run("smoke", "--base-url", server.url, *QUICK, env={"WAIT_TIMEOUT": "1s"})
    assert "was not healthy within 1s" in run.stderr, str(run)


def test_a_page_stands_in_for_a_health_document(project: Project) -> None:
    """It has to answer 2xx, while any answer would be enough of a path that does not exist."""
    answers = {"/": (302, "", "/web"), "/web": (302, "", "/web/"), "/web/": PAGE}
    with plain_server(answers) as server:
        shown = project.run("doctor", "write", "--base-url", server.url).passed().stdout
        assert "  HEALTH_PATHS=/web/\n" in shown
        project.run("smoke", "--base-url", server.url, *QUICK, env=LENIENT).passed()
    with plain_server({}) as server:
        run = project.run("smoke", "--base-url", server.url, *QUICK, env={"WAIT_TIMEOUT": "1s"})
    assert "was not healthy within 1s" in run.stderr, str(run)


SWAGGER = {
    "swagger": "2.0",
    "basePath": "/api/v1/",
    "paths": {"/todos": {}},
    "securityDefinitions": {"password": {"type": "basic"}},
}
VIEWER = '<script>SwaggerUIBundle({ url: "/files/spec.json", dom_id: "#ui" })</script>'


@pytest.mark.parametrize(
    "place", ["/api/v1/swagger.json", "/files/spec.json"], ids=["below the prefix", "in a page"]
)
def test_a_description_that_is_elsewhere(project: Project, place: str) -> None:
    answers = {
        "/": (200, "text/html", f"<html>{VIEWER}"),
        place: (200, "application/json", json.dumps(SWAGGER)),
    }
    with plain_server(answers) as server:
        shown = project.run("doctor", "--base-url", server.url).passed().stdout
    assert f"  OPENAPI_PATH={place}\n" in shown
    assert "  AUTH_MODE=basic\n" in shown
    assert "API_PREFIX" not in shown


@pytest.mark.parametrize(
    ("server", "proposed"), [("/", []), ("http://api.test/", []), ("/v2/", ["  API_PREFIX=/v2"])]
)
def test_the_prefix_of_a_description(project: Project, server: str, proposed: list[str]) -> None:
    document = {"openapi": "3.0.3", "servers": [{"url": server}], "paths": {"/api/v1/todos": {}}}
    answers = {"/openapi.json": (200, "application/json", json.dumps(document))}
    with plain_server(answers) as service:
        shown = project.run("doctor", "--base-url", service.url).passed().stdout
    assert [line for line in shown.splitlines() if line.startswith("  API_PREFIX=")] == proposed


def test_a_service_without_health_check(project: Project) -> None:
    with plain_server({"/items": (200, "application/json", "[]")}) as server:
        shown = project.run("doctor", "write", "--base-url", server.url).passed().stdout
        assert "  READINESS=answer\n" in shown
        project.run("smoke", "--base-url", server.url, *QUICK, env=LENIENT).passed()
        again = project.run("doctor", "--base-url", server.url).passed().stdout
    assert "READINESS=answer, the service need not be healthy" in again


def test_another_host_is_not_asked(project: Project) -> None:
    assert "example.com" in project.run("doctor", "--base-url", "http://example.com").refused()


def test_a_wrong_word(project: Project) -> None:
    assert "doctor takes no name" in project.run("doctor", "now").refused()
