"""VUS, DURATION and TIME_SCALE, on every scenario and script, in every profile set."""

from __future__ import annotations

import itertools
import math

import pytest

from tests.suite import expected_load
from tests.support.suite_runner import ENTRIES, SCENARIOS, SCRIPTS, Shape, Suite

# Some hundred calls of `k6 inspect`.
pytestmark = pytest.mark.slow

EVERYTHING = [
    *itertools.product(expected_load.SETS, [f"scenarios/{name}.js" for name in SCENARIOS]),
    *itertools.product(["core"], [f"scripts/{name}.js" for name in SCRIPTS]),
]


def scaled(target: int, factor: float) -> int:
    """Return a target in proportion: rounded half up, and never down to nobody."""
    return max(1, math.floor(target * factor + 0.5)) if target else 0


@pytest.mark.parametrize(("profile_set", "script"), EVERYTHING)
@pytest.mark.parametrize("vus", [7])
def test_vus_scales_every_stage(suite: Suite, profile_set: str, script: str, vus: int) -> None:
    plain = suite.inspect(script, PROFILE_SET=profile_set).shape
    found = suite.inspect(script, PROFILE_SET=profile_set, VUS=vus)
    wanted = tuple((secs, scaled(users, vus / plain.peak)) for secs, users in plain.stages)
    assert found.shape == Shape(plain.executor, wanted)
    assert found.shape.peak == found.max_vus == vus
    assert found.options["tags"]["target_vus"] == str(vus)


@pytest.mark.parametrize(("profile_set", "script"), EVERYTHING)
def test_duration_sets_every_hold(suite: Suite, profile_set: str, script: str) -> None:
    plain = suite.inspect(script, PROFILE_SET=profile_set).shape
    found = suite.inspect(script, PROFILE_SET=profile_set, DURATION="1m30s").shape
    if not plain.holds:
        assert found.seconds == pytest.approx(90, abs=0.01)
        assert [users for _, users in found.stages] == [users for _, users in plain.stages]
        return
    wanted = tuple(
        (90.0 if index in plain.holds else secs, users)
        for index, (secs, users) in enumerate(plain.stages)
    )
    assert found.stages == wanted


@pytest.mark.parametrize(("profile_set", "script"), EVERYTHING)
def test_time_scale_stretches_every_stage(suite: Suite, profile_set: str, script: str) -> None:
    plain = suite.inspect(script, PROFILE_SET=profile_set).shape
    found = suite.inspect(script, PROFILE_SET=profile_set, TIME_SCALE="0.1").shape
    assert [users for _, users in found.stages] == [users for _, users in plain.stages]
    for (secs, _), (original, _) in zip(found.stages, plain.stages, strict=True):
        assert secs == pytest.approx(original * 0.1, abs=0.001)


@pytest.mark.parametrize("script", ENTRIES)
def test_duration_and_time_scale_share_the_work(suite: Suite, script: str) -> None:
    plain = suite.inspect(script).shape
    found = suite.inspect(script, VUS=3, DURATION="7s", TIME_SCALE="0.01").shape
    assert found.peak == 3
    if not plain.holds:
        assert found.seconds == pytest.approx(7, abs=0.01)
    for index, (secs, _) in enumerate(found.stages):
        if index in plain.holds:
            assert secs == 7
        elif plain.holds:
            assert secs == pytest.approx(plain.stages[index][0] * 0.01, abs=0.001)


def test_time_scale_never_makes_a_constant_load_shorter_than_k6_allows(suite: Suite) -> None:
    found = suite.inspect("scenarios/smoke.js", TIME_SCALE="0.001")
    assert found.options["totalDuration"] == "31s"


@pytest.mark.parametrize("script", ENTRIES)
@pytest.mark.parametrize("vus", [1, 2, 100000])
def test_extreme_users_make_options_that_k6_accepts(suite: Suite, script: str, vus: int) -> None:
    assert suite.inspect(script, VUS=vus).max_vus == vus


@pytest.mark.parametrize("duration", ["1s", "90s", "1m30s", "1.5m", "2h", "1d", "1h2m3s4ms"])
def test_durations_k6_knows_are_accepted(suite: Suite, duration: str) -> None:
    assert suite.inspect("scenarios/smoke.js", DURATION=duration).total_seconds > 30


@pytest.mark.parametrize("profile_set", expected_load.SETS)
def test_a_profile_of_the_set_runs_in_a_script(suite: Suite, profile_set: str) -> None:
    own = suite.inspect("scenarios/stress.js", PROFILE_SET=profile_set)
    script = suite.inspect("scripts/health.js", PROFILE_SET=profile_set, PROFILE="stress")
    assert script.shape == own.shape
    assert script.thresholds["http_req_duration"] == own.thresholds["http_req_duration"]


def test_an_empty_variable_counts_as_not_set(suite: Suite) -> None:
    empty = dict.fromkeys(("VUS", "DURATION", "PROFILE", "PROFILE_SET", "SLO", "THRESHOLDS"), "")
    assert suite.inspect("scenarios/load.js", **empty).out == suite.inspect("scenarios/load.js").out


def test_thresholds_replaces_conditions(suite: Suite) -> None:
    found = suite.inspect(
        "scenarios/load.js",
        THRESHOLDS="http_req_duration=p(95)<800;http_req_duration=max<9000; "
        "http_req_duration{name:health} = p(99)<50 ; checks=rate>0.5",
    ).thresholds
    assert found["http_req_duration"] == ["p(95)<800", "max<9000"]
    assert found["http_req_duration{name:health}"] == ["p(99)<50"]
    assert found["checks"] == ["rate>0.5"]
    assert found["checks{name:health}"] == ["rate>0.5"]
    assert found["http_req_failed"] == ["rate<0.01"]


def test_thresholds_names_a_route_with_braces(suite: Suite) -> None:
    metric = "http_req_duration{name:GET /items/{id}}"
    found = suite.inspect("scripts/api-authenticated.js", THRESHOLDS=f"{metric}=p(95)<321")
    assert found.thresholds[metric] == ["p(95)<321"]


def test_thresholds_wins_over_slo(suite: Suite) -> None:
    found = suite.inspect("scenarios/load.js", SLO="target", THRESHOLDS="http_reqs=rate>1")
    assert found.thresholds["http_reqs"] == ["rate>1"]


def test_a_threshold_of_one_endpoint_can_be_replaced(suite: Suite) -> None:
    wanted = "http_req_failed{name:health}=rate<0.5; checks{name:health}=rate>0.5"
    found = suite.inspect("scenarios/smoke.js", THRESHOLDS=wanted).thresholds
    assert found["http_req_failed{name:health}"] == ["rate<0.5"]
    assert found["checks{name:health}"] == ["rate>0.5"]
    assert found["http_req_failed{name:openapi}"] == ["rate<0.01"]


def test_a_threshold_without_samples_here_is_named(live: Suite) -> None:
    settings = live.having(DURATION="1s", THRESHOLDS="health_check_duration=p(95)<1")
    run = settings.run("scenarios/smoke.js")
    assert "health_check_duration is left out" in run.everything
