"""The next major version of k6 gives the same options and the same verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest
from service.testing import RunningService, free_port

from tests.support.suite_runner import ENTRIES, PATIENT, Inspected, Suite, scale_of

pytestmark = pytest.mark.slow


@pytest.fixture
def newer(suite: Suite, k6_v2_binary: Path) -> Suite:
    """The suite, run by the next major version."""
    short = Suite(k6_v2_binary, suite.load, suite.results)
    return short.having(VUS=2, TIME_SCALE="0.001", THINK_TIME="0.1", THRESHOLDS=PATIENT)


def load_of(found: Inspected) -> object:
    """Return what both versions show alike."""
    return found.key, found.shape, found.thresholds, found.max_vus, found.total_seconds


@pytest.mark.parametrize("entry", ENTRIES)
def test_same_options(suite: Suite, k6_v2_binary: Path, entry: str) -> None:
    newer = Suite(k6_v2_binary, suite.load, suite.results)
    assert load_of(newer.inspect(entry)) == load_of(suite.inspect(entry))


@pytest.mark.parametrize("entries", [ENTRIES[:3], ENTRIES[3:6], ENTRIES[6:]], ids="-".join)
def test_a_healthy_service(newer: Suite, service: RunningService, entries: tuple[str, ...]) -> None:
    live = newer.against(service.url, AUTH_MODE="login", THRESHOLDS=PATIENT)
    for running in [live.start(entry, TIME_SCALE=scale_of(entry)) for entry in entries]:
        run = running.wait()
        assert run.code == 0, run.everything
        assert run.passed
        assert all(row["ok"] and row["measured"] for row in run.summary["thresholds"])
        assert "level=warning" not in run.err
        assert run.errors_logged == []


def test_a_failing_service(newer: Suite, faulty: RunningService) -> None:
    faulty.set_fault("error", 500, only="/openapi.json")
    run = newer.against(faulty.url).run("scenarios/smoke.js")
    assert run.code == 99
    assert "openapi: 100%" in run.reasons
    assert "health: " not in run.reasons


def test_a_dead_service(newer: Suite) -> None:
    run = newer.against(f"http://127.0.0.1:{free_port()}").run("scenarios/smoke.js")
    assert run.code == 107
    assert "refused" in run.err


def test_an_interrupted_run(newer: Suite, faulty: RunningService) -> None:
    running = newer.against(faulty.url, DURATION="1m").start("scenarios/smoke.js")
    running.wait_for(lambda: faulty.stats()["total"] > 10)
    running.interrupt()
    run = running.wait()
    assert run.code == 105
    assert "cut short" in run.reasons


def test_waiting(newer: Suite, faulty: RunningService) -> None:
    live = newer.against(faulty.url, WAIT_TIMEOUT="1s")
    assert live.run("engine/commands/wait-for-service.js").code == 0
    faulty.set_fault("error", 503)
    assert live.run("engine/commands/wait-for-service.js").code == 108
