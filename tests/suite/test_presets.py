"""The presets: generated from their files, compared with the suites they reproduce, and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from service.testing import RunningService
from service.users import TIER_USERS

from tests.suite import expected_load
from tests.support.bakery import Bakery
from tests.support.layout import LOAD, REPOSITORY, needs_extensions
from tests.support.suite_runner import GENEROUS, SCENARIOS, Run, Running, Suite, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PRESETS = REPOSITORY / "presets"
SCRIPTS = {
    "missions": ("health", "missions", "specs", "resources", "websocket"),
    "desk": ("health", "tickets", "knowledge-base", "auth-flow", "websocket"),
}
SETTINGS: dict[str, dict[str, str]] = {
    "missions": {
        "BACKEND_PORT": "3000",
        "API_PREFIX": "/api",
        "AUTH_MODE": "api-key",
        "PROFILE_SET": "light",
        "WORKLOAD": "missions",
        "WS_PROTOCOL": "missions",
        "HEALTH_STATUS_WORDS": "*",
    },
    "desk": {
        "BACKEND_PORT": "3001",
        "API_PREFIX": "/api/v1",
        "AUTH_MODE": "login",
        "PROFILE_SET": "desk",
        "WORKLOAD": "desk",
        "WS_PROTOCOL": "socketio",
        "HEALTH_PATHS": "/health,/api/v1/health",
    },
    "commerce": {
        "BACKEND_PORT": "8000",
        "API_PREFIX": "/api",
        "AUTH_MODE": "login",
        "PROFILE_SET": "saas",
        "WORKLOAD": "commerce",
    },
    # Its tests run against a real pipeline: tests/databases.
    "cdc": {"BACKEND_PORT": "8000", "API_PREFIX": "/api/v1", "PROFILE_SET": "cdc"},
}
SETS = {"missions": "light", "desk": "desk", "commerce": "saas", "cdc": "cdc"}

systems = pytest.mark.parametrize("preset", ["missions", "desk"], indirect=True)
"""For tests of the presets that are resources."""

ALTERNATELY = ("missions", "desk") * (len(SCENARIOS) // 2)
"""One preset for each profile: tests/systems runs every profile of both."""

Preset = tuple[str, Suite]


def answers(name: str) -> dict[str, Any]:
    text = (PRESETS / f"{name}.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["default_context"])


@pytest.fixture(scope="module", params=SETTINGS)
def preset(
    request: pytest.FixtureRequest,
    baked: Bakery,
    k6_binary: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Preset:
    """The name of a preset and the suite it makes."""
    load = baked(**answers(request.param)) / "tests" / "load"
    return request.param, Suite(k6_binary, load, tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="session")
def small_service() -> Iterator[RunningService]:
    """A service for this file alone, under the prefix of the missions preset."""
    from service.testing import running_service  # noqa: PLC0415 - only tests that ask pay for it

    with running_service(prefix="/api") as running:
        yield running


@pytest.fixture
def target(preset: Preset, small_service: RunningService, service: RunningService) -> Suite:
    """The preset's suite against a healthy service under its prefix, with few users."""
    name, suite = preset
    url = (small_service if name == "missions" else service).url
    patient = f"{GENEROUS};ws_message_latency=p(95)<5000"
    return suite.against(url, VUS=2, THINK_TIME=0.05, THRESHOLDS=patient)


def test_every_file_of_answers_is_tested() -> None:
    # The tree of the last one is linted under the same name; tests of its parts are everywhere.
    assert {path.stem for path in PRESETS.glob("*.yaml")} == {*SETTINGS, "everything"}


def test_answers_are_options(preset: Preset) -> None:
    given = answers(preset[0])
    assert {"project_name", "project_slug", "auth", "resources", "profile_set"} <= set(given)
    assert given["resources"] == (preset[0] if preset[0] in ("missions", "desk") else "none")
    assert given.get("include_multi_tenant", False) == (preset[0] == "commerce")
    assert given.get("include_cdc", False) == (preset[0] == "cdc")


def test_settings(preset: Preset) -> None:
    name, suite = preset
    text = (suite.load / "suite.env").read_text(encoding="utf-8")
    found = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    assert {key: found[key] for key in SETTINGS[name]} == SETTINGS[name]


