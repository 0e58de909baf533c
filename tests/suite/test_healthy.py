"""Every scenario and script, run by k6 on the healthy service: green, complete, well tagged."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.suite import expected_load
from tests.support.layout import LOAD
from tests.support.suite_runner import (
    ENTRIES,
    PATIENT,
    SCENARIOS,
    SCRIPTS,
    Run,
    Running,
    Sample,
    Suite,
    scale_of,
)

if TYPE_CHECKING:
    from service.testing import RunningService

pytestmark = pytest.mark.slow

TAGS = {"project": "my-service", "environment": "local"}
TAG_NAMES = frozenset(
    """
    project environment test_type profile target_vus testid name endpoint kind phase scenario
    stage group method status expected_response error_code check cause slice
    """.split()
)

HealthyRun = Callable[[str], Run]


def begin(live: Suite, entry: str, **settings: str | float) -> Running:
    """Start an entry point for a few seconds with two users."""
    usual = live.having(TIME_SCALE=scale_of(entry), VUS=2, THINK_TIME=0.1)
    usual = usual.having(THRESHOLDS=PATIENT)
    return usual.having(**settings).start(entry, samples=True)


def short(live: Suite, entry: str, **settings: str | float) -> Run:
    """Run an entry point for a few seconds with two users."""
    return begin(live, entry, **settings).wait()


@pytest.fixture(scope="session")
def healthy(suite: Suite, service: RunningService) -> HealthyRun:
    """Return the run of an entry point; each is run once."""
    runs: dict[str, Run] = {}

    def run(entry: str) -> Run:
        if entry not in runs:
            runs[entry] = short(suite.against(service.url, AUTH_MODE="login", RUN_ID="r1"), entry)
        return runs[entry]

    return run


# One run is looked at by several tests: they go to one worker.
each_entry = pytest.mark.parametrize(
    "entry", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ENTRIES]
)


def name_of(entry: str) -> str:
    return Path(entry).stem


@each_entry
def test_passes(healthy: HealthyRun, entry: str) -> None:
    assert_green(healthy(entry))


def assert_green(run: Run) -> None:
    assert run.code == 0, run.everything
    assert run.passed, run.reasons
    assert run.summary["reasons"] == []
    failed = [row["name"] for row in run.summary["failedChecks"]]
    assert set(failed) <= {"health answers within 100 ms"}
    assert run.summary["metrics"]["errors"] == 0
    assert run.summary["metrics"]["scriptErrors"] == 0
    assert "PASSED" in run.out
    assert run.errors_logged == []
    assert "level=warning" not in run.err


@each_entry
def test_every_threshold_was_measured(healthy: HealthyRun, entry: str) -> None:
    thresholds = healthy(entry).summary["thresholds"]
    assert len(thresholds) >= 7
    assert [row for row in thresholds if not (row["ok"] and row["measured"])] == []


@each_entry
def test_every_threshold_of_the_options_is_in_the_summary(
    healthy: HealthyRun, suite: Suite, entry: str
) -> None:
    shown = {(row["metric"], row["expression"]) for row in healthy(entry).summary["thresholds"]}
    scale = scale_of(entry)
    settings = {"THRESHOLDS": PATIENT, "AUTH_MODE": "login"}
    asked = suite.inspect(entry, TIME_SCALE=scale, VUS=2, **settings).thresholds
    # A test that never logs in has no login to judge.
    asked = {key: texts for key, texts in asked.items() if not key.startswith("support_failed{")}
    assert {row for row in shown if not row[0].startswith("support_failed{")} == {
        (metric, text) for metric, texts in asked.items() for text in texts
    }


@each_entry
def test_the_console_shows_every_threshold(healthy: HealthyRun, entry: str) -> None:
    run = healthy(entry)
    for row in run.summary["thresholds"]:
        assert f"✓ '{row['expression']}'" in run.out
        assert row["metric"] in run.out


@each_entry
def test_every_declared_endpoint_was_called(healthy: HealthyRun, entry: str) -> None:
    run = healthy(entry)
    wanted = expected_load.ENDPOINTS.get(name_of(entry))
    names = [row["name"] for row in run.summary["endpoints"]]
    assert wanted is None or names == list(wanted)
    for row in run.summary["endpoints"]:
        assert row["requests"] > 0
        assert row["checks"]["passes"] > 0
        assert row["duration"]["max"] > 0


@each_entry
def test_requests_are_tagged(healthy: HealthyRun, entry: str) -> None:
    run = healthy(entry)
    name = name_of(entry)
    key = run.summary["scenario"]
    wanted = {
        **TAGS,
        "test_type": expected_load.TEST_TYPES[name],
        "profile": key,
        "target_vus": "2",
        "scenario": key,
        "testid": "r1",
        "phase": "main",
    }
    requests = [row for row in run.samples() if row.metric == "http_reqs"]
    main = [row for row in requests if row.tags["phase"] == "main"]
    assert len(main) == run.summary["metrics"]["requests"] > 0
    for row in main:
        assert {tag: row.tags.get(tag) for tag in wanted} == wanted
        if name == "api-public":
            assert row.tags["endpoint"] == row.tags["name"]
        assert row.tags["kind"] in {"health", "api", "api_read", "api_write", "page"}
    assert {row.tags["name"] for row in main} == {row["name"] for row in run.summary["endpoints"]}


@each_entry
def test_setup_and_login_are_tagged_apart(healthy: HealthyRun, entry: str) -> None:
    other = [
        row for row in healthy(entry).samples() if row.metric == "http_reqs" and not is_main(row)
    ]
    kinds = {(row.tags["phase"], row.tags["kind"], row.tags["name"]) for row in other}
    wanted = {("setup", "setup", "setup /api/v1/health")}
    if "openapi" in [row["name"] for row in healthy(entry).summary["endpoints"]]:
        wanted.add(("setup", "setup", "setup openapi"))
    if name_of(entry) == "api-authenticated":
        wanted.add(("auth", "auth", "auth login"))
    assert kinds == wanted
    assert all(row.tags["project"] == "my-service" for row in other)


def is_main(row: Sample) -> bool:
    return row.tags["phase"] == "main"


def test_the_public_api_test_tags_its_endpoints(healthy: HealthyRun) -> None:
    main = [row for row in healthy("scripts/api-public.js").samples() if row.metric == "http_reqs"]
    tagged = {(row.tags["name"], row.tags["endpoint"]) for row in main if is_main(row)}
    assert tagged == {(name, name) for name in ("health", "openapi", "root")}


def test_the_everyday_mix_is_grouped(healthy: HealthyRun) -> None:
    main = [row for row in healthy("scenarios/load.js").samples() if row.metric == "http_reqs"]
    grouped = {(row.tags["name"], row.tags["group"]) for row in main if is_main(row)}
    assert grouped == {("health", "::health"), ("openapi", "::api")}


@each_entry
def test_checks_carry_the_endpoint(healthy: HealthyRun, entry: str) -> None:
    run = healthy(entry)
    names = {row.tags["name"] for row in run.samples() if row.metric == "checks"}
    assert names == {row["name"] for row in run.summary["endpoints"]}


@each_entry
def test_no_id_and_no_address_becomes_a_tag(
    healthy: HealthyRun, service: RunningService, entry: str
) -> None:
    for row in healthy(entry).samples():
        assert set(row.tags) <= TAG_NAMES, row
        for tag, value in row.tags.items():
            assert str(service.port) not in value, row
            assert "loadtest" not in value, row
            if tag in {"name", "check", "group"}:
                assert not re.search(r"/\d|\d{5}|test-", value), row


def quantile(values: list[float], share: float) -> float:
    """Return a percentile as k6 takes it: between two neighbours in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@each_entry
