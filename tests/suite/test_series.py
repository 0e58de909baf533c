"""The number of time series does not grow with the run."""

from __future__ import annotations

import pytest
from service.testing import RunningService

from tests.support.suite_runner import Run, Sample, Suite

pytestmark = pytest.mark.slow

WARM_UP = 40
ENOUGH = 120
TIMELINE = ("timeline_duration", "timeline_requests", "timeline_failures")
BY_TIME = {"data_sent", "data_received", "vus", "vus_max", *TIMELINE}
"""Measured by time, not by iteration."""
MOST_SLICES = 60


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
    over_time: set[tuple[object, ...]] = set()
    iterations = 0
    for sample in run.samples():
        iterations += sample.metric == "iterations"
        if sample.metric in TIMELINE:
            over_time.add((sample.metric, sample.tags["name"], sample.tags["slice"]))
        if sample.metric in BY_TIME:
            continue
        all_of_them.add(series(sample))
        if iterations <= WARM_UP:
            early.add(series(sample))
    assert iterations >= ENOUGH, iterations
    assert {name for name, *_ in all_of_them - early} == set()
    assert len(all_of_them) < 150
    endpoints = {name for _, name, _ in over_time}
    assert 0 < len(over_time) <= len(TIMELINE) * MOST_SLICES * len(endpoints)


MANY = """
import { defineResourceTest } from '../lib/resources.js';
import { uniqueName } from '../lib/unique-name.js';

const steps = [
  { do: 'create', body: () => ({ title: uniqueName('One of many') }), trend: 'many_duration' },
  { do: 'read' },
];
const test = defineResourceTest('many', [{ path: '/tickets', group: 'many', list: 'data', steps }]);
const scenario = { executor: 'shared-iterations', vus: 10, iterations: 10000, maxDuration: '2m' };

export const options = {
  ...test.options,
  scenarios: { many: { ...scenario, tags: test.options?.scenarios?.many.tags } },
};
export const { setup, teardown, handleSummary } = test;
export default test.iteration;
"""


def test_ten_thousand_ids_make_no_series(suite: Suite, faulty: RunningService) -> None:
    (suite.load / "scripts" / "many.js").write_text(MANY, encoding="utf-8")
    live = suite.against(faulty.url, AUTH_MODE="api-key", VUS=10, RUN_ID="r")
    any_latency = "http_req_duration=p(95)<9000;http_req_duration{name:api}=p(95)<9000"
    run = live.start("scripts/many.js", samples=True, THRESHOLDS=any_latency).wait(150)
    assert run.code == 0, run.everything
    assert run.summary["metrics"]["iterations"] == 10_000
    assert run.endpoint("GET /tickets/{id}")["requests"] == 10_000
    before, after = series_of_first(run, WARM_UP)
    assert after == before
    assert len(after) < 100


def series_of_first(run: Run, iterations: int) -> tuple[set[str], set[str]]:
    """Return the series of the first iterations and those of the whole run.

    Lines are compared as text: parsing half a million of them would take a minute.
    """
    early: set[str] = set()
    whole: set[str] = set()
    done = 0
    with (run.folder / "samples.json").open(encoding="utf-8") as lines:
        for line in lines:
            metric = line[: line.index('"type"')]
            if '"tags":' not in line or any(f'"{name}"' in metric for name in BY_TIME):
                continue
            done += '"metric":"iterations"' in metric
            whole.add(metric + line[line.index('"tags":') :])
            if done <= iterations:
                early.add(metric + line[line.index('"tags":') :])
    return early, whole


def series(sample: Sample) -> tuple[object, ...]:
    """Return what makes a time series."""
    return (sample.metric, *sorted(sample.tags.items()))