@pytest.mark.parametrize("profile", SCENARIOS)
def test_profiles_have_the_figures_of_the_original(preset: Preset, profile: str) -> None:
    name, suite = preset
    wanted = expected_load.PROFILES[SETS[name]].get(profile)
    if wanted is None or (name, profile) == ("desk", "load"):
        return
    assert suite.inspect(f"scenarios/{profile}.js").shape == wanted


def test_what_the_page_names_exists() -> None:
    page = (REPOSITORY / "docs" / "presets.md").read_text(encoding="utf-8")
    here = [row.split("|")[2] for row in page.splitlines() if row.startswith("| ")]
    code = "".join(path.read_text(encoding="utf-8") for path in LOAD.rglob("*.js"))
    named = set(re.findall(r"`([^`]+)`", "".join(here)))
    files = {name for name in named if re.fullmatch(r"[a-z]+/[\w/.-]+\.js", name)}
    assert len(files) >= 8
    assert [name for name in files if not (LOAD / name).is_file()] == []
    options = json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8"))
    metrics = {name for name in named if re.fullmatch(r"[a-z]+(_[a-z]+)+", name)} - set(options)
    assert len(metrics) >= 2
    assert [name for name in metrics if f"'{name}'" not in code and f"{name}:" not in code] == []


def test_one_preset_switches_everything_on(baked: Bakery) -> None:
    defaults = json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8"))
    chosen = answers("everything")
    off = ("none", "", False, "core")
    switches = {name for name, value in defaults.items() if value in off and name[0] != "_"}
    assert {name for name in switches if chosen.get(name, defaults[name]) in off} == set()
    baked(**chosen)


# --- missions --------------------------------------------------------------------------------


@pytest.mark.slow
def test_each_profile_of_missions_takes_all_three(baked: Bakery, suite: Suite) -> None:
    load = baked(**answers("missions")) / "tests" / "load"
    missions = Suite(suite.k6, load, suite.results)
    for profile in SCENARIOS:
        found = missions.inspect(f"scenarios/{profile}.js").thresholds
        for endpoint in (
            "health",
            "POST /missions",
            "GET /missions",
            "GET /specs/{id}",
            "GET /specs/search",
        ):
            assert found[f"http_reqs{{name:{endpoint}}}"] == ["count>0"]
    load_thresholds = missions.inspect("scenarios/load.js").thresholds
    wanted = {
        "http_req_duration": ["p(95)<500", "p(99)<1000"],
        "http_req_failed": ["rate<0.01"],
        "http_req_duration{expected_response:true}": ["p(99)<1500"],
        "errors": ["rate<0.05"],
        "errors{name:health}": ["rate<0.01"],
        "health_check_duration": ["p(95)<100"],
        "mission_create_duration": ["p(95)<1000"],
        "mission_list_duration": ["p(95)<500"],
        "spec_get_duration": ["p(95)<300"],
        "spec_search_duration": ["p(95)<500"],
        "http_req_duration{name:health}": ["p(95)<100"],
        "http_req_duration{name:POST /missions}": ["p(95)<1000"],
    }
    assert {metric: load_thresholds.get(metric) for metric in wanted} == wanted


# --- desk ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(baked: Bakery, k6_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    load = baked(**answers("desk")) / "tests" / "load"
    return Suite(k6_binary, load, tmp_path_factory.mktemp("results"))


def test_the_load_of_the_desk_is_two_scenarios(desk: Suite) -> None:
    scenarios = desk.inspect("scenarios/load.js").options["scenarios"]
    assert set(scenarios) == {"ticket_operations", "knowledge_base_browsing"}
    tickets, browsing = scenarios["ticket_operations"], scenarios["knowledge_base_browsing"]
    assert (tickets["executor"], tickets["exec"]) == ("ramping-vus", "ticketOperations")
    assert (tickets["startVUs"], tickets["gracefulRampDown"]) == (0, "30s")
    stages = tuple((seconds_of(s["duration"]), s["target"]) for s in tickets["stages"])
    assert stages == expected_load.PROFILES["desk"]["load"].stages
    assert (browsing["executor"], browsing["exec"]) == ("constant-arrival-rate", "knowledgeBase")
    assert (browsing["rate"], browsing["timeUnit"]) == (50, "1s")
    assert seconds_of(browsing["duration"]) == 16 * 60
    assert (browsing["preAllocatedVUs"], browsing["maxVUs"]) == (20, 100)