def test_figures_add_up(healthy: HealthyRun, entry: str) -> None:
    run = healthy(entry)
    metrics = run.summary["metrics"]
    assert metrics["requests"] == sum(row["requests"] for row in run.summary["endpoints"])
    samples = list(run.samples())
    assert metrics["iterations"] == sum(row.metric == "iterations" for row in samples)
    durations = [r.value for r in samples if r.metric == "http_req_duration" and is_main(r)]
    assert metrics["duration"]["max"] == pytest.approx(max(durations), abs=0.001)
    assert metrics["duration"]["avg"] == pytest.approx(sum(durations) / len(durations), abs=0.001)
    for name, share in {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}.items():
        assert metrics["duration"][name] == pytest.approx(quantile(durations, share), abs=0.006)
    assert run.summary["peakVUs"] == run.summary["targetVUs"] == 2


@each_entry
def test_summary_says_what_ran(healthy: HealthyRun, service: RunningService, entry: str) -> None:
    run = healthy(entry)
    assert run.summary["schema"] == 1
    about = run.summary["run"]
    assert about["id"] == "r1"
    assert about["test"] == name_of(entry)
    assert about["profile"] == run.summary["scenario"]
    assert about["profileSet"] == "core"
    assert about["environment"] == "local"
    assert about["target"] == service.url
    assert about["durationMs"] >= about["plannedMs"] > 0
    assert about["suiteVersion"] == (LOAD / "engine/version.txt").read_text().strip()
    assert '\n  "passed": true,\n' in run.summary_text


