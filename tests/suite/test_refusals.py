"""What cannot be meant is refused before the first request, with a message that helps."""

from __future__ import annotations

from pathlib import Path

import pytest
from service.testing import RunningService

from tests.support.suite_runner import ENTRIES, SCENARIOS, SCRIPT_ERROR, Suite

NOT_USERS = ["0", "-1", "1.5", "1e3", "abc", "08", "99999999999", "100001", "\uff15", "5 ", "0x5"]
NOT_DURATIONS = [
    "90",
    "5M",
    "1w",
    "1 m",
    "-1s",
    "0s",
    "500ms",
    "s",
    "1m-1s",
    "1,5m",
    "NaNs",
    "\u0663s",
]
NOT_URLS = [
    "localhost:8000",
    "//x",
    "ftp://x",
    "http://",
    "http://:8000",
    "http://a b",
    "http://x\nhttp://y",
    "http://x:0",
    "http://x:99999",
    "http://x:80a",
    "http://x?a=b",
    "http://x#y",
    "http://x@",
    "http:///path",
    "http://[::1",
    "file:///etc/passwd",
    "javascript:alert(1)",
]

CASES = [
    *(("VUS", value, "a whole number from 1 to 100000") for value in NOT_USERS),
    *(("DURATION", value, "a duration with a unit of at least 1s") for value in NOT_DURATIONS),
    *(("BASE_URL", value, "http:// or https://") for value in NOT_URLS),
    ("TIME_SCALE", "0", "a number from 0.001 to 100"),
    ("TIME_SCALE", "fast", "a number from 0.001 to 100"),
    ("TIME_SCALE", "101", "a number from 0.001 to 100"),
    ("THINK_TIME", "-1", "a number from 0 to 10"),
    ("THINK_TIME", "11", "a number from 0 to 10"),
    ("BACKEND_PORT", "0", "a whole number from 1 to 65535"),
    ("BACKEND_PORT", "65536", "a whole number from 1 to 65535"),
    ("API_PREFIX", "api", "a path that starts with /"),
    ("API_PREFIX", "/a b", "a path that starts with /"),
    ("HEALTH_PATHS", "health", "paths that start with /"),
    ("HEALTH_PATHS", "/a,b", "paths that start with /"),
    ("RESOURCE_PATH", "/a,b", "a path that starts with /"),
    ("SLO", "best", "one of target, critical, strict"),
    ("AUTH_MODE", "magic", "one of none, "),
    ("ALLOW_REMOTE", "yes", "true or false"),
    ("INSECURE_SKIP_TLS_VERIFY", "1", "true or false"),
    ("REQUEST_TIMEOUT", "30", "a duration"),
    ("WAIT_TIMEOUT", "soon", "a duration"),
]


@pytest.mark.parametrize(("name", "value", "accepted"), CASES)
def test_a_bad_value_is_refused(suite: Suite, name: str, value: str, accepted: str) -> None:
    found = suite.inspect("scenarios/smoke.js", **{name: value})
    assert found.code == SCRIPT_ERROR
    assert f"{name}=" in found.err
    assert accepted in found.err
    assert "nothing was sent" in found.err


@pytest.mark.parametrize("value", ["x\\", "x\ny"])
def test_a_tag_that_stores_of_time_series_cannot_read_is_refused(suite: Suite, value: str) -> None:
    found = suite.inspect("scenarios/smoke.js", ENVIRONMENT=value)
    assert found.code == SCRIPT_ERROR
    assert "the tag 'environment' is " in found.err
    assert "a value without line breaks and without a backslash at its end" in found.err


@pytest.mark.parametrize("script", [*ENTRIES, "engine/commands/wait-for-service.js"])
def test_every_script_reads_its_settings(suite: Suite, script: str) -> None:
    found = suite.inspect(script, VUS="abc")
    assert found.code == SCRIPT_ERROR
    assert "VUS=abc: expected" in found.err


def test_all_mistakes_are_shown_at_once(suite: Suite) -> None:
    found = suite.inspect("scenarios/smoke.js", VUS="abc", DURATION="5x", SLO="best")
    assert "VUS=abc" in found.err
    assert "DURATION=5x" in found.err
    assert "SLO=best" in found.err