@pytest.mark.parametrize(
    ("settings", "stages", "rate", "seconds"),
    [
        ({"VUS": 50}, [25, 25, 50, 50, 0], 25, 960),
        ({"DURATION": "1m"}, [50, 50, 100, 100, 0], 50, 480),
        ({"TIME_SCALE": 0.1}, [50, 50, 100, 100, 0], 50, 96),
    ],
)
def test_scenarios_side_by_side_scale_together(
    desk: Suite, settings: dict[str, str | float], stages: list[int], rate: int, seconds: float
) -> None:
    scenarios = desk.inspect("scenarios/load.js", **settings).options["scenarios"]
    assert [s["target"] for s in scenarios["ticket_operations"]["stages"]] == stages
    browsing = scenarios["knowledge_base_browsing"]
    assert (browsing["rate"], seconds_of(browsing["duration"])) == (rate, seconds)


@pytest.mark.slow
def test_the_thresholds_of_the_desk(desk: Suite) -> None:
    load = desk.inspect("scenarios/load.js").thresholds
    assert load["http_req_duration"] == ["p(95)<200", "p(99)<500"]
    assert load["http_req_failed"] == ["rate<0.01"]
    assert load["http_reqs"] == ["rate>100"]
    for fewer in ({"VUS": 50}, {"THINK_TIME": 2}, {"WORKLOAD": "core"}):
        assert "http_reqs" not in desk.inspect("scenarios/load.js", **fewer).thresholds
    assert "http_reqs" not in desk.inspect("scenarios/smoke.js").thresholds
    assert "http_reqs" not in desk.inspect("scripts/tickets.js", PROFILE="load").thresholds
    assert load["dropped_iterations{scenario:knowledge_base_browsing}"] == ["count<480"]
    for endpoint in ("GET /tickets", "POST /tickets", "GET /knowledge-base"):
        assert load[f"http_req_duration{{name:{endpoint}}}"] == ["p(95)<500"]
    for key in ("ticket_operations", "knowledge_base_browsing"):
        assert load[f"iterations{{scenario:{key}}}"] == ["count>0"]
    stress = desk.inspect("scenarios/stress.js").thresholds
    assert stress["http_req_duration"] == ["p(95)<1000"]
    assert stress["http_req_failed"] == ["rate<0.05"]
    for endpoint in (
        "GET /tickets",
        "POST /tickets",
        "GET /tickets/{id}",
        "GET /tickets/search",
        "GET /analytics/dashboard",
    ):
        assert stress[f"http_reqs{{name:{endpoint}}}"] == ["count>0"]
    smoke = desk.inspect("scenarios/smoke.js").thresholds
    assert smoke["http_reqs{name:health /api/v1/health}"] == ["count>0"]


def test_a_variant_of_a_profile_runs_its_steps(desk: Suite) -> None:
    found = desk.inspect("scenarios/smoke.js", PROFILE="smoke-ramping")
    assert list(found.shape.stages) == [(60, 5), (60, 0)]
    assert found.thresholds["checks"] == ["rate>0.99"]
    wrong = desk.inspect("scenarios/smoke.js", PROFILE="load")
    assert "scenarios/smoke.js always runs the profile smoke" in wrong.err


def test_weights_of_the_mix_add_up(desk: Suite, tmp_path: Path) -> None:
    table = desk.load / "workloads" / "desk.js"
    assert "weight: 1 / operations.length" in table.read_text(encoding="utf-8")
    remote = {"BASE_URL": "https://a.example.com", "ALLOWED_HOSTS": "a.example.com"}
    reading = desk.inspect("scenarios/soak.js", **remote, VUS=10, DURATION="1m").thresholds
    assert "http_reqs{name:POST /tickets}" not in reading
    assert "http_reqs{name:GET /tickets/{id}}" in reading


def test_an_unknown_workload_is_named(suite: Suite) -> None:
    found = suite.inspect("scenarios/smoke.js", WORKLOAD="desks")
    assert found.code == 107
    assert "WORKLOAD=desks: there is no workloads/desks.js or scripts/desks.js" in found.err


