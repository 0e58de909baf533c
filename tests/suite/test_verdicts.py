"""What is wrong with a service, and the verdict: exit code, endpoint and cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from service.testing import RunningService

from tests.support.isolation import USUAL_COLLECTION
from tests.support.suite_runner import (
    ANY_LATENCY,
    MEGABYTE,
    THRESHOLDS_CROSSED,
    Run,
    Suite,
)

HEALTH = "/api/v1/health"
OPENAPI = "/openapi.json"
ITEMS = "/api/v1/items"
EVERYWHERE = {"skip": 1}
"""All requests but the first, which asks whether the service is healthy before the load."""

CAUSES = {
    "server_error": "server error",
    "client_error": "client error",
    "connection": "connection lost",
    "refused": "connection refused",
    "timeout": "timed out",
    "redirect": "redirected",
    "rate_limited": "rate limited",
    "auth": "not authorised",
    "unexpected": "unexpected status",
}

SCRIPTS = {
    "smoke": "scenarios/smoke.js",
    "health": "scripts/health.js",
    "api-public": "scripts/api-public.js",
    "api-authenticated": "scripts/api-authenticated.js",
}
NAMES = {HEALTH: "health", OPENAPI: "openapi"}


@dataclass(frozen=True)
class Case:
    """A misbehaviour and what a run must say about it.

    Attributes:
        fault, value, where: as in `RunningService.set_fault`.
        errors: cause by endpoint whose requests fail.
        checks: endpoints whose answers are wrong though their requests succeed.
        slow: endpoints that are too slow.
        settings: of the run.
        thresholds: those of latency are off where latency is not what the case is about.
    """

    test: str
    fault: str
    value: Any = True
    where: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()
    settings: Mapping[str, str | float] = field(default_factory=dict)
    thresholds: str = ANY_LATENCY

    @property
    def blamed(self) -> set[str]:
        """The endpoints that the reasons must name, and no others."""
        return {*self.errors, *self.checks, *self.slow}

    def __str__(self) -> str:
        value = "" if self.value is True else f"={self.value}"
        return f"{self.test}-{self.fault}{value}-{'+'.join(sorted(self.blamed)) or 'green'}"


def both(cause: str) -> dict[str, str]:
    return {"health": cause, "openapi": cause}


QUICK = {"REQUEST_TIMEOUT": "1s"}
KEY = {"AUTH_MODE": "api-key"}
BROKEN = [
    ("error", 500, "server_error"),
    ("error", 201, None),
    ("no-content", True, None),
    ("close", True, "connection"),
    ("reset", True, "connection"),
    ("truncated", True, "connection"),
    ("not-http", True, "connection"),
    ("redirect-loop", True, "redirect"),
    ("redirect-login", True, "redirect"),
    ("redirect-host", True, "redirect"),
]
WRONG_BODIES = ["garbage", "empty", "null", "list", "nan", "bom"]

CASES = [
    # All of the service.
    *(
        Case("smoke", name, value, EVERYWHERE, both(cause) if cause else {}, ("health", "openapi"))
        for name, value, cause in BROKEN
    ),
    *(Case("smoke", name, where=EVERYWHERE, checks=("health", "openapi")) for name in WRONG_BODIES),
    # With these the description counts as absent, and is left out.
    Case("smoke", "error", 404, EVERYWHERE, {"health": "client_error"}, ("health",)),
    Case("smoke", "error", 403, EVERYWHERE, {"health": "auth"}, ("health",)),
    Case("smoke", "hang", True, EVERYWHERE, both("timeout"), settings=QUICK),
    Case("smoke", "rate-limit", 1, {"window": 60}, both("rate_limited")),
    Case("smoke", "slow", 600, EVERYWHERE, slow=("health", "openapi"), thresholds=""),
    Case("health", "error", 500, EVERYWHERE, {"health": "server_error"}),
    Case("health", "slow", 150, EVERYWHERE, checks=("health",)),
    # One endpoint of it.
    Case("smoke", "error", 500, {"only": OPENAPI}, {"openapi": "server_error"}),
    Case("smoke", "error", 503, {"only": HEALTH, "skip": 1}, {"health": "server_error"}),
    Case(
        "smoke",
        "slow",
        600,
        {"only": OPENAPI},
        slow=("openapi",),
        thresholds="http_req_duration{name:health}=p(95)<5000",
    ),
    Case(
        "smoke",
        "slow",
        150,
        {"only": HEALTH, "skip": 1},
        slow=("health",),
        thresholds="http_req_duration{name:api}=p(95)<5000",
    ),
    Case("smoke", "garbage", where={"only": OPENAPI}, checks=("openapi",)),
    Case("smoke", "openapi-broken", checks=("openapi",)),
    Case("smoke", "unhealthy", where={"skip": 1}, checks=("health",)),
    Case("smoke", "wrong-service", where={"skip": 1}, checks=("health",)),
    Case("smoke", "wrong-types", where=EVERYWHERE, checks=("health",)),
    Case("smoke", "wrong-content-type", checks=("openapi",)),
    Case("smoke", "wrong-content-type", "text/plain", checks=("openapi",)),
    Case("smoke", "drip", 0.01, {"only": OPENAPI}, {"openapi": "timeout"}, settings=QUICK),
    Case(
        "smoke",
        "truncated",
        True,
        {"only": OPENAPI, "hold": True},
        {"openapi": "timeout"},
        settings=QUICK,
    ),
    Case("smoke", "reset", "middle", {"only": OPENAPI}, {"openapi": "connection"}),
    Case("smoke", "error", 500, {"only": OPENAPI, "rate": 0.5}, {"openapi": "server_error"}),
    Case("api-public", "error", 500, {"only": "/"}, {"root": "server_error"}),
    Case("api-public", "hang", True, {"only": "/"}, {"root": "timeout"}, settings=QUICK),
    # The resource behind the login.
    Case(
        "api-authenticated",
        "error",
        500,
        {"only": ITEMS, "method": "PATCH"},
        {"PATCH /items/{id}": "server_error"},
        settings=KEY,
    ),
    Case(
        "api-authenticated",
        "openapi-broken",
        where={"only": ITEMS, "method": "GET"},
        checks=("GET /items", "GET /items/{id}"),
        settings=KEY,
    ),
    Case(
        "api-authenticated",
        "garbage",
        where={"only": ITEMS, "method": "GET"},
        checks=("GET /items", "GET /items/{id}"),
        settings=KEY,
    ),
    # Nothing wrong.
    Case("api-public", "root-missing"),
    Case("api-public", "garbage", where={"only": "/"}),
    Case("api-public", "no-content", where={"only": "/"}),
    Case("smoke", "slow", 20, EVERYWHERE),
    Case("smoke", "wrong-content-type", "application/problem+json"),
]


QUICK_CASES = {
    "smoke-error=500-openapi",
    "smoke-garbage-openapi",
    "smoke-close-health+openapi",
    "api-public-root-missing-green",
}
"""One of each kind for `make test-fast`."""


def by_speed(cases: Iterable[Case]) -> list[Any]:
    """Mark all but a few as slow."""
    slow = pytest.mark.slow
    return [pytest.param(case, marks=() if str(case) in QUICK_CASES else slow) for case in cases]


@pytest.mark.parametrize("case", by_speed(CASES), ids=str)
def test_verdict(case: Case, suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault(case.fault, case.value, **case.where)
    live = suite.against(faulty.url, VUS=1, DURATION="1s", TIME_SCALE="0.005", THINK_TIME="0.1")
    ready = live.having(THRESHOLDS=case.thresholds, **case.settings)
    run = ready.run(SCRIPTS[case.test])
    assert run.code == (THRESHOLDS_CROSSED if case.blamed else 0), run.everything
    assert run.passed is (not case.blamed), run.reasons
    assert run.summary["metrics"]["scriptErrors"] == 0
    assert len(run.err) < 5000
    assert run.seconds < 8
    assert_blames(run, case)


def assert_blames(run: Run, case: Case) -> None:
    assert named_in(run) == case.blamed, run.reasons
    for name, cause in case.errors.items():
        assert set(run.endpoint(name)["errorTypes"]) == {cause}
        assert f"{CAUSES[cause]}" in reason_for(run, name)
        assert f"{name}: " in run.err
    for name in case.checks:
        assert "checks failed" in reason_for(run, name)
        assert f"'{name} " in reason_for(run, name)
    for name in case.slow:
        assert "too slow, p95 " in reason_for(run, name)
        assert run.endpoint(name)["errors"] == 0
    for row in run.summary["endpoints"]:
        if row["name"] not in case.blamed:
            assert row["errors"] == row["checks"]["fails"] == 0
    for reason in run.summary["reasons"]:
        assert reason in run.out
    assert ("PASSED" in run.out) is (not case.blamed)
    assert ("FAILED" in run.out) is bool(case.blamed)


def named_in(run: Run) -> set[str]:
    """Return the endpoints that the reasons blame."""
    names = [row["name"] for row in run.summary["endpoints"]]
    return {
        name for name in names if any(r.startswith(f"{name}: ") for r in run.summary["reasons"])
    }


def reason_for(run: Run, name: str) -> str:
    return next(str(row) for row in run.summary["reasons"] if row.startswith(f"{name}: "))


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["close", "reset", "not-http", "hang"])
def test_no_latency_threshold_passes_on_a_service_that_answered_nothing(
    fault: str, suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault(fault, skip=1)
    live = suite.against(faulty.url, VUS=1, DURATION="1s", TIME_SCALE="0.003", THINK_TIME="0.1")
    run = live.having(REQUEST_TIMEOUT="1s").run("scenarios/load.js")
    assert run.code == THRESHOLDS_CROSSED
    assert_no_latency_passed(run)


@pytest.mark.slow
def test_no_latency_threshold_passes_on_an_endpoint_that_answered_nothing(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("close", only=HEALTH, skip=1)
    live = suite.against(faulty.url, VUS=1, DURATION="1s", TIME_SCALE="0.003", THINK_TIME="0.1")
    run = live.run("scenarios/load.js")
    assert run.code == THRESHOLDS_CROSSED
    measured = {row["metric"]: row["measured"] for row in run.summary["thresholds"]}
    assert measured["health_duration"] is False
    assert measured["api_duration"] is True


def assert_no_latency_passed(run: Run) -> None:
    latencies = [row for row in run.summary["thresholds"] if "duration" in row["metric"]]
    assert latencies
    assert [row["metric"] for row in latencies if row["ok"] and row["measured"]] == []


@pytest.mark.slow
def test_rate_limits_name_their_retry_after(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("rate-limit", 1, window=60)
    live = suite.against(faulty.url, VUS=1, DURATION="1s", THINK_TIME="0.2")
    run = live.run("scenarios/smoke.js")
    assert run.summary["metrics"]["errorTypes"]["rate_limited"] > 0
    assert "Retry-After: " in run.err
    # No request was sent twice; setup asks for health, and for the description.
    assert faulty.stats()["total"] == run.summary["metrics"]["requests"] + 2


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip-bomb"])
def test_what_nobody_reads_is_not_kept(suite: Suite, faulty: RunningService, packed: bool) -> None:
    faulty.set_fault("huge", 200, only="/", gzip=packed)
    live = suite.against(faulty.url, VUS=2, DURATION="1s", TIME_SCALE="0.005", THINK_TIME="0.1")
    run = live.having(**USUAL_COLLECTION).run("scripts/api-public.js")
    assert run.endpoint("root")["requests"] >= 1
    assert run.endpoint("root")["errors"] == 0
    # Kept, each body would cost several times its 200 MB.
    assert run.peak_memory < 700 * MEGABYTE


@pytest.mark.slow
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip-bomb"])
def test_a_huge_answer_that_is_read(suite: Suite, faulty: RunningService, packed: bool) -> None:
    faulty.set_fault("huge", 20, only="/openapi.json", gzip=packed)
    live = suite.against(faulty.url, VUS=1, DURATION="1s", TIME_SCALE="0.005", THINK_TIME="0.1")
    run = live.having(**USUAL_COLLECTION).run("scripts/api-public.js")
    assert run.code == THRESHOLDS_CROSSED
    assert "openapi has paths" in run.out
    assert run.endpoint("health")["errors"] == 0
    # A few copies of what is read at once, not one for every answer of the run.
    assert run.peak_memory < 600 * MEGABYTE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "cause"),
    [({"AUTH_MODE": "none"}, "auth"), ({"AUTH_MODE": "api-key", "API_KEY": "wrong"}, "auth")],
    ids=["none", "wrong-key"],
)
def test_requests_that_are_not_authorised(
    live: Suite, settings: Mapping[str, str], cause: str
) -> None:
    ready = live.having(VUS=1, TIME_SCALE="0.005", THINK_TIME="0.1", **settings)
    run = ready.run("scripts/api-authenticated.js")
    assert run.code == THRESHOLDS_CROSSED
    assert set(run.endpoint("GET /items")["errorTypes"]) == {cause}
    assert "GET /items: 100%" in run.reasons
    assert "3 endpoints were never requested: GET /items/{id}; " in run.reasons
