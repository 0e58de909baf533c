"""A soak notices a service that slows down, and only that: two real runs, side by side."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from service.testing import RunningService, running_service

from tests.support.suite_runner import ANY_LATENCY, THRESHOLDS_CROSSED, Suite

pytestmark = pytest.mark.slow

# The shortest soak that judges growth, seconds; the service slows down in the middle.
SECONDS = 60
SLOWS_DOWN_AFTER = 25
SLOW_MS = 200


@pytest.fixture
def steady() -> Iterator[RunningService]:
    """A service that always takes as long: what the machine adds is little against that."""
    with running_service(faults={"slow": SLOW_MS}) as running:
        yield running


def test_growth_is_named_and_a_steady_service_is_not_blamed(
    suite: Suite, steady: RunningService, faulty: RunningService
) -> None:
    faulty.set_fault("slow", SLOW_MS)
    settings: dict[str, str | float] = {
        "VUS": 2,
        "DURATION": f"{SECONDS}s",
        "THINK_TIME": 0.2,
        "THRESHOLDS": ANY_LATENCY,
    }
    growing = suite.against(faulty.url, **settings).start("scenarios/soak.js")
    even = suite.against(steady.url, **settings).start("scenarios/soak.js")
    time.sleep(SLOWS_DOWN_AFTER)
    faulty.set_fault("slow", 4 * SLOW_MS)
    red, green = growing.wait(2 * SECONDS), even.wait(2 * SECONDS)
    assert red.code == THRESHOLDS_CROSSED
    assert "soak_slowdown" in red.reasons
    assert green.passed, green.reasons
    watched = [row for row in green.summary["thresholds"] if row["metric"] == "soak_slowdown"]
    assert [row["measured"] for row in watched] == [True]