# --- run -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "profile"), list(zip(ALTERNATELY, SCENARIOS, strict=True)), indirect=["preset"]
)
def test_everything_is_green_on_every_profile(preset: Preset, target: Suite, profile: str) -> None:
    name, suite = preset
    planned = suite.inspect(f"scripts/{SCRIPTS[name][0]}.js", PROFILE=profile).shape.seconds

    def lasting(seconds: float) -> Suite:
        short = target.having(TIME_SCALE=round(max(seconds / planned, 0.001), 5))
        return short.having(DURATION=f"{seconds - 1:g}s") if profile == "soak" else short

    # Each stage of a spike is judged by itself, so that the shortest must hold whole sessions;
    # sockets that are opened near the end need time for an answer on a busy machine.
    short, longer = lasting(8 if profile == "spike" else 4), lasting(8)
    # All at once: they wait most of the time.
    files = [path for path in (suite.load / "scripts").glob("*.js") if not needs_extensions(path)]
    scripts = sorted(path.stem for path in files)
    assert set(SCRIPTS[name]) <= set(scripts)
    started: list[tuple[str, Running]] = [
        (profile, short.start(f"scenarios/{profile}.js")),
        *(
            (
                script,
                (longer if script == "websocket" else short).start(
                    f"scripts/{script}.js", PROFILE=profile
                ),
            )
            for script in scripts
        ),
    ]
    for entry, running in started:
        assert_green(entry, running.wait())


def assert_green(entry: str, run: Run) -> None:
    assert run.code == 0, f"{entry}\n{run.everything}"
    assert run.summary["reasons"] == []
    slow = {"health answers within 100 ms"}
    failed = [row["name"] for row in run.summary["failedChecks"]]
    wrong = [name for name in failed if name not in slow and "within 500 ms" not in name]
    assert wrong == [], f"{entry}\n{run.everything}"
    assert run.summary["metrics"]["errors"] == 0
    assert all(row["requests"] > 0 for row in run.summary["endpoints"])


