"""How much load and which thresholds, as k6 itself understands them."""

from __future__ import annotations

import itertools

import pytest

from tests.suite import expected_load
from tests.support.suite_runner import SCENARIOS, SCRIPTS, Suite

# One process of pytest-xdist: `Suite.inspect` starts k6 once for the same question.
pytestmark = pytest.mark.xdist_group("planned load")

GRACE = 30.0
"""k6 lets the last iterations take this long, seconds."""

SHAPES = [(s, p) for s, profiles in expected_load.PROFILES.items() for p in profiles]
ALL = list(itertools.product(expected_load.SETS, SCENARIOS))


def entry_of(profile: str) -> tuple[str, dict[str, str]]:
    """Return what runs a profile: its scenario file, or a script that is told to."""
    if profile in SCENARIOS:
        return f"scenarios/{profile}.js", {}
    return "scripts/health.js", {"PROFILE": profile}


@pytest.mark.parametrize(("profile_set", "profile"), SHAPES)
def test_shape(suite: Suite, profile_set: str, profile: str) -> None:
    script, settings = entry_of(profile)
    found = suite.inspect(script, PROFILE_SET=profile_set, **settings)
    wanted = expected_load.PROFILES[profile_set][profile]
    assert found.key == profile
    assert found.shape == wanted
    assert found.max_vus == wanted.peak
    assert found.total_seconds == wanted.seconds + GRACE


@pytest.mark.parametrize(("profile_set", "profile"), list(expected_load.TOTALS))
def test_total_length(suite: Suite, profile_set: str, profile: str) -> None:
    found = suite.inspect(f"scenarios/{profile}.js", PROFILE_SET=profile_set)
    assert found.shape.seconds == expected_load.TOTALS[profile_set, profile]


@pytest.mark.parametrize(("profile_set", "profile"), list(expected_load.PEAKS))
def test_peak(suite: Suite, profile_set: str, profile: str) -> None:
    found = suite.inspect(f"scenarios/{profile}.js", PROFILE_SET=profile_set)
    assert found.shape.peak == found.max_vus == expected_load.PEAKS[profile_set, profile]


@pytest.mark.parametrize("profile_set", expected_load.SETS)
def test_breakpoint_climbs_in_steps_and_comes_down(suite: Suite, profile_set: str) -> None:
    shape = suite.inspect("scenarios/breakpoint.js", PROFILE_SET=profile_set).shape
    assert shape.stages[:5] == expected_load.BREAKPOINT_STEPS
    assert shape.stages[-1][1] == 0


def test_breakpoint_ends_where_the_service_breaks(suite: Suite) -> None:
    (entry,) = suite.inspect("scenarios/breakpoint.js").options["thresholds"]["http_req_failed"]
    assert entry["abortOnFail"] is True
    assert entry["delayAbortEval"]


def test_cdc_stress_climbs_through_its_steps(suite: Suite) -> None:
    stages = suite.inspect("scenarios/stress.js", PROFILE_SET="cdc").shape.stages
    targets = [target for target, _ in itertools.groupby(target for _, target in stages)]
    assert targets == [50, 100, 150, 0]


def test_cdc_spike_starts_from_and_returns_to_its_base(suite: Suite) -> None:
    stages = suite.inspect("scenarios/spike.js", PROFILE_SET="cdc").shape.stages
    targets = [target for target, _ in itertools.groupby(target for _, target in stages)]
    assert targets == [10, 500, 10, 0]


def test_extended_soak_lasts_four_hours_at_least(suite: Suite) -> None:
    assert suite.inspect("scenarios/soak.js", PROFILE_SET="extended").shape.seconds >= 4 * 3600


def test_core_soak_lasts_half_an_hour_at_least(suite: Suite) -> None:
    assert suite.inspect("scenarios/soak.js").shape.seconds >= 1800


@pytest.mark.parametrize(("profile_set", "profile"), list(expected_load.SCENARIO_THRESHOLDS))
def test_scenario_thresholds(suite: Suite, profile_set: str, profile: str) -> None:
    found = suite.inspect(f"scenarios/{profile}.js", PROFILE_SET=profile_set).thresholds
    assert_holds(found, expected_load.SCENARIO_THRESHOLDS[profile_set, profile])


@pytest.mark.parametrize("script", list(expected_load.SCRIPT_THRESHOLDS))
def test_script_thresholds(suite: Suite, script: str) -> None:
    found = suite.inspect(f"scripts/{script}.js").thresholds
    assert_holds(found, expected_load.SCRIPT_THRESHOLDS[script])


def assert_holds(found: expected_load.Thresholds, wanted: expected_load.Thresholds) -> None:
    assert {metric: found.get(metric) for metric in wanted} == wanted


@pytest.mark.parametrize("script", list(expected_load.SCRIPT_SHAPES))
def test_script_without_a_profile_runs_its_own_shape(suite: Suite, script: str) -> None:
    found = suite.inspect(f"scripts/{script}.js")
    assert (found.key, found.shape) == expected_load.SCRIPT_SHAPES[script]


@pytest.mark.parametrize(("profile_set", "profile"), ALL)
def test_every_scenario_proves_that_it_ran(suite: Suite, profile_set: str, profile: str) -> None:
    found = suite.inspect(f"scenarios/{profile}.js", PROFILE_SET=profile_set).thresholds
    assert found[f"iterations{{scenario:{profile}}}"] == ["count>0"]
    assert found["script_errors"] == ["count<1"]
    assert found["http_req_failed"]
    assert found["checks"]
    endpoints = expected_load.ENDPOINTS.get(profile, ("health",))
    # Its description is left out where the service has none.
    for endpoint in (name for name in endpoints if name != "openapi"):
        assert found[f"http_reqs{{name:{endpoint}}}"] == ["count>0"]
        assert found[f"http_req_failed{{name:{endpoint}}}"] == found["http_req_failed"]
        assert found[f"checks{{name:{endpoint}}}"] == found["checks"]


@pytest.mark.parametrize(("script", "profile"), list(itertools.product(SCRIPTS, SCENARIOS)))
def test_any_script_runs_any_profile(suite: Suite, script: str, profile: str) -> None:
    found = suite.inspect(f"scripts/{script}.js", PROFILE=profile)
    assert found.key == profile
    assert found.shape == suite.inspect(f"scenarios/{profile}.js").shape
    assert found.options["tags"]["test_type"] == expected_load.TEST_TYPES[script]
    # The API description is left out of a run if the service has none.
    for endpoint in set(expected_load.ENDPOINTS[script]) - {"openapi"}:
        assert found.thresholds[f"http_reqs{{name:{endpoint}}}"] == ["count>0"]


@pytest.mark.parametrize("slo", list(expected_load.SLO))
@pytest.mark.parametrize("profile", SCENARIOS)
def test_slo_adds_its_thresholds(suite: Suite, profile: str, slo: str) -> None:
    found = suite.inspect(f"scenarios/{profile}.js", SLO=slo).thresholds
    for metric, expressions in expected_load.SLO[slo].items():
        assert set(expressions) <= set(found[metric])
    rate = expected_load.SLO_RATES.get(slo)
    assert found.get("http_reqs", []) == ([rate] if rate and profile != "smoke" else [])


def test_slo_keeps_the_thresholds_that_were_there(suite: Suite) -> None:
    plain = suite.inspect("scenarios/load.js").thresholds
    with_slo = suite.inspect("scenarios/load.js", SLO="target").thresholds
    assert {metric: with_slo[metric][: len(plain[metric])] for metric in plain} == plain
