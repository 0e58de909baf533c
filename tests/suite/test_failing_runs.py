"""Runs that fail: the service dies, the script throws, somebody presses Ctrl-C."""

from __future__ import annotations

import pytest
from service.testing import RunningService, running_service

from tests.support.suite_runner import MEGABYTE, THRESHOLDS_CROSSED, Running, Suite

pytestmark = pytest.mark.slow

INTERRUPTED = 105


def when_asked(service: RunningService, requests: int, running: Running) -> None:
    """Wait until the service was asked so many times."""
    running.wait_for(lambda: service.stats()["total"] >= requests)


def test_a_service_that_dies_mid_run(suite: Suite) -> None:
    with running_service() as mortal:
        live = suite.against(mortal.url, VUS=20, DURATION="3s", THINK_TIME="0.05")
        running = live.start("scripts/health.js")
        when_asked(mortal, 100, running)
        mortal.stop()
        run = running.wait()
    assert run.code == THRESHOLDS_CROSSED
    assert not run.passed
    assert "health: " in run.reasons
    assert "connection refused" in run.reasons
    assert run.endpoint("health")["errorTypes"]["refused"] > 100
    assert len(run.err) < MEGABYTE / 10
    assert len(run.out) < MEGABYTE / 10


@pytest.mark.parametrize("entry", ["scenarios/smoke.js", "scenarios/load.js", "scripts/health.js"])
def test_a_service_that_dies_before_the_first_measured_request(suite: Suite, entry: str) -> None:
    with running_service(faults={"die": {"skip": 1}}) as mortal:
        live = suite.against(mortal.url, VUS=2, DURATION="1s", TIME_SCALE="0.003")
        run = live.having(THINK_TIME="0.1").run(entry)
    assert run.code == THRESHOLDS_CROSSED
    latencies = [row for row in run.summary["thresholds"] if "duration" in row["metric"]]
    assert latencies
    assert [row for row in latencies if row["ok"] and row["measured"]] == []
    assert "refused" in run.err


def test_the_first_step_beyond_the_targets_is_named(suite: Suite, faulty: RunningService) -> None:
    live = suite.against(faulty.url, VUS=4, TIME_SCALE="0.003", THINK_TIME="0.02")
    running = live.start("scenarios/stress.js")
    when_asked(faulty, 20, running)
    faulty.set_fault("error", 500)
    run = running.wait()
    assert run.code == THRESHOLDS_CROSSED
    steps = [row["name"] for row in run.summary["stages"]]
    assert steps[:2] == ["step-1-1vus", "step-2-2vus"]
    assert run.summary["breakingStage"]["name"] in steps
    assert "http_req_failed" in run.summary["breakingStage"]["reason"]
    assert f"first step beyond the targets: {run.summary['breakingStage']['name']}" in run.out


def test_a_step_whose_checks_fail_is_named(suite: Suite, service: RunningService) -> None:
    live = suite.against(service.url, VUS=4, TIME_SCALE="0.002", THINK_TIME="0.02")
    run = live.having(READINESS="answer", HEALTH_STATUS_WORDS="foo").run("scenarios/stress.js")
    assert run.code == THRESHOLDS_CROSSED
    assert run.summary["breakingStage"]["name"] == "step-1-1vus"
    assert "checks rate was 0." in run.summary["breakingStage"]["reason"]
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    for text in (run.out, markdown):
        assert "irst step beyond the targets: step-1-1vus" in text
        assert "very step met" not in text
    for row in run.summary["stages"]:
        assert sum(row["checks"].values()) >= row["requests"]
    (line,) = (line for line in markdown.splitlines() if line.startswith("| step-1-1vus |"))
    assert line.split("|")[-2].strip().endswith("%")


def test_a_service_that_does_not_recover_from_a_spike(suite: Suite, faulty: RunningService) -> None:
    live = suite.against(faulty.url, VUS=10, TIME_SCALE="0.008", THINK_TIME="0.02")
    running = live.start("scenarios/spike.js")
    when_asked(faulty, 100, running)
    # Few enough not to cross the limits of the whole run, which are those of a stress test.
    faulty.set_fault("error", 500, rate=0.09)
    run = running.wait()
    assert run.code == THRESHOLDS_CROSSED
    assert "http_req_failed{stage:recovery}: expected rate<0.01" in run.reasons
    assert run.summary["breakingStage"] is not None
    assert "every step met the targets" not in run.out


def test_the_breaking_point_ends_the_run(suite: Suite, faulty: RunningService) -> None:
    faulty.set_fault("error", 500, skip=1)
    live = suite.against(faulty.url, VUS=5, DURATION="40s", THINK_TIME="0.2")
    run = live.run("scenarios/breakpoint.js")
    assert run.code == THRESHOLDS_CROSSED
    assert 9 < run.seconds < 20
    assert "cut short" in run.reasons
    assert run.summary["breakingStage"] is not None


THROWING = """
import { defineTest } from '../lib/define.js';
import { HEALTH, visitHealth } from './health.js';

const test = defineTest({
  name: 'throwing',
  defaultLoad: {
    scenario: 'throwing',
    shape: { executor: 'constant-vus', vus: 3, duration: '1s' },
  },
  endpoints: [HEALTH],
  thresholds: { checks: ['rate>0.5'], http_req_failed: ['rate<0.5'] },
});
export const { options, setup, teardown, handleSummary } = test;
export default test.run(() => {
  visitHealth();
  BODY
});
"""