@pytest.mark.slow
@systems
def test_the_command_of_the_original(
    preset: Preset, target: Suite, k6_binary: Path, tmp_path: Path
) -> None:
    name, suite = preset
    settings = {**target.base, "TIME_SCALE": 0.02, "K6_BIN": k6_binary, "RESULTS_DIR": tmp_path}
    environment = {**os.environ, **{key: str(value) for key, value in settings.items()}}
    command = ["bash", str(suite.load.parent.parent / "scripts" / "load-test.sh")]
    test = {"missions": "missions", "desk": "tickets"}[name]
    done = subprocess.run(
        [*command, "smoke", test, "--no-color"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"PASSED {test}" in done.stdout
    listed = subprocess.run(
        [*command, "--list"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    ).stdout
    assert all(script in listed for script in SCRIPTS[name])


@pytest.mark.slow
@systems
def test_the_next_major_version_runs_them_too(
    preset: Preset, target: Suite, k6_v2_binary: Path
) -> None:
    name, suite = preset
    newer = Suite(k6_v2_binary, target.load, target.results, {**target.base, "TIME_SCALE": 0.004})
    entries = ("scenarios/load.js", *(f"scripts/{script}.js" for script in SCRIPTS[name][1:]))
    for entry, running in [(entry, newer.start(entry)) for entry in entries]:
        assert_green(entry, running.wait())
    old = suite.inspect("scenarios/load.js")
    new = Suite(k6_v2_binary, suite.load, suite.results).inspect("scenarios/load.js")
    assert new.thresholds == old.thresholds
    assert new.options["scenarios"].keys() == old.options["scenarios"].keys()


@pytest.mark.slow
def test_the_agent_of_the_original_can_log_in(desk: Suite, service: RunningService) -> None:
    run = desk.against(service.url, VUS=1, THINK_TIME=0.05, TIME_SCALE=0.005).run(
        "scripts/tickets.js",
        THRESHOLDS=GENEROUS,
        TEST_USER_EMAIL="agent@test.com",
        TEST_USER_PASSWORD="password",
    )
    assert run.code == 0, run.everything


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entry", "path", "endpoint"),
    [
        ("load", "/api/v1/knowledge-base", "GET /knowledge-base"),
        ("load", "/api/v1/tickets", "POST /tickets"),
        ("stress", "/api/v1/analytics/dashboard", "GET /analytics/dashboard"),
        ("smoke", "/health", "health"),
    ],
)
def test_a_broken_part_of_the_desk_is_named(
    desk: Suite, faulty: RunningService, entry: str, path: str, endpoint: str
) -> None:
    faulty.set_fault("error", 500, only=path, skip=1 if endpoint == "health" else 0)
    ready = desk.against(faulty.url, VUS=5, THINK_TIME=0.05, THRESHOLDS=GENEROUS)
    planned = desk.inspect("scripts/health.js", PROFILE=entry).shape.seconds
    run = ready.run(f"scenarios/{entry}.js", TIME_SCALE=round(3 / planned, 5))
    assert run.code == 99, run.everything
    [reason] = [text for text in run.summary["reasons"] if text.startswith(f"{endpoint}: ")]
    assert "server error" in reason


@pytest.mark.slow
def test_a_login_that_breaks_under_the_load_of_the_desk(
    desk: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("login", "500", skip=1)
    ready = desk.against(faulty.url, VUS=4, THINK_TIME=0.1, THRESHOLDS=GENEROUS)
    run = ready.run("scenarios/load.js", TIME_SCALE=0.004)
    assert run.code == 99
    [reason] = [text for text in run.summary["reasons"] if text.startswith("auth login: ")]
    assert "server error" in reason
    assert run.summary["metrics"]["scriptErrors"] == 0


# --- commerce --------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shop_under_every_profile(
    baked: Bakery, suite: Suite, small_service: RunningService
) -> None:
    load = baked(**answers("commerce")) / "tests" / "load"
    shop = Suite(suite.k6, load, suite.results).against(
        # One request in ten is a report: there must be enough requests in three seconds.
        small_service.url,
        VUS=2,
        THINK_TIME=0.005,
        TIER="enterprise",
        THRESHOLDS=GENEROUS,
    )
    started = []
    for profile in SCENARIOS:
        planned = shop.inspect("scripts/health.js", PROFILE=profile, VUS="").shape.seconds
        scale = round(max(3 / planned, 0.001), 5)
        short = shop.having(TIME_SCALE=scale, **({"DURATION": "2s"} if profile == "soak" else {}))
        started.append((profile, short.start(f"scenarios/{profile}.js")))
    for profile, running in started:
        assert_green(profile, running.wait())


def assert_promised(profile: str, found: expected_load.Thresholds) -> None:
    """The shop's own figures under normal load; limits on all answers leave reports out."""
    heavy = profile in {"stress", "spike", "breakpoint"}
    for name, (times, most) in expected_load.SHOP_TARGETS.items():
        assert found.get(f"http_req_duration{{name:{name}}}", []) == ([] if heavy else times)
        finest = most if profile == "soak" or most != "rate<0.0001" else "rate<0.001"
        if not heavy:
            assert found[f"http_req_failed{{name:{name}}}"] == [finest]
    limits = expected_load.SCENARIO_THRESHOLDS.get(
        ("saas", profile), expected_load.SCENARIO_THRESHOLDS["core", profile]
    )
    for metric, expressions in limits.items():
        if metric.startswith("http_req_duration") and "{name:" not in metric:
            narrow = metric.replace("}", ",kind:api}") if "{" in metric else f"{metric}{{kind:api}}"
            assert metric not in found
            assert found[narrow] == expressions


@pytest.mark.slow
def test_the_mix_of_the_shop(baked: Bakery, suite: Suite) -> None:
    load = baked(**answers("commerce")) / "tests" / "load"
    shop = Suite(suite.k6, load, suite.results)
    endpoints = set(expected_load.SHOP_TARGETS)
    for profile in SCENARIOS:
        found = shop.inspect(f"scenarios/{profile}.js").thresholds
        named = {key for key in found if key.startswith("http_reqs{name:")}
        extra = {"health"} if profile == "smoke" else set()
        assert named == {f"http_reqs{{name:{name}}}" for name in endpoints | extra}
        assert_promised(profile, found)
    table = (load / "config" / "tenants.js").read_text(encoding="utf-8")
    assert "weights: { browse: 0.4, search: 0.3, order: 0.2, report: 0.1 }" in table
    assert re.findall(r"user: '(.*)'", table) == list(TIER_USERS.values())
    assert list(TIER_USERS.values())[:3] == [
        f"{name}@example.com" for name in ("free-tier", "starter-tier", "pro-tier")
    ]
    scripts = {path.stem for path in (load / "scripts").glob("*.js")}
    for script in sorted(scripts):
        for profile in ("", "load", "stress"):
            assert shop.inspect(f"scripts/{script}.js", PROFILE=profile).code == 0, script
    reports = shop.inspect("scripts/reports.js", PROFILE="load", REPORT_PATH="/reports").thresholds
    for metric in ("http_req_duration", "report_ready_duration"):
        assert reports[metric] == ["p(50)<2000", "p(95)<5000", "p(99)<10000"]
