"""Services that must not be loaded at all: `setup` says why, and nothing more is sent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from service.certificates import make_certificate
from service.testing import RunningService, free_port, running_service

from tests.support.suite_runner import ENTRIES, PATIENT, SCRIPT_ERROR, Run, Suite

# Each of these starts a service that is broken in its own way.
pytestmark = pytest.mark.slow

LOGIN = "/api/v1/auth/login"
PASSWORD = "canary-7d1f-password"


def assert_refused(run: Run, *said: str) -> None:
    """Check exit code, message, and that the summary does not claim anything."""
    assert run.code == SCRIPT_ERROR, run.everything
    for text in said:
        assert text in run.err
    assert run.passed is False
    assert run.summary["metrics"]["iterations"] == 0
    assert "no iteration was completed" in run.reasons
    assert "PASSED" not in run.out
    assert len(run.err) < 3000


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_dead_server(suite: Suite, entry: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    # k6 makes all VUs ready before it asks: few of them.
    run = suite.against(url, VUS=2).run(entry)
    assert_refused(run, "the service is not healthy", f"GET {url}/api/v1/health", "refused")
    assert run.seconds < 10
    latencies = [row for row in run.summary["thresholds"] if "duration" in row["metric"]]
    assert not any(row["measured"] for row in latencies)


def test_another_service_on_the_port(suite: Suite, faulty: RunningService) -> None:
    run = suite.against(faulty.url, API_PREFIX="/other").run("scenarios/smoke.js")
    assert_refused(run, "the service is not healthy", "/other/health: status 404")


@pytest.mark.parametrize(
    ("fault", "value", "said"),
    [
        ("error", 500, "status 500"),
        ("error", 503, "status 503"),
        ("error", 401, "status 401"),
        ("late", 60, "status 503"),
        ("unhealthy", "degraded", "degraded"),
        ("wrong-service", True, "billing"),
        ("garbage", True, "It works!"),
        ("empty", True, "empty body"),
        ("null", True, "status 200, null"),
        ("no-content", True, "status 204"),
        ("redirect-login", True, "status 302"),
        ("redirect-loop", True, "status 302"),
        ("redirect-host", True, "status 302"),
        ("close", True, "EOF"),
        ("reset", True, "reset"),
        ("not-http", True, "malformed HTTP"),
        ("hang", True, "timeout"),
    ],
)
def test_a_service_that_is_not_healthy(
    suite: Suite, faulty: RunningService, fault: str, value: Any, said: str
) -> None:
    faulty.set_fault(fault, value)
    run = suite.against(faulty.url, REQUEST_TIMEOUT="1s").run("scenarios/load.js")
    assert_refused(run, "the service is not healthy", "/api/v1/health", said)
    assert faulty.stats()["total"] == 1
    assert run.seconds < 10


def test_every_health_path_is_asked(suite: Suite, faulty: RunningService) -> None:
    live = suite.against(faulty.url, HEALTH_PATHS="/health,/api/v1/health")
    faulty.set_fault("error", 500, only="/api/v1/health")
    assert_refused(live.run("scenarios/smoke.js"), "/api/v1/health: status 500")
    assert faulty.count("GET", "/health") == 1


@pytest.mark.parametrize(
    ("words", "healthy"), [("*", True), ("UP,degraded", True), ("up", False), ("Degraded", True)]
)
def test_words_for_healthy(suite: Suite, faulty: RunningService, words: str, healthy: bool) -> None:
    faulty.set_fault("unhealthy", "degraded")
    live = suite.against(faulty.url, HEALTH_STATUS_WORDS=words, DURATION="1s")
    live = live.having(THRESHOLDS=PATIENT)
    assert live.run("scenarios/smoke.js").code == (0 if healthy else SCRIPT_ERROR)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"login": "401"}, "status 401"),
        ({"login": "500"}, "status 500"),
        ({"login": "no-token"}, "without a token: found the fields"),
        ({"garbage": {"only": LOGIN}}, "without a token: found no JSON document"),
        ({"null": {"only": LOGIN}}, "without a token: found no JSON document"),
        ({"close": {"only": LOGIN}}, "EOF"),
    ],
    ids=lambda value: str(value).replace(" ", ""),
)
def test_a_login_that_fails(
    suite: Suite, faulty: RunningService, fault: Mapping[str, Any], said: str
) -> None:
    for name, value in fault.items():
        if isinstance(value, dict):
            faulty.set_fault(name, **value)
        else:
            faulty.set_fault(name, value)
    run = log_in(suite, faulty)
    assert_refused(run, "login of loadtest@example.com at /auth/login failed", said)
    assert_silent_about(PASSWORD, run)
    assert faulty.count("POST", LOGIN) == 1


def log_in(suite: Suite, service: RunningService, **settings: str) -> Run:
    live = suite.against(service.url, AUTH_MODE="login", TEST_USER_PASSWORD=PASSWORD, **settings)
    return live.run("scripts/api-authenticated.js", samples=True)


def assert_silent_about(secret: str, run: Run) -> None:
    for place in (run.out, run.err, run.summary_text, run.samples_text):
        assert secret not in place


def test_a_wrong_password(suite: Suite, faulty: RunningService) -> None:
    run = log_in(suite, faulty)
    assert_refused(run, "login of loadtest@example.com at /auth/login failed", "status 401")
    assert_silent_about(PASSWORD, run)


def test_a_service_that_repeats_the_password(suite: Suite, faulty: RunningService) -> None:
    # Its 422 quotes the body it did not like.
    run = log_in(suite, faulty, LOGIN_PATH="/auth/refresh")
    assert_refused(run, "login of loadtest@example.com at /auth/refresh failed", "status 422")
    assert_silent_about(PASSWORD, run)


@pytest.mark.parametrize("kind", ["self-signed", "expired", "wrong-name"])
def test_certificates_that_nobody_trusts(suite: Suite, tmp_path: Path, kind: Any) -> None:
    certificate, key = make_certificate(tmp_path, kind)
    with running_service(args=("--tls-cert", str(certificate), "--tls-key", str(key))) as secure:
        live = suite.against(secure.url, DURATION="1s", THRESHOLDS=PATIENT)
        assert_refused(live.run("scenarios/smoke.js"), "certificate")
        if kind != "self-signed":
            return
        trusting = live.having(INSECURE_SKIP_TLS_VERIFY="true").run("scenarios/smoke.js")
        assert trusting.code == 0, trusting.everything
        assert "TLS certificates are not verified" in trusting.err


def test_tls_on_a_plain_port(suite: Suite, faulty: RunningService) -> None:
    run = suite.against(faulty.url.replace("http:", "https:")).run("scenarios/smoke.js")
    assert_refused(run, "HTTP response to HTTPS client")


def test_a_host_that_does_not_exist(suite: Suite) -> None:
    run = suite.against("http://nowhere.localhost.invalid", ALLOWED_HOSTS="*.invalid").run(
        "scenarios/smoke.js"
    )
    assert_refused(run, "nowhere.localhost.invalid", "lookup")
