"""Waiting for a service, as the wrapper does before a run."""

from __future__ import annotations

import pytest
from service.testing import RunningService, free_port, running_service

from tests.support.suite_runner import SCRIPT_ERROR, Suite

pytestmark = pytest.mark.slow

NEVER_HEALTHY = 108
WAIT = "engine/commands/wait-for-service.js"


def test_a_service_that_binds_late(suite: Suite) -> None:
    with running_service(faults={"start-delay": 1.5}, wait=False) as late:
        run = suite.against(late.url, WAIT_TIMEOUT="20s").run(WAIT)
        assert run.code == 0, run.everything
        assert 1 < run.seconds < 15


def test_a_service_that_is_healthy_late(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("late", 1)
    run = suite.against(faulty.url, WAIT_TIMEOUT="20s").run(WAIT)
    assert run.code == 0, run.everything
    statuses = {row["status"] for row in faulty.stats()["requests"]}
    assert statuses == {200, 503}


@pytest.mark.parametrize(
    ("fault", "value", "said"),
    [
        ("error", 503, "status 503"),
        ("garbage", True, "It works!"),
        ("wrong-service", True, "billing"),
        ("unhealthy", "degraded", "degraded"),
        ("redirect-login", True, "status 302"),
        ("redirect-host", True, "status 302"),
    ],
)
def test_a_service_that_never_is(
    suite: Suite, faulty: RunningService, fault: str, value: object, said: str
) -> None:
    faulty.set_fault(fault, value)
    run = suite.against(faulty.url, WAIT_TIMEOUT="1s").run(WAIT)
    assert run.code == NEVER_HEALTHY, run.everything
    assert "not healthy within 1s" in run.err
    assert f"GET {faulty.url}/api/v1/health" in run.err
    assert said in run.err
    assert run.out == ""
    assert run.seconds < 6


def test_a_dead_port(suite: Suite) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    run = suite.against(url, WAIT_TIMEOUT="1s").run(WAIT)
    assert run.code == NEVER_HEALTHY
    assert f"GET {url}/api/v1/health" in run.err
    assert "refused" in run.err


def test_a_service_that_hangs_does_not_hold_the_wait(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("hang")
    run = suite.against(faulty.url, WAIT_TIMEOUT="1s", REQUEST_TIMEOUT="30s").run(WAIT)
    assert run.code == NEVER_HEALTHY
    assert "timeout" in run.err
    assert run.seconds < 6


def test_a_health_document_may_take_seconds(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("slow", 3000, only="/api/v1/health")
    run = suite.against(faulty.url, WAIT_TIMEOUT="20s").run(WAIT)
    assert run.code == 0, run.everything


def test_every_health_path_must_be_healthy(suite: Suite, faulty: RunningService) -> None:
    live = suite.against(faulty.url, HEALTH_PATHS="/health,/api/v1/health", WAIT_TIMEOUT="1s")
    assert live.run(WAIT).code == 0
    faulty.set_fault("error", 500, only="/api/v1/health")
    run = live.run(WAIT)
    assert run.code == NEVER_HEALTHY
    assert "/api/v1/health: status 500" in run.err


@pytest.mark.parametrize(
    "settings",
    [{"BASE_URL": "http://example.com"}, {"BASE_URL": "example.com"}, {"WAIT_TIMEOUT": "soon"}],
    ids=str,
)
def test_bad_settings_are_told_from_a_service_that_is_down(
    suite: Suite, settings: dict[str, str]
) -> None:
    run = suite.having(**settings).run(WAIT)
    assert run.code == SCRIPT_ERROR
    assert "nothing was sent" in run.err
