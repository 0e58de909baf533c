"""What services answer when they are healthy, and what is said when they are not."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from service.certificates import make_certificate
from service.testing import free_port

from tests.support.plain_server import plain_server
from tests.support.raw_tcp import accepting, close_with_reset
from tests.support.suite_runner import PATIENT, Run, Suite

pytestmark = pytest.mark.slow

NEVER_HEALTHY = 108
WAIT = "engine/commands/wait-for-service.js"

JSON = "application/json"
TEXT = "text/plain"

HEALTHY = [
    ("ok", (200, TEXT, "ok"), {}),
    ("OK", (200, "text/html", "OK"), {}),
    ("Healthy", (200, TEXT, "Healthy"), {}),
    ("true", (200, JSON, "true"), {}),
    ("a JSON text", (200, JSON, '"ok"\n'), {}),
    ("UP", (200, "application/vnd.spring-boot.actuator.v3+json", '{"status":"UP"}'), {}),
    ("a boolean", (200, JSON, '{"status": true}'), {}),
    ("healthy", (200, JSON, '{"healthy": true}'), {}),
    ("another field", (200, JSON, '{"ok": true}'), {"HEALTH_FIELDS": "ok"}),
    ("201", (201, JSON, '{"status":"ok"}'), {}),
    ("204", (204, "", ""), {"HEALTH_STATUS_WORDS": "empty"}),
    ("empty", (200, "", ""), {"HEALTH_STATUS_WORDS": "empty"}),
    ("no word", (200, JSON, '{"cache": "working"}'), {"HEALTH_STATUS_WORDS": "*"}),
    ("a page", (200, "text/html", "<p>up</p>"), {"HEALTH_STATUS_WORDS": "*"}),
    (
        "a field",
        (200, JSON, '{"a": {"b": "Fine"}}'),
        {"HEALTH_FIELDS": "a.b", "HEALTH_STATUS_WORDS": "fine"},
    ),
    ("401", (401, JSON, "{}"), {"HEALTH_STATUSES": "2xx,401"}),
    ("a redirect", (302, "", "/login"), {"HEALTH_STATUSES": "3xx"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "settings"),
    [pytest.param(answer, settings, id=name) for name, answer, settings in HEALTHY],
)
def test_is_healthy(suite: Suite, answer: tuple[int, str, str], settings: dict[str, str]) -> None:
    with plain_server({"/health": answer}) as server:
        live = suite.against(server.url, WAIT_TIMEOUT="1s", API_PREFIX="/", **settings)
        assert live.run(WAIT).code == 0
        short = live.having(THRESHOLDS=PATIENT, DURATION="1s", VUS=1, THINK_TIME="0.05")
        run = short.run("scenarios/stress.js", TIME_SCALE="0.002")
    assert run.code == 0, run.everything
    assert run.summary["failedChecks"] == []


@pytest.mark.parametrize(
    ("preset", "answers"),
    [
        ("spring-actuator", {"/actuator/health": (200, JSON, '{"status":"UP"}')}),
        ("aspnet", {"/health": (200, TEXT, "Healthy")}),
        ("django-health-check", {"/ht/": (200, JSON, '{"Cache": "working"}')}),
        ("rails", {"/up": (200, "text/html", '<body style="background-color: green">')}),
        ("go", {"/healthz": (200, "", "")}),
        ("k8s", {"/livez": (200, TEXT, "ok"), "/readyz": (200, TEXT, "ok")}),
    ],
    ids=str,
)
def test_a_preset(suite: Suite, preset: str, answers: dict[str, tuple[int, str, str]]) -> None:
    with plain_server(answers) as server:
        run = suite.against(server.url, HEALTH_PRESET=preset, WAIT_TIMEOUT="1s").run(WAIT)
    assert run.code == 0, run.everything
    assert {path for path, _ in server.received} == set(answers)


ADVICE = [
    ((404, JSON, "{}"), "set HEALTH_PATHS=/healthz in tests/load/suite.env: it answers 200, fine"),
    ((401, TEXT, ""), "HEALTH_STATUSES=2xx,401"),
    ((403, TEXT, ""), "SECRET_HEADERS"),
    ((302, "", "/login"), "redirected to /login"),
    ((301, "", "/health/"), "set HEALTH_PATHS=/health/"),
    ((301, "", "https://example.com/health"), "set BASE_URL=https://example.com"),
    ((204, "", ""), "HEALTH_STATUS_WORDS=empty"),
    ((200, "text/html", "<html>"), "a web page answers here"),
    ((200, JSON, '{"status": "running"}'), "set HEALTH_STATUS_WORDS=running"),
    ((200, TEXT, "pong"), "set HEALTH_STATUS_WORDS=pong"),
    ((200, TEXT, "All systems go."), "set HEALTH_STATUS_WORDS='All systems go.'"),
    ((200, JSON, '{"a": 1}'), "HEALTH_FIELDS"),
    ((200, JSON, '{"status": "DOWN"}'), "the service says itself that it does not work"),
    ((503, TEXT, "Unhealthy"), "look at its log, and at what it depends on"),
    ((400, TEXT, "The plain HTTP request was sent to HTTPS port"), "set BASE_URL=https://127"),
    ((400, TEXT, "No required SSL certificate was sent"), "CLIENT_CERT"),
    ((400, TEXT, "Invalid HTTP_HOST header"), "HOST_HEADER"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "advice"), ADVICE, ids=str)
def test_advice(suite: Suite, answer: tuple[int, str, str], advice: str) -> None:
    with plain_server({"/health": answer, "/healthz": (200, TEXT, "fine")}) as server:
        assert_advised(refused(suite, server.url), advice)


def test_a_web_page_is_no_health_document(suite: Suite) -> None:
    page = (200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Home</title>")
    with plain_server({"/health": (404, "text/html", "<html>"), "/": page}) as server:
        run = refused(suite, server.url)
        assert_advised(run, "set HEALTH_PATHS=/ and HEALTH_STATUS_WORDS=* in tests/load/suite.env")
        ready = suite.against(server.url, API_PREFIX="/", WAIT_TIMEOUT="1s")
        assert ready.having(HEALTH_PATHS="/", HEALTH_STATUS_WORDS="*").run(WAIT).code == 0


def refused(suite: Suite, url: str, **settings: str) -> Run:
    return suite.against(url, API_PREFIX="/", WAIT_TIMEOUT="1s", **settings).run(
        WAIT, flags=("--log-format=raw",)
    )


def assert_advised(run: Run, advice: str) -> None:
    assert run.code == NEVER_HEALTHY, run.everything
    # Go itself logs bytes that come without a request.
    said = [line for line in run.err.splitlines() if "Unsolicited response" not in line]
    first, rest = said[0], "\n".join(said[1:])
    assert first.startswith("Try: "), run.err
    assert advice in first, run.err
    assert "not healthy within 1s: GET " in rest


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*certificate)
    return made


FINE = {"/health": (200, TEXT, "ok")}


def test_a_wrong_authority(suite: Suite, certificate: tuple[Path, Path]) -> None:
    with plain_server(FINE, context(certificate)) as server:
        assert_advised(refused(suite, server.url), "SSL_CERT_FILE")
        trusting = suite.against(server.url, API_PREFIX="/", SSL_CERT_FILE=str(certificate[0]))
        assert trusting.run(WAIT).code == 0
        careless = suite.against(server.url, API_PREFIX="/")
        assert careless.run(WAIT, flags=("--insecure-skip-tls-verify",)).code == 0
        # A variable or a file of k6's own is not overruled by the suite's default.
        assert careless.run(WAIT, K6_INSECURE_SKIP_TLS_VERIFY="true").code == 0


def test_a_client_certificate(suite: Suite, certificate: tuple[Path, Path]) -> None:
    tls = context(certificate)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_verify_locations(certificate[0])
    with plain_server(FINE, tls) as server:
        url = server.url
        trust = {"SSL_CERT_FILE": str(certificate[0])}
        assert_advised(refused(suite, url, **trust), "CLIENT_CERT")
        cert, key = map(str, certificate)
        live = suite.against(url, API_PREFIX="/", CLIENT_CERT=cert, CLIENT_KEY=key, **trust)
        assert live.run(WAIT).code == 0


def test_http_for_https_and_the_other_way_round(
    suite: Suite, certificate: tuple[Path, Path]
) -> None:
    with plain_server(FINE) as server:
        run = refused(suite, server.url.replace("http:", "https:"))
        assert_advised(run, f"set BASE_URL={server.url}")


def test_a_port_that_speaks_something_else(suite: Suite) -> None:
    with accepting(lambda connection: connection.sendall(b"+OK ready\r\n")) as port:
        url = f"http://127.0.0.1:{port}"
        assert_advised(refused(suite, url), "READINESS=tcp")
        assert suite.against(url, READINESS="tcp").run(WAIT).code == 0


STRANGE = {
    # The settings of HTTP/2, as a server without TLS sends them at once.
    "h2c": (
        b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80\0\4\0\1\0\0\0\5\0\xff\xff\xff\n\n",
        "HTTP/2 without TLS",
    ),
    "reset": (b"", "look at the log of the service and of proxies, or set BASE_URL=https"),
}


@pytest.mark.parametrize("how", STRANGE)
def test_what_is_no_answer_is_named_in_words(suite: Suite, how: str) -> None:
    said, advice = STRANGE[how]

    def serve(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(said)
        if not said:
            close_with_reset(connection)

    with accepting(serve) as port:
        run = refused(suite, f"http://127.0.0.1:{port}")
    assert_advised(run, advice)
    assert "\\x" not in run.err


def test_no_answer_reaches_the_terminal_as_a_command(suite: Suite) -> None:
    evil = "\u009b31m\u0090q\u202efdp\u2066\u200f"
    with plain_server({"/health": (500, TEXT, f"a{evil}b"), "/": (200, TEXT, "ok")}) as server:
        live = suite.against(server.url, API_PREFIX="/", WAIT_TIMEOUT="1s")
        found = live.run(WAIT, flags=("--log-format=raw",))
        smoke = live.run("scenarios/smoke.js", flags=("--log-format=raw",))
    assert found.code == NEVER_HEALTHY
    assert "a 31m q fdp b" in found.err
    for text in (found.everything, smoke.everything, smoke.summary_text):
        assert not [sign for sign in text if sign in evil and not sign.isascii()]


@pytest.mark.parametrize(("readiness", "code"), [("tcp", NEVER_HEALTHY), ("none", 0)])
def test_a_closed_port(suite: Suite, readiness: str, code: int) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert suite.against(url, READINESS=readiness, WAIT_TIMEOUT="1s").run(WAIT).code == code


def test_a_wrong_answer_that_lasts_ends_the_wait(suite: Suite) -> None:
    with plain_server({}) as server:
        run = suite.against(server.url, WAIT_TIMEOUT="25s").run(WAIT)
    assert run.code == NEVER_HEALTHY
    assert run.seconds < 20


HEADERS = {
    "HEADERS": "X-Tenant: acme | X-Region: eu",
    "SECRET_HEADERS": "X-Gateway-Token: canary-gateway",
    "HOST_HEADER": "api.example.com",
    "RUN_ID": "r7",
}


@pytest.mark.parametrize("entry", [WAIT, "scenarios/smoke.js", "scripts/api-public.js"])
def test_headers_reach_every_request(suite: Suite, entry: str) -> None:
    answers = {
        "/health": FINE["/health"],
        "/openapi.json": (200, JSON, '{"paths": {}}'),
        "/": (200, JSON, "{}"),
    }
    with plain_server(answers) as server:
        live = suite.against(server.url, API_PREFIX="/", VUS=1, TIME_SCALE="0.001", **HEADERS)
        run = live.run(entry, THRESHOLDS=PATIENT, DURATION="1s", THINK_TIME="0.1", samples=True)
    assert run.code == 0, run.everything
    assert len({path for path, _ in server.received}) == {WAIT: 1, "scenarios/smoke.js": 2}.get(
        entry, 3
    )
    for _, headers in server.received:
        assert headers["x-tenant"] == "acme"
        assert headers["x-region"] == "eu"
        assert headers["x-gateway-token"] == "canary-gateway"
        assert headers["host"] == "api.example.com"
        assert headers["user-agent"].startswith("cookiecutter-k6/")
        assert headers["user-agent"].endswith("(my-service; run r7)")


def test_a_repeated_secret_is_not_shown(suite: Suite) -> None:
    with plain_server({"/health": (500, TEXT, "no access with canary-gateway")}) as server:
        run = refused(suite, server.url, SECRET_HEADERS="X-Gateway-Token: canary-gateway")
    assert "no access with ***" in run.err
    assert "canary" not in run.everything


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HEADERS": "Authorization: Bearer x"}, "SECRET_HEADERS"),
        ({"HEADERS": "nonsense"}, "expected headers such as"),
        ({"HOSTS": "nonsense"}, "expected name=address"),
        ({"HEALTH_STATUSES": "2x"}, "expected comma-separated statuses"),
        ({"HEALTH_PRESET": "cobol"}, "expected one of spring-actuator"),
        ({"CLIENT_CERT": "no-such.pem"}, "CLIENT_CERT=no-such.pem: cannot read this file"),
    ],
    ids=str,
)
def test_a_wrong_setting(suite: Suite, settings: dict[str, str], said: str) -> None:
    run = suite.against("http://127.0.0.1:9", **settings).run(WAIT)
    assert run.code == 107
    assert said in run.err


@pytest.mark.parametrize(
    "entry",
    ["scenarios/smoke.js", "scenarios/load.js", "scenarios/soak.js", "scripts/api-public.js"],
)
@pytest.mark.parametrize("settings", [{}, {"OPENAPI_PATH": "/none"}], ids=["asked", "told"])
def test_a_service_without_an_api_description(
    suite: Suite, entry: str, settings: dict[str, str]
) -> None:
    with plain_server({"/health": FINE["/health"]}) as server:
        live = suite.against(server.url, API_PREFIX="/", VUS=1, TIME_SCALE="0.001", **settings)
        run = live.run(entry, THRESHOLDS=PATIENT, DURATION="2s", THINK_TIME="0.05")
    assert run.code == 0, run.everything
    assert "openapi" not in [row["name"] for row in run.summary["endpoints"]]
    asked = [path for path, _ in server.received if path == "/openapi.json"]
    assert len(asked) == (0 if settings else 1)
    assert (
        "openapi: status 404 at /openapi.json, so this run leaves it out" in run.err
    ) is not bool(settings)


def test_an_api_description_that_breaks_is_red(suite: Suite) -> None:
    answers = {"/health": FINE["/health"], "/openapi.json": (500, JSON, "{}")}
    with plain_server(answers) as server:
        live = suite.against(server.url, API_PREFIX="/", VUS=1, DURATION="1s", THINK_TIME="0.05")
        run = live.run("scenarios/smoke.js", THRESHOLDS=PATIENT)
    assert run.code == 99
    assert run.summary["reasons"][0].startswith("openapi: ")
