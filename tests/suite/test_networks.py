"""Ways to a service: IPv6 alone, and proxies that the environment names."""

from __future__ import annotations

import pytest
from service.testing import RunningService, free_port, running_service

from tests.support.suite_runner import PATIENT, SCRIPT_ERROR, Suite

pytestmark = pytest.mark.slow

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY")


def through(proxy: str) -> dict[str, str]:
    """Return the environment of a machine that sends everything through a proxy."""
    return {**dict.fromkeys(PROXIES, proxy), "NO_PROXY": "", "no_proxy": ""}


def test_a_service_that_listens_on_ipv6_alone(suite: Suite) -> None:
    with running_service(args=("--host", "::1")) as six:
        there = f"http://[::1]:{six.port}"
        live = suite.having(DURATION="1s", THRESHOLDS=PATIENT)
        run = live.against(there).run("scenarios/smoke.js")
        assert run.code == 0, run.everything
        assert run.summary["run"]["target"] == there
        # k6 dials the IPv4 address of a name that has both.
        missed = live.against(f"http://localhost:{six.port}").run("scenarios/smoke.js")
    assert missed.code == SCRIPT_ERROR, missed.everything
    assert "connection refused" in missed.err
    assert f"needs BASE_URL={there}" in missed.err


def test_no_proxy_stands_before_this_machine(live: Suite) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    run = live.having(DURATION="1s", THRESHOLDS=PATIENT, **through(dead)).run("scenarios/smoke.js")
    assert run.code == 0, run.everything
    assert "the load goes through the proxy" not in run.err


def test_a_proxy_that_is_down_is_named(suite: Suite) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    away = suite.against("http://service.invalid", ALLOWED_HOSTS="service.invalid", **through(dead))
    run = away.run("scenarios/smoke.js")
    assert run.code == SCRIPT_ERROR, run.everything
    assert f"proxyconnect tcp: dial tcp {dead.removeprefix('http://')}" in run.err
    assert f"HTTP_PROXY: the load goes through the proxy {dead}" in run.err
    assert "set NO_PROXY=service.invalid" in run.err


def test_a_proxy_is_used_for_other_hosts(suite: Suite, faulty: RunningService) -> None:
    away = suite.against(
        "http://service.invalid",
        ALLOWED_HOSTS="service.invalid",
        DURATION="1s",
        THRESHOLDS=PATIENT,
        **through(faulty.url),
    )
    run = away.run("scenarios/smoke.js")
    assert faulty.stats()["total"] > 0, "nothing came through the proxy"
    assert run.code in (0, SCRIPT_ERROR, 99), run.everything
