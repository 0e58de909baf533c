"""The number of time series does not grow with the run."""

from __future__ import annotations

import pytest

from tests.suite.running import Sample, Suite

pytestmark = pytest.mark.slow

WARM_UP = 40
ENOUGH = 120
BY_TIME = {"data_sent", "data_received", "vus", "vus_max"}
"""k6 measures these each second, not each iteration."""


@pytest.mark.parametrize(
    ("script", "settings"),
    [
        ("scripts/health.js", {"DURATION": "2s"}),
        ("scripts/api-public.js", {"TIME_SCALE": "0.02"}),
        ("scripts/api-authenticated.js", {"DURATION": "4s", "VUS": "2"}),
    ],
)
def test_series_are_complete_early(live: Suite, script: str, settings: dict[str, str]) -> None:
    usual = {"VUS": "1", "TIME_SCALE": "0.001", "THINK_TIME": "0", "RUN_ID": "r"}
    ready = live.having(AUTH_MODE="api-key", **{**usual, **settings})
    run = ready.run(script, samples=True)
    early: set[tuple[object, ...]] = set()
    all_of_them: set[tuple[object, ...]] = set()
    iterations = 0
    for sample in run.samples():
        iterations += sample.metric == "iterations"
        if sample.metric in BY_TIME:
            continue
        all_of_them.add(series(sample))
        if iterations <= WARM_UP:
            early.add(series(sample))
    assert iterations >= ENOUGH, iterations
    assert {name for name, *_ in all_of_them - early} == set()
    assert len(all_of_them) < 150


def series(sample: Sample) -> tuple[object, ...]:
    """Return what makes a time series."""
    return (sample.metric, *sorted(sample.tags.items()))
