"""Logins of the virtual users: how many, when renewed, and what happens when tokens die early."""

from __future__ import annotations

from typing import Any

import pytest
from service.testing import RunningService, running_service

from tests.suite.running import PATIENT, Run, Suite

pytestmark = pytest.mark.slow

LOGIN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
SCRIPT = "scripts/api-authenticated.js"

FORGIVING = ";".join(
    [
        PATIENT,
        *(f"http_req_failed{tag}=rate<0.5" for tag in ("", "{kind:api_read}", "{kind:api_write}")),
    ]
)
"""A single 401 in a short run is more than one in a hundred."""


def signed_in(suite: Suite, service: RunningService, **settings: Any) -> Suite:
    live = suite.against(service.url, AUTH_MODE="login", THRESHOLDS=PATIENT)
    short = live.having(VUS=1, DURATION="2s", TIME_SCALE="0.005", THINK_TIME="0.05")
    return short.having(**settings)


def retries(run: Run) -> int:
    return sum(row.metric == "auth_retries" for row in run.samples())


def test_each_user_logs_in_once(suite: Suite) -> None:
    with running_service(args=("--record", "10000")) as attentive:
        run = signed_in(suite, attentive, VUS=3, DURATION="1s").run(SCRIPT, samples=True)
        bodies = [row["body"] for row in attentive.stats()["recent"] if row["path"] == LOGIN]
    assert run.code == 0, run.everything
    assert run.summary["metrics"]["iterations"] > 6
    assert retries(run) == 0
    # One each, and one in setup to find out before the load whether it works.
    assert len(bodies) == 4
    assert len(set(bodies)) == 3


def test_tokens_are_renewed_before_they_expire(suite: Suite) -> None:
    # They say two seconds and live a little less: at least a tenth has to be left.
    with running_service(args=("--token-lifetime", "2"), faults={"token-life": 1.9}) as strict:
        run = signed_in(suite, strict, DURATION="4s").run(SCRIPT, samples=True)
        assert run.code == 0, run.everything
        assert run.summary["metrics"]["errors"] == 0
        assert retries(run) == 0
        assert strict.count("POST", REFRESH) >= 2
        assert strict.count("POST", LOGIN) == 2


@pytest.mark.parametrize("how", ["401", "500", "no-token"])
def test_without_refresh_the_password_serves(suite: Suite, how: str) -> None:
    with running_service(args=("--token-lifetime", "1"), faults={"refresh": how}) as strict:
        run = signed_in(suite, strict, THRESHOLDS=FORGIVING).run(SCRIPT)
        assert run.code == 0, run.everything
        assert strict.count("POST", LOGIN) >= 3


def test_a_token_that_dies_early_costs_one_retry(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("token-life", 1)
    running = signed_in(suite, faulty, THRESHOLDS=FORGIVING).start(SCRIPT, samples=True)
    running.wait_for(lambda: faulty.count("POST", LOGIN) == 2)
    faulty.set_fault("token-life", False)
    run = running.wait()
    assert run.code == 0, run.everything
    assert retries(run) == 1
    assert run.summary["metrics"]["errorTypes"] == {"auth": 1}
    assert run.summary["failedChecks"] == []
    assert faulty.count("POST", REFRESH) == 1


def test_a_service_that_drops_every_token_is_red(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("token-life", 0)
    run = signed_in(suite, faulty, DURATION="1s").run(SCRIPT)
    assert run.code == 99
    assert "not authorised" in run.reasons
    requests = run.summary["metrics"]["requests"]
    # One retry for each request, never a second.
    assert faulty.count("POST", LOGIN) + faulty.count("POST", REFRESH) <= requests / 2 + 2


def test_a_login_that_breaks_mid_run_is_red(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("login", "500", skip=1)
    run = signed_in(suite, faulty, DURATION="1s").run(SCRIPT)
    assert run.code == 99
    assert "auth login" in run.err
    assert "loadtest123" not in run.err + run.out
    assert len(run.err) < 20_000


def test_a_key_needs_no_login(suite: Suite, faulty: RunningService) -> None:
    run = signed_in(suite, faulty, AUTH_MODE="api-key", DURATION="1s").run(SCRIPT)
    assert run.code == 0
    assert faulty.count("POST", LOGIN) == 0