def add_script(suite: Suite, name: str, body: str) -> str:
    """Write a script of a user's own into the suite and return its path."""
    path = suite.load / "scripts" / f"{name}.js"
    path.write_text(THROWING.replace("BODY", body), encoding="utf-8")
    return f"scripts/{name}.js"


def test_a_script_that_throws_in_every_iteration(live: Suite) -> None:
    script = add_script(live, "throwing", "throw new Error(`id ${Math.random()}`);")
    run = live.run(script)
    assert run.code == THRESHOLDS_CROSSED
    assert not run.passed
    thrown = run.summary["metrics"]["scriptErrors"]
    assert thrown == run.summary["metrics"]["iterations"] > 100
    assert f"{thrown} iterations ended in an exception" in run.reasons
    assert "id 0." in run.err
    assert "throwing.js:" in run.err
    assert len(run.err) < MEGABYTE / 10


def test_a_promise_that_is_rejected(live: Suite) -> None:
    script = add_script(live, "rejecting", "return Promise.reject(new Error('later'));")
    run = live.run(script)
    assert run.code == THRESHOLDS_CROSSED
    assert "iterations ended in an exception" in run.reasons
    assert "later" in run.err


def test_a_script_that_does_nothing(live: Suite) -> None:
    script = add_script(live, "idle", "")
    path = live.load / script
    text = path.read_text(encoding="utf-8").replace("  visitHealth();\n", "")
    path.write_text(text.replace("import { HEALTH, visitHealth }", "import { HEALTH }"))
    run = live.run(script)
    assert run.code == THRESHOLDS_CROSSED
    assert not run.passed
    assert "health: was never requested" in run.reasons


def test_a_script_that_checks_nothing(live: Suite) -> None:
    script = add_script(live, "unchecked", "request(HEALTH);")
    path = live.load / script
    text = path.read_text(encoding="utf-8").replace("  visitHealth();\n", "")
    text = text.replace("import { HEALTH, visitHealth }", "import { HEALTH }")
    path.write_text(f"import {{ request }} from '../lib/http.js';\n{text}", encoding="utf-8")
    run = live.run(script)
    # k6 itself is content with a rate without samples; the summary, and so the wrapper, is not.
    assert not run.passed
    assert run.reasons == "checks: 'rate>0.5' was never measured"
    assert '\n  "passed": false,\n' in run.summary_text


def test_a_run_whose_thresholds_are_switched_off_is_not_judged_good(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("error", 500, skip=1)
    live = suite.against(faulty.url, VUS=1, DURATION="1s", THINK_TIME="0.1")
    run = live.run("scripts/health.js", flags=("--no-thresholds",))
    assert not run.passed
    assert run.summary["metrics"]["errorRate"] == 100
    assert "nothing was judged" in run.reasons
    assert "--no-thresholds" in run.out
    assert "PASSED" not in run.out


def test_a_service_that_does_not_answer_any_more_after_set_up(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("hang", skip=1)
    script = add_script(suite, "waiting", "")
    path = suite.load / script
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("duration: '1s'", "duration: '1s', gracefulStop: '0s'"))
    run = suite.against(faulty.url).run(script)
    assert run.code == THRESHOLDS_CROSSED
    assert run.summary["metrics"]["iterations"] == 0
    assert "no iteration was completed" in run.reasons


@pytest.mark.parametrize("entry", ["scenarios/smoke.js", "scripts/health.js"])
def test_an_interrupted_run_did_not_pass(suite: Suite, faulty: RunningService, entry: str) -> None:
    live = suite.against(faulty.url, VUS=2, THINK_TIME="0.01")
    running = live.start(entry)
    when_asked(faulty, 20, running)
    running.interrupt()
    run = running.wait()
    assert run.code == INTERRUPTED
    assert not run.passed
    assert run.summary["metrics"]["errors"] == 0
    assert "cut short: ran " in run.reasons
    assert "PASSED" not in run.out
    assert "FAILED" in run.out
    assert "ended 20" in run.err  # teardown ran


OLD_NAMES = """
import { BASE_URL } from '../lib/config.js';
import { endpoint, request } from '../lib/http.js';
import { defineTest } from '../lib/define.js';

const HEALTH = endpoint('health', `${BASE_URL}/api/v1/health`, { kind: 'health' });
const shape = { executor: 'constant-vus', vus: 1, duration: '1s' };
const test = defineTest({
  name: 'old',
  own: { key: 'main', shape },
  beside: [{ key: 'other', exec: 'other', shape: { ...shape, vus: 2 } }],
  endpoints: [HEALTH],
});
export const { options, setup, teardown, handleSummary } = test;
export const other = test.run(() => request(HEALTH));
export default test.run(() => request(HEALTH));
"""


def test_names_of_earlier_versions_work_with_a_warning(live: Suite) -> None:
    script = live.load / "scripts" / "old.js"
    script.write_text(OLD_NAMES, encoding="utf-8")
    run = live.having(THINK_TIME=1).run(script)
    assert run.code == 0, run.everything
    assert run.summary["scenario"] == "main"
    metrics = {row["metric"] for row in run.summary["thresholds"]}
    assert {"iterations{scenario:main}", "iterations{scenario:other}"} <= metrics
    for old, new in (("own", "defaultLoad"), ("beside", "companions"), ("key", "scenario")):
        assert f"'{old}' is now called '{new}'" in run.everything