@pytest.mark.parametrize("name", ["nope", "Smoke", "constructor", "__proto__", "toString"])
def test_an_unknown_profile_lists_the_known_ones(suite: Suite, name: str) -> None:
    found = suite.inspect("scripts/health.js", PROFILE=name)
    assert found.code == SCRIPT_ERROR
    assert f"PROFILE={name}: unknown" in found.err
    listed = found.err.split("expected one of ")[1].split(". Try")[0].split(", ")
    assert set(SCENARIOS) <= set(listed)


def test_a_profile_of_another_set_is_unknown(suite: Suite) -> None:
    assert suite.inspect("scripts/health.js", PROFILE="baseline", PROFILE_SET="cdc").code == 0
    found = suite.inspect("scripts/health.js", PROFILE="baseline")
    assert found.code == SCRIPT_ERROR
    assert "PROFILE_SET=core" in found.err


@pytest.mark.parametrize("name", ["nope", "constructor", "__proto__"])
def test_an_unknown_profile_set_lists_the_known_ones(suite: Suite, name: str) -> None:
    found = suite.inspect("scenarios/smoke.js", PROFILE_SET=name)
    assert found.code == SCRIPT_ERROR
    assert f"PROFILE_SET={name}: unknown, expected one of core, stress-150, light" in found.err


def test_a_scenario_runs_no_other_profile(suite: Suite) -> None:
    assert suite.inspect("scenarios/smoke.js", PROFILE="smoke").code == 0
    found = suite.inspect("scenarios/smoke.js", PROFILE="load")
    assert found.code == SCRIPT_ERROR
    assert "scenarios/load.js" in found.err


@pytest.mark.parametrize("text", ["http_req_duration", "=p(95)<1", "checks rate>0.9"])
def test_thresholds_that_say_nothing_are_refused(suite: Suite, text: str) -> None:
    found = suite.inspect("scenarios/smoke.js", THRESHOLDS=text)
    assert found.code == SCRIPT_ERROR
    assert "THRESHOLDS=" in found.err
    assert "metric=expression" in found.err


@pytest.mark.parametrize("metric", ["http_req_duraton", "iteration", "checks_{name:health}"])
def test_a_slip_in_the_name_of_a_metric_is_refused(suite: Suite, metric: str) -> None:
    found = suite.inspect("scenarios/smoke.js", THRESHOLDS=f"{metric}=p(95)<1")
    assert found.code == SCRIPT_ERROR
    assert f"k6 has no metric {metric}" in found.err


@pytest.mark.parametrize("text", ["checks=better", "http_req_duration=p(95)"])
def test_thresholds_that_k6_does_not_know_are_refused(suite: Suite, text: str) -> None:
    assert suite.inspect("scenarios/smoke.js", THRESHOLDS=text).code == 104


def test_a_secret_that_is_refused_is_not_shown(suite_tree: Path, suite: Suite) -> None:
    load = suite_tree / "tests" / "load"
    with (load / "suite.env").open("a", encoding="utf-8") as file:
        file.write("API_KEY=canary-in-a-file\n")
    found = Suite(suite.k6, load, suite.results).inspect("scenarios/smoke.js")
    assert found.code == SCRIPT_ERROR
    assert "API_KEY in suite.env" in found.err
    assert "canary" not in found.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("VUS: 5", "suite.env:1: expected KEY=value"),
        ("VUS=abc", "VUS=abc in suite.env: expected"),
    ],
)
def test_a_bad_line_in_suite_env_is_named(
    suite_tree: Path, suite: Suite, line: str, message: str
) -> None:
    load = suite_tree / "tests" / "load"
    (load / "suite.env").write_text(f"{line}\n", encoding="utf-8")
    found = Suite(suite.k6, load, suite.results).inspect("scenarios/smoke.js")
    assert found.code == SCRIPT_ERROR
    assert message in found.err


def test_an_environment_variable_wins_over_suite_env(suite_tree: Path, suite: Suite) -> None:
    load = suite_tree / "tests" / "load"
    with (load / "suite.env").open("a", encoding="utf-8") as file:
        file.write("VUS=5\n")
    own = Suite(suite.k6, load, suite.results)
    assert own.inspect("scenarios/load.js").max_vus == 5
    assert own.inspect("scenarios/load.js", VUS=6).max_vus == 6
    assert own.inspect("scenarios/load.js", VUS="").max_vus == 5


def test_a_refused_run_sends_nothing(suite: Suite, faulty: RunningService) -> None:
    done = suite.against(faulty.url).run("scenarios/smoke.js", VUS="abc")
    assert done.code == SCRIPT_ERROR
    assert faulty.stats()["total"] == 0