@pytest.mark.parametrize("profile", SCENARIOS)
def test_every_script_passes_under_every_profile(live: Suite, profile: str) -> None:
    settings: dict[str, str | float] = {
        "TIME_SCALE": scale_of(f"scenarios/{profile}.js"),
        "PROFILE": profile,
        "AUTH_MODE": "login",
    }
    started = [begin(live, f"scripts/{script}.js", **settings) for script in SCRIPTS]
    for script, running in zip(SCRIPTS, started, strict=True):
        run = running.wait()
        assert_green(run)
        assert run.summary["scenario"] == run.summary["run"]["profile"] == profile
        requests = [row for row in run.samples() if row.metric == "http_reqs"]
        assert {row.tags["test_type"] for row in requests} == {expected_load.TEST_TYPES[script]}


def test_spikes_report_their_steps_and_the_recovery(live: Suite) -> None:
    sets = ("core", "saas", "extended", "cdc", "desk")
    started = []
    for profile_set in sets:
        total = live.inspect("scenarios/spike.js", PROFILE_SET=profile_set).shape.seconds
        settings: dict[str, str | float] = {
            "PROFILE_SET": profile_set,
            "TIME_SCALE": round(4 / total, 4),
            "VUS": 10,
        }
        started.append(begin(live, "scenarios/spike.js", **settings))
    for running in started:
        run = running.wait()
        assert_green(run)
        stages = {row["name"]: row for row in run.summary["stages"]}
        assert list(stages)[-1] == "ramp-down"
        assert stages["recovery"]["requests"] > 0
        assert run.summary["breakingStage"] is None


def test_a_healthy_service_is_never_red(live: Suite) -> None:
    ready = live.having(VUS=1, DURATION="2s", THINK_TIME="0.1")
    runs = [ready.run("scenarios/smoke.js") for _ in range(3)]
    assert all(run.summary["failedChecks"] == [] for run in runs)
    # A machine that is busy with other tests may be too slow for the latency targets, once.
    assert sum(run.code == 0 and run.passed for run in runs) >= 2, [run.reasons for run in runs]


@pytest.mark.parametrize("mode", ["login", "api-key"])
def test_authentication_modes(live: Suite, service: RunningService, mode: str) -> None:
    run = short(live, "scripts/api-authenticated.js", AUTH_MODE=mode)
    assert_green(run)
    logins = [row for row in run.samples() if row.tags.get("name") == "auth login"]
    assert bool(logins) is (mode == "login")


def test_what_a_run_created_is_gone_afterwards(faulty: RunningService, suite: Suite) -> None:
    run = short(suite.against(faulty.url, AUTH_MODE="api-key"), "scripts/api-authenticated.js")
    assert_green(run)
    created = faulty.count("POST", "/api/v1/items")
    assert created == faulty.count("DELETE", "/api/v1/items/{item_id}") > 0


FOLDER = "sp ace 'quo\"te` {{brace}} {x} $(touch p);* %41 #?& ünï日"


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project in a folder whose name means something to shells, URLs and templates."""
    project = tmp_path_factory.mktemp("awkward") / FOLDER
    shutil.copytree(LOAD, project / "tests" / "load")
    yield project
    assert not list(project.rglob("p"))


@pytest.mark.parametrize(
    ("cwd", "script"),
    [
        ("/", ""),
        (".", "tests/load/scripts/api-authenticated.js"),
        ("tests/load/scripts", "health.js"),
        ("tests", "./load/scripts/api-public.js"),
    ],
    ids=["absolute", "project", "scripts", "dot"],
)
def test_runs_from_any_folder_in_any_folder(
    awkward: Path, live: Suite, cwd: str, script: str
) -> None:
    path = Path(script) if script else awkward / "tests/load/scenarios/smoke.js"
    summary = awkward / "tests/load/results" / f"{path.stem}-test-summary.json"
    ready = live.having(VUS=1, TIME_SCALE="0.005", THINK_TIME="0.1", AUTH_MODE="login")
    run = ready.having(RESULTS_DIR="", THRESHOLDS=PATIENT).run(path, cwd=awkward / cwd)
    assert run.code == 0, run.everything
    assert '\n  "passed": true,\n' in summary.read_text(encoding="utf-8")
    assert f"summary: {summary}" in run.out


def test_wait_for_service_is_quick_and_leaves_nothing(live: Suite) -> None:
    run = live.run("engine/commands/wait-for-service.js")
    assert run.code == 0, run.everything
    assert run.out == ""
    assert run.err == ""
    assert sorted(path.name for path in run.folder.iterdir()) == ["err.txt", "out.txt"]
    assert run.seconds < 5
