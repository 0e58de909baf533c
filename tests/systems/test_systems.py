"""Each preset, untouched, on the server of its document: green; red with the cause for faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.bakery import Bakery
from tests.support.suite_runner import SCENARIOS, THRESHOLDS_CROSSED, Run, Suite
from tests.systems.faults import FAULTS
from tests.systems.frame import running
from tests.systems.runs import (
    SHORT,
    SYSTEMS,
    VARIANTS,
    answers,
    calm,
    command,
    green_run,
    red_run,
    run,
    suite_of,
)
from tests.systems.shop import shop

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("systems")]

TOGETHER = 5
"""Runs at a time: they wait for most of it."""

TESTS = {
    "core": "health api-public",
    "missions": "health api-public api-authenticated missions specs websocket resources",
    "desk": "health api-public api-authenticated auth-flow tickets knowledge-base websocket"
    " resources smoke-ramping",
    "commerce": "health api-public api-authenticated auth-flow tiers rate-limit flash-sale"
    " breaking-point memory-leak database-api reports bulk-import",
}
"""Every test of each preset, besides the profiles. `database` needs a database: tests/databases."""

GREEN = [(name, test) for name, tests in TESTS.items() for test in (*tests.split(), *SCENARIOS)]
RED = [(name, case) for name, cases in FAULTS.items() for case in range(len(cases))]


@pytest.fixture(scope="module")
def suites(
    baked: Bakery, k6_binary: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Suite]:
    results = tmp_path_factory.mktemp("systems")
    return {name: suite_of(name, baked, k6_binary, results) for name in SYSTEMS}


@pytest.fixture(scope="module")
def runs(
    suites: dict[str, Suite], request: pytest.FixtureRequest
) -> Iterator[dict[tuple[str, str | int], Future[Run]]]:
    """The runs of this module that were asked for, some at a time."""
    wanted = {
        tuple(item.callspec.params.values())
        for item in request.session.items
        if item.parent is request.node and hasattr(item, "callspec")
    }
    with ThreadPoolExecutor(TOGETHER) as pool:
        started: dict[tuple[str, str | int], Future[Run]] = {}
        for name, test in GREEN:
            if (name, test) in wanted:
                prepare = None
                if test == "rate-limit":
                    prepare = shop(window=2)
                started[name, test] = pool.submit(green_run, name, suites[name], test, prepare)
        for name, case in RED:
            if (name, case) in wanted:
                started[name, case] = pool.submit(red_run, name, suites[name], FAULTS[name][case])
        yield started
        pool.shutdown(cancel_futures=True)


def test_every_test_of_each_preset_is_here(suites: dict[str, Suite]) -> None:
    for name, suite in suites.items():
        found = {path.stem for path in (suite.load / "scripts").glob("*.js")}
        found |= {path.stem for path in (suite.load / "scenarios").glob("*.js")}
        assert found - {"database"} == {*TESTS[name].split(), *SCENARIOS} - set(VARIANTS), name


@pytest.mark.parametrize(("name", "test"), GREEN)
def test_green(name: str, test: str, runs: dict[tuple[str, str], Future[Run]]) -> None:
    run = runs[name, test].result()
    assert (run.code, run.summary["reasons"]) == (0, []), run.err
    assert run.errors_logged == []


def test_tokens_that_end_without_a_word_are_renewed(suites: dict[str, Suite]) -> None:
    """The shop's tokens carry no lifetime: a 401 is answered with a new login, not passed on."""
    suite, test = suites["commerce"], "database-api"
    limits = f"{calm(suite, test)};http_req_failed=rate<0.1"
    with running(shop(life=0.7)) as system:
        done = run(suite, test, system, DURATION="3s", THRESHOLDS=limits)
    assert (done.code, done.summary["failedChecks"]) == (0, []), done.everything
    assert done.summary["metrics"]["errorTypes"]["auth"] >= 2


@pytest.mark.parametrize(
    ("name", "case"), RED, ids=[f"{name}-{FAULTS[name][case].test}-{case}" for name, case in RED]
)
def test_red(name: str, case: int, runs: dict[tuple[str, int], Future[Run]]) -> None:
    run = runs[name, case].result()
    assert run.code == THRESHOLDS_CROSSED, run.err + run.reasons
    says = FAULTS[name][case].says
    assert any(re.search(says, reason) for reason in run.summary["reasons"]), run.reasons


def test_at_least_twelve_faults_each() -> None:
    assert {name: len(cases) for name, cases in FAULTS.items() if len(cases) < 12} == {}


@pytest.mark.parametrize("name", SYSTEMS)
def test_smoke_all_and_the_steps_of_ci(
    name: str, baked: Bakery, k6_binary: Path, tmp_path: Path
) -> None:
    """`load-test.sh smoke all`, then what the workflow runs: plan, run, summary."""
    project = baked(**{**answers(name), "ci": "github"})
    # Of a handful of responses, a single slow one fails a check of its time.
    busy = "http_req_duration=p(95)<30000;checks=rate>0.5"
    settings = {**SHORT, "DURATION": "2s", "THRESHOLDS": busy, "RATE_LIMIT_WINDOW": "2s"}
    with running(shop(window=2) if name == "commerce" else SYSTEMS[name]) as system:
        script = str(project / "scripts" / "load-test.sh")
        done = command(
            project,
            *("bash", script, "smoke", "all", "--no-color"),
            k6=k6_binary,
            results=tmp_path / "all",
            BASE_URL=system.url,
            **settings,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        inputs = {"TARGET": system.url, "PROFILE": "smoke", "RUN_ID": "ci-1", **settings}
        steps = [
            command(
                project,
                *("bash", "tests/load/ci/ci.sh", step),
                k6=k6_binary,
                results=tmp_path / "ci",
                **inputs,
            )
            for step in ("plan", "run", "summary")
        ]
    for done in steps:
        assert done.returncode == 0, done.stdout + done.stderr
    plan, _, summary = steps
    assert "run=true" in plan.stdout
    assert "smoke" in summary.stdout
