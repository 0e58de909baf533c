"""Whom a script may load, and how hard: the guard works for a plain `k6 run` too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from service.testing import RunningService

from tests.support.suite_runner import ENTRIES, PATIENT, SCRIPT_ERROR, Suite

# Each of these starts a real k6.
pytestmark = pytest.mark.slow

ABORTED = 108

HOST = "shop.example.com"

DESK = {"WORKLOAD": "desk", "PROFILE_SET": "desk", "MAX_REMOTE_VUS": "1000"}
"""Fifty readers a second beside people who work."""

USER = {"TEST_USER_EMAIL": "agent@test.com", "TEST_USER_PASSWORD": "password"}
"""One whom the reference service knows, and the suite does not."""


PROXY = "http://me:canary@gate.example.com:3128"


@pytest.fixture
def remote(suite: Suite) -> Suite:
    """The suite with a target that is not local."""
    return suite.against(f"https://{HOST}")


@pytest.fixture
def listed(remote: Suite) -> Suite:
    """The same, with the host in ALLOWED_HOSTS."""
    return remote.having(ALLOWED_HOSTS=HOST)


@pytest.mark.parametrize("entry", [*ENTRIES, "engine/commands/wait-for-service.js"])
def test_an_unknown_host_is_refused(remote: Suite, entry: str) -> None:
    found = remote.inspect(entry)
    assert found.code == SCRIPT_ERROR
    assert f"{HOST} is neither local nor in ALLOWED_HOSTS" in found.err
    assert "nothing was sent" in found.err
    assert f"ALLOWED_HOSTS={HOST}" in found.err
    assert f"CONFIRM_TARGET={HOST}" in found.err


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({"ALLOWED_HOSTS": HOST}, True),
        ({"ALLOWED_HOSTS": f"other.org, {HOST.upper()}"}, True),
        ({"ALLOWED_HOSTS": "*.example.com"}, True),
        ({"ALLOWED_HOSTS": "example.com"}, False),
        ({"ALLOWED_HOSTS": "shop"}, False),
        ({"ALLOWED_HOSTS": "*"}, False),
        ({"ALLOW_REMOTE": "true"}, False),
        ({"ALLOW_REMOTE": "true", "CONFIRM_TARGET": "example.com"}, False),
        ({"CONFIRM_TARGET": HOST}, False),
        ({"ALLOW_REMOTE": "true", "CONFIRM_TARGET": HOST}, True),
        ({"ALLOW_REMOTE": "true", "CONFIRM_TARGET": f"other.org, {HOST}"}, True),
        ({"ALLOW_HEAVY": "true", "ALLOW_WRITES": "true"}, False),
        # A proxy is a foreign host like any other.
        ({"HTTPS_PROXY": PROXY, "ALLOWED_HOSTS": HOST}, False),
        ({"HTTPS_PROXY": PROXY, "ALLOWED_HOSTS": f"{HOST},gate.example.com"}, True),
        ({"HTTPS_PROXY": "http://10.1.2.3:80", "ALLOWED_HOSTS": HOST}, True),
    ],
    ids=str,
)
def test_who_vouches(remote: Suite, settings: dict[str, str], allowed: bool) -> None:
    found = remote.inspect("scenarios/smoke.js", **settings)
    assert found.code == (0 if allowed else SCRIPT_ERROR)
    assert "canary" not in found.err
    if "HTTPS_PROXY" in settings and not allowed:
        assert "HTTPS_PROXY=http://***@gate.example.com:3128: gate.example.com is" in found.err


@pytest.mark.parametrize(
    ("entry", "settings", "said"),
    [
        ("scenarios/stress.js", {}, "PROFILE=stress"),
        ("scenarios/spike.js", {}, "PROFILE=spike"),
        ("scenarios/breakpoint.js", {"VUS": "1"}, "PROFILE=breakpoint"),
        ("scripts/health.js", {"PROFILE": "stress", "VUS": "1"}, "PROFILE=stress"),
        ("scripts/health.js", {"VUS": "101"}, "MAX_REMOTE_VUS=100"),
        ("scripts/health.js", {"VUS": "3", "MAX_REMOTE_VUS": "2"}, "MAX_REMOTE_VUS=2"),
        ("scripts/health.js", {"DURATION": "61m"}, "MAX_REMOTE_DURATION=1h"),
        ("scenarios/soak.js", {"MAX_REMOTE_DURATION": "29m"}, "MAX_REMOTE_DURATION=29m"),
        ("scenarios/soak.js", {"PROFILE_SET": "saas", "VUS": "5"}, "MAX_REMOTE_DURATION=1h"),
        ("scenarios/load.js", {"PROFILE_SET": "saas", "VUS": "200"}, "MAX_REMOTE_VUS=100"),
        ("scenarios/load.js", {**DESK, "MAX_REMOTE_RATE": "49"}, "MAX_REMOTE_RATE=49"),
        (
            "scripts/breaking-point.js",
            {"RATE_TO": "10000", "KNEE_P95": "1"},
            "breaking-point would overload",
        ),
        (
            "scripts/breaking-point.js",
            {"RATE_FROM": "1", "RATE_TO": "2"},
            "breaking-point would overload",
        ),
    ],
    ids=str,
)
def test_load_beyond_the_caps(
    listed: Suite, entry: str, settings: dict[str, str], said: str
) -> None:
    found = listed.inspect(entry, **settings)
    assert found.code == SCRIPT_ERROR
    assert said in found.err
    assert "ALLOW_HEAVY=true" in found.err
    assert listed.inspect(entry, ALLOW_HEAVY="true", **settings).code == 0


@pytest.mark.parametrize(
    ("entry", "settings"),
    [
        ("scenarios/smoke.js", {}),
        ("scenarios/load.js", {}),
        ("scenarios/soak.js", {}),
        ("scripts/health.js", {"VUS": "100", "DURATION": "60m"}),
        ("scripts/api-public.js", {"PROFILE": "load"}),
        ("scripts/breaking-point.js", {"PROFILE": "load"}),
        ("scenarios/load.js", DESK),
    ],
    ids=str,
)
def test_ordinary_load_needs_no_more(listed: Suite, entry: str, settings: dict[str, str]) -> None:
    assert listed.inspect(entry, **settings).code == 0


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "[::1]", "10.1.2.3", "app.localhost", "host.docker.internal"]
)
def test_local_hosts_have_no_caps(suite: Suite, host: str) -> None:
    assert suite.against(f"http://{host}:8000").inspect("scenarios/breakpoint.js").code == 0


@pytest.mark.parametrize(
    "settings", [{"MAX_REMOTE_VUS": "2"}, {"MAX_REMOTE_DURATION": "2m"}], ids=str
)
def test_steps_of_bigger_scripts_are_no_objection(listed: Suite, settings: dict[str, str]) -> None:
    # workload.js imports scripts/api-public.js, whose own shape has 30 users for three minutes.
    assert listed.inspect("scenarios/smoke.js", **settings).code == 0


# The same with requests: k6 looks up this name on loopback.


@pytest.fixture
def disguised(suite: Suite, faulty: RunningService, tmp_path: Path) -> tuple[Suite, Path]:
    """The suite against a service of this machine under a name that is not local."""
    config = tmp_path / "k6.json"
    config.write_text(json.dumps({"hosts": {HOST: "127.0.0.1"}}), encoding="utf-8")
    url = f"http://{HOST}:{faulty.port}"
    quick = suite.having(VUS=1, DURATION="1s", TIME_SCALE="0.005", THINK_TIME="0.1")
    quick = quick.having(THRESHOLDS=PATIENT)
    return quick.against(url, ALLOWED_HOSTS=HOST), config


@pytest.mark.parametrize(
    ("script", "settings", "said"),
    [
        ("health", {"MAX_REMOTE_VUS": 9}, ["10 VUs", "MAX_REMOTE_VUS=9"]),
        (
            "tiers",
            {"TIERS": "starter", "TIER_LOAD": "rate", "MAX_REMOTE_RATE": 1},
            ["iterations/s", "MAX_REMOTE_RATE=1"],
        ),
    ],
    ids=["users", "rate"],
)
def test_a_script_of_its_own_shape_keeps_to_the_caps(
    disguised: tuple[Suite, Path],
    faulty: RunningService,
    script: str,
    settings: dict[str, str | int],
    said: list[str],
) -> None:
    live, config = disguised
    run = live.having(VUS="", DURATION="", **settings).run(
        f"scripts/{script}.js", flags=(f"--config={config}",)
    )
    assert run.code == SCRIPT_ERROR
    assert [words for words in said if words not in run.err] == []
    assert faulty.stats()["total"] == 0


def test_the_caps_cannot_be_passed_by_leaving_out_set_up(
    disguised: tuple[Suite, Path], faulty: RunningService
) -> None:
    live, config = disguised
    run = live.having(VUS="", DURATION="", MAX_REMOTE_VUS=9).run(
        "scripts/health.js", flags=(f"--config={config}", "--no-setup")
    )
    assert run.code == ABORTED
    assert not run.passed
    assert "set-up did not run (--no-setup)" in run.err
    assert faulty.stats()["total"] == 0


def test_off_this_machine_nothing_is_written(
    disguised: tuple[Suite, Path], faulty: RunningService
) -> None:
    live, config = disguised
    ready = live.having(AUTH_MODE="login", **USER)
    run = ready.run("scripts/api-authenticated.js", flags=(f"--config={config}",))
    assert run.code == 0, run.everything
    assert [row["name"] for row in run.summary["endpoints"]] == ["GET /items"]
    assert faulty.count("GET", "/api/v1/items") > 0
    assert faulty.count("POST", "/api/v1/items") == 0


def test_unless_it_is_allowed(disguised: tuple[Suite, Path], faulty: RunningService) -> None:
    live, config = disguised
    ready = live.having(AUTH_MODE="login", **USER, ALLOW_WRITES="true")
    run = ready.run("scripts/api-authenticated.js", flags=(f"--config={config}",))
    assert run.code == 0, run.everything
    assert faulty.count("POST", "/api/v1/items") > 0


@pytest.mark.parametrize(
    ("mode", "said"),
    [("login", "TEST_USER_PASSWORD is not set"), ("api-key", "API_KEY is not set")],
)
def test_published_credentials_stay_here(
    disguised: tuple[Suite, Path], faulty: RunningService, mode: str, said: str
) -> None:
    live, config = disguised
    run = live.having(AUTH_MODE=mode).run(
        "scripts/api-authenticated.js", flags=(f"--config={config}",)
    )
    assert run.code == SCRIPT_ERROR
    assert said in run.err
    sent = [name for row in faulty.stats()["recent"] for name, _ in row["headers"]]
    assert "authorization" not in sent
    assert faulty.count("POST") == 0


@pytest.mark.parametrize(
    ("script", "settings", "said"),
    [
        ("api-authenticated", {"API_KEY": "test-api-key"}, "the default key is for local"),
        ("api-authenticated", {"TEST_USER_PASSWORD": "loadtest123"}, "a password that stands in"),
        (
            "tiers",
            {"TIER_KEY": "professional=test-professional-key"},
            "for the tier professional: the public defaults",
        ),
        (
            "tiers",
            {"TEST_USER_PASSWORD": "loadtest123"},
            "for the tier professional: the public defaults",
        ),
    ],
    ids=["key", "password", "tier-key", "tier-password"],
)
def test_published_credentials_are_refused_also_when_they_are_given(
    disguised: tuple[Suite, Path],
    faulty: RunningService,
    script: str,
    settings: dict[str, str],
    said: str,
) -> None:
    live, config = disguised
    mode = "login" if "TEST_USER_PASSWORD" in settings else "api-key"
    run = live.having(AUTH_MODE=mode, ALLOW_HEAVY="true", **settings).run(
        f"scripts/{script}.js", flags=(f"--config={config}",)
    )
    assert run.code == SCRIPT_ERROR
    assert said in run.err
    assert "loadtest123" not in run.err
    assert faulty.count("POST") == 0
