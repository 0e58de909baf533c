"""Verdicts that were wrong or misleading once: a false green, a false red, or no cause."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
from service.testing import RunningService, free_port

from tests.support.suite_runner import ANY_LATENCY, SCRIPT_ERROR, THRESHOLDS_CROSSED, Run, Suite

pytestmark = pytest.mark.slow

HEALTH = "/api/v1/health"

OWN = """
import { BASE_URL } from '../lib/config.js';
import { endpoint, request } from '../lib/http.js';
import { checker } from '../lib/checker.js';
import { defineTest } from '../lib/define.js';
IMPORTS

const HEALTH = endpoint('health', `${BASE_URL}/api/v1/health`, { kind: 'health' });
const wrong = checker(HEALTH.name, { fields: ['nothing'] });
const test = defineTest({
  name: 'own',
  defaultLoad: {
    scenario: 'own',
    shape: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '5s' },
  },
  endpoints: [HEALTH],
  SPEC
});
export const { options, setup, teardown, handleSummary } = test;
export default test.run(() => {
  BODY
  k6.sleep(0.3);
});
"""

_numbers = itertools.count()


def own_test(suite: Suite, body: str, spec: str = "", imports: str = "") -> str:
    """Write a test of a user's own, without thresholds unless `spec` has some."""
    script = f"scripts/own{next(_numbers)}.js"
    text = OWN.replace("BODY", body).replace("SPEC", spec)
    text = text.replace("IMPORTS", f"import k6 from 'k6';\n{imports}")
    (suite.load / script).write_text(text, encoding="utf-8")
    return script


def threshold(run: Run, metric: str, expression: str) -> dict[str, object]:
    rows = run.summary["thresholds"]
    return next(r for r in rows if (r["metric"], r["expression"]) == (metric, expression))


def test_checks_have_a_limit_by_default(live: Suite) -> None:
    run = live.run(own_test(live, "wrong(request(HEALTH));"), THRESHOLDS=ANY_LATENCY)
    assert run.code == THRESHOLDS_CROSSED
    assert run.summary["metrics"]["errors"] == 0
    assert "checks failed: 'health has nothing'" in run.reasons


def test_one_in_ten_wrong_answers_is_too_many_by_default(live: Suite) -> None:
    body = "const r = request(HEALTH); for (let i = 0; i < 9; i += 1) { right(r); } wrong(r);"
    imports = (
        "const right = (r) => k6.check(r, { 'health answers': (a) => a.status === 200 }, MARK);\n"
        "const MARK = { name: 'health' };"
    )
    run = live.run(own_test(live, body, imports=imports), THRESHOLDS=ANY_LATENCY)
    assert run.code == THRESHOLDS_CROSSED, run.everything
    assert "checks{name:health}" in run.out


def test_the_health_test_lets_latency_limits_judge_slow_answers(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("slow", 150, only=HEALTH, rate=0.03)
    live = suite.against(faulty.url, VUS=3, DURATION="5s", THINK_TIME="0.1")
    run = live.run("scripts/health.js", THRESHOLDS="http_req_duration=p(90)<5000")
    assert run.endpoint("health")["duration"]["max"] > 150
    assert run.summary["metrics"]["checks"]["fails"] > 0
    assert threshold(run, "health_check_errors", "rate<0.001")["value"] == 0
    assert run.code == 0, run.reasons


def test_the_health_test_counts_answers_that_are_not_healthy(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("unhealthy", skip=1, rate=0.5)
    live = suite.against(faulty.url, VUS=2, DURATION="2s", THINK_TIME="0.1")
    run = live.run("scripts/health.js", THRESHOLDS=ANY_LATENCY)
    assert run.code == THRESHOLDS_CROSSED
    assert threshold(run, "health_check_errors", "rate<0.001")["ok"] is False


def test_a_load_step_has_the_rate_of_its_own_time(suite: Suite, service: RunningService) -> None:
    live = suite.against(service.url, VUS=4, TIME_SCALE="0.006", THINK_TIME="0.02")
    run = live.run("scenarios/stress.js", THRESHOLDS=ANY_LATENCY)
    steps = run.summary["stages"]
    seconds = run.summary["run"]["durationMs"] / 1000
    shares = [row["requests"] / seconds for row in steps]
    assert len(steps) >= 4
    for row, share in zip(steps, shares, strict=True):
        # Each of them lasts at most a third of the run.
        assert row["requestRate"] > 2 * share, row
    (line,) = (text for text in run.out.splitlines() if text.startswith(f"  {steps[0]['name']} "))
    assert f"{steps[0]['requestRate']:.1f}" in line.split()
    together = sum(row["requestRate"] for row in steps) / len(steps)
    assert together == pytest.approx(run.summary["metrics"]["requestRate"], rel=0.5)


RARELY = """
import { OPENAPI, visitOpenapi } from '../scripts/api-public.js';
import { HEALTH, visitHealth } from '../scripts/health.js';

const mix = {
  order: 'weighted',
  steps: [
    { visit: visitHealth, endpoint: HEALTH, think: [0.1, 0.1], weight: 1 - 1e-9 },
    { visit: visitOpenapi, endpoint: OPENAPI, think: [0.1, 0.1], weight: 1e-9 },
  ],
};
export const workload = { load: mix };
"""


def test_a_short_run_takes_every_step_of_a_mix(live: Suite) -> None:
    (live.load / "workloads").mkdir(exist_ok=True)
    (live.load / "workloads" / "rarely.js").write_text(RARELY, encoding="utf-8")
    short = live.having(VUS=2, TIME_SCALE="0.002", WORKLOAD="rarely")
    run = short.run("scenarios/load.js", THRESHOLDS=ANY_LATENCY)
    assert run.code == 0, run.everything
    assert run.endpoint("openapi")["requests"] == 1
    assert run.endpoint("health")["requests"] > 1


def test_an_endpoint_without_a_check_is_judged_by_status_and_time(live: Suite) -> None:
    script = own_test(live, "request(HEALTH);")
    for settings in (live, live.having(PROFILE="smoke", DURATION="1s")):
        run = settings.run(script, THRESHOLDS=ANY_LATENCY)
        assert run.code == 0, run.everything
        assert run.passed, run.reasons
        assert run.summary["unchecked"] == ["health"]
        assert "no checks: health" in run.out
        assert "never measured" not in run.out


def test_a_threshold_without_samples_is_red_everywhere(live: Suite) -> None:
    spec = "thresholds: { own_errors: ['rate<0.1'] },"
    imports = "import { Rate } from 'k6/metrics';\nnew Rate('own_errors');"
    run = live.run(own_test(live, "request(HEALTH);", spec, imports), THRESHOLDS=ANY_LATENCY)
    row = threshold(run, "own_errors", "rate<0.1")
    assert (row["ok"], row["measured"]) == (False, False)
    assert "✗ 'rate<0.1' never measured" in run.out
    assert run.summary["reasons"] == ["own_errors: 'rate<0.1' was never measured"]
    assert "FAILED" in run.out
    assert "k6 itself passes what it never measured: alone, it exits with 0" in run.out
    assert run.code == 0
    junit = (run.folder / "junit.xml").read_text(encoding="utf-8")
    assert 'failures="2"' in junit


def test_the_cause_is_named_beyond_the_endpoints_that_are_counted_by_cause(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("error", 500, only=HEALTH, skip=1)
    many = "...Array.from({ length: 30 }, (_, i) => endpoint(`GET /${i}`, HEALTH.url)), HEALTH"
    script = own_test(suite, "all.forEach((each) => request(each));", imports="const all = [];")
    path = suite.load / script
    text = path.read_text(encoding="utf-8").replace("endpoints: [HEALTH]", "endpoints: all")
    path.write_text(text.replace("const test", f"all.push({many});\nconst test"), encoding="utf-8")
    run = suite.against(faulty.url).run(script, THRESHOLDS=ANY_LATENCY)
    assert run.code == THRESHOLDS_CROSSED
    assert run.summary["reasons"][0].startswith("server error, 5xx: 31 endpoints failed: GET /0; ")
    assert "()" not in run.reasons
    assert len(run.summary["reasons"]) <= 2


def test_shares_are_not_rounded_to_a_tenth_of_a_percent(live: Suite) -> None:
    body = "for (let i = 0; i < 16; i += 1) { rate.add(i === 0); } request(HEALTH);"
    spec = "thresholds: { own_rate: ['rate<0.01'] },"
    imports = "import { Rate } from 'k6/metrics';\nconst rate = new Rate('own_rate');"
    run = live.run(own_test(live, body, spec, imports), THRESHOLDS=ANY_LATENCY)
    assert threshold(run, "own_rate", "rate<0.01")["value"] == 0.0625
    assert "rate=6.25%" in run.out


def test_errors_do_not_hide_that_an_endpoint_is_too_slow(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("slow", 150, only=HEALTH, skip=1)
    faulty.set_fault("error", 500, only=HEALTH, skip=1, rate=0.5)
    live = suite.against(faulty.url, VUS=2, DURATION="2s", THINK_TIME="0.1")
    run = live.run("scripts/health.js")
    (reason,) = (text for text in run.summary["reasons"] if text.startswith("health: "))
    assert "server error, 5xx" in reason
    assert "too slow, p95 " in reason
    assert "(limit p(95)<100)" in reason


def test_a_limit_on_all_requests_names_the_slowest_endpoint(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("slow", 300, only="/openapi.json", skip=1)
    live = suite.against(faulty.url, VUS=1, DURATION="2s", THINK_TIME="0.1")
    limits = "http_req_duration=p(95)<200;http_req_duration{name:health}=p(95)<5000"
    run = live.run("scenarios/smoke.js", THRESHOLDS=limits)
    (reason,) = run.summary["reasons"]
    assert reason.startswith("http_req_duration: expected p(95)<200, got ")
    assert ", slowest: openapi " in reason


LOGIN_INSIDE = "import { authorized } from '../lib/auth.js';"


def test_a_login_that_breaks_is_named_though_the_test_does_not_declare_it(
    suite: Suite, faulty: RunningService
) -> None:
    faulty.set_fault("login", "500")
    body = "wrong(authorized(HEALTH));"
    live = suite.against(faulty.url, AUTH_MODE="login", THINK_TIME="0.1")
    run = live.run(own_test(live, body, imports=LOGIN_INSIDE), THRESHOLDS=ANY_LATENCY)
    assert run.code == THRESHOLDS_CROSSED
    first, second, _ = run.summary["reasons"]
    assert first.startswith("auth login: ")
    assert "server error" in first
    assert second == "health: was never requested"


def test_a_test_that_never_logs_in_is_not_blamed_for_it(live: Suite) -> None:
    run = live.run(own_test(live, "request(HEALTH);"), AUTH_MODE="login", THRESHOLDS=ANY_LATENCY)
    assert run.passed, run.reasons
    assert "auth login" not in run.out + run.summary_text


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_a_set_up_that_failed_says_why_and_nothing_else(suite: Suite, host: str) -> None:
    url = f"http://{host}:{free_port()}"
    run = suite.against(url, VUS=2).run("scenarios/load.js")
    assert run.code == SCRIPT_ERROR
    (reason,) = run.summary["reasons"]
    assert reason.startswith("setup failed, no iteration was completed: the service is not healthy")
    assert f"GET {url}/api/v1/health" in reason
    assert "refused" in reason
    assert reason in run.out
    assert "never measured" not in run.out
    assert len(run.out.splitlines()) < 8
    for name in ("report.md", "junit.xml"):
        assert "the service is not healthy" in (run.folder / name).read_text(encoding="utf-8")
    assert run.summary["failedChecks"] == []


@pytest.mark.parametrize(
    "script", ["scripts/api-public.js", "scripts/api-authenticated.js", "scenarios/load.js"]
)
def test_groups_hold_no_pauses(live: Suite, script: str) -> None:
    ready = live.having(VUS=2, TIME_SCALE="0.02", AUTH_MODE="none", THINK_TIME="0.5")
    run = ready.run(script, samples=True, THRESHOLDS=ANY_LATENCY)
    lasted = [row.value for row in run.samples() if row.metric == "group_duration"]
    assert len(lasted) > 2
    # The shortest pause here is 250 ms; a busy machine may need some of that for a request.
    assert sorted(lasted)[len(lasted) // 2] < 100


def test_limits_on_grpc_metrics_are_accepted(live: Suite) -> None:
    limit = "grpc_req_duration=p(95)<500"
    script = own_test(live, "request(HEALTH);")
    run = live.run(script, THRESHOLDS=f"{ANY_LATENCY};{limit}")
    assert run.code == 0, run.everything
    assert "grpc_req_duration is left out, this test has no samples for it" in run.err
    with_grpc = own_test(
        live,
        "grpc.invoke('a/b', {});",
        "metrics: ['grpc_req_duration'],",
        "import client from 'k6/net/grpc';\nconst grpc = new client.Client();",
    )
    assert live.inspect(with_grpc, THRESHOLDS=limit).thresholds["grpc_req_duration"] == [
        "p(95)<500"
    ]
    refused = live.inspect(script, THRESHOLDS="grpc_req_duraton=p(95)<500")
    assert "k6 has no metric grpc_req_duraton" in refused.err


def test_executors_without_a_planned_load_are_refused_by_name(live: Suite) -> None:
    script = own_test(live, "request(HEALTH);")
    path = live.load / script
    text = path.read_text(encoding="utf-8").replace("'constant-vus'", "'externally-controlled'")
    path.write_text(text, encoding="utf-8")
    refused = live.inspect(script)
    assert refused.code == SCRIPT_ERROR
    assert "own: executor 'externally-controlled' has no planned duration" in refused.err


OLD = """
import http from 'k6/http';
import { check } from 'k6';
import { config, options as shared, profiles } from '../k6.config.js';
import { authHeaders, defaultOptions, standardThresholds } from '../lib/config.js';

export const options = {
  tags: shared.tags,
  vus: profiles.smoke.vus,
  iterations: 2,
  thresholds: {
    ...shared.thresholds,
    http_req_duration: standardThresholds.api_write.duration,
    checks: ['rate==1'],
  },
};
export default function () {
  const response = http.get(`${config.baseUrl}${config.apiPrefix}/health`, {
    ...defaultOptions,
    headers: authHeaders('abc'),
  });
  check(response, {
    ok: (r) => r.status === 200,
    bearer: () => response.request.headers.Authorization[0] === 'Bearer abc',
    plain: () => authHeaders('').Authorization === undefined,
  });
}
"""


def test_names_of_earlier_documents_work(live: Suite) -> None:
    script = live.load / "scripts" / "earlier.js"
    script.write_text(OLD, encoding="utf-8")
    run = live.run("scripts/earlier.js")
    assert run.code == 0, run.everything
    found = live.inspect("scripts/earlier.js").thresholds
    assert found["http_req_duration"] == ["p(95)<500", "p(99)<1000"]
    assert found["http_req_failed"] == ["rate<0.01"]


def test_one_limit_is_in_one_place(live: Suite, tmp_path: Path) -> None:
    copy = tmp_path / "tests" / "load"
    shutil.copytree(live.load, copy)
    table = copy / "config/thresholds.js"
    text = table.read_text(encoding="utf-8")
    defaults = "  http_req_duration: ['p(95)<500'],\n  http_req_failed: ['rate<0.01'],"
    changed = "  http_req_duration: ['p(95)<321'],\n  http_req_failed: ['rate<0.02'],"
    assert text.count(defaults) == 1
    table.write_text(text.replace(defaults, changed), encoding="utf-8")
    edited = Suite(live.k6, copy, live.results, live.base)
    for profile in ("smoke", "load", "soak"):
        found = edited.inspect(f"scenarios/{profile}.js").thresholds
        assert found["http_req_duration"][0] == "p(95)<321"
        assert found["http_req_failed"] == ["rate<0.02"]
    spike = edited.inspect("scenarios/spike.js").thresholds
    assert spike["http_req_duration{stage:recovery}"] == ["p(95)<321"]


def test_a_bare_iteration_is_no_success(live: Suite) -> None:
    """k6 logs what it throws, and exits with 0."""
    script = own_test(live, "request(HEALTH); throw new Error('unnoticed');")
    path = live.load / script
    head, wrapped, body = path.read_text(encoding="utf-8").partition("test.run(() => {")
    assert wrapped
    path.write_text(f"{head}() => {{{body.replace('});', '};')}", encoding="utf-8")
    run = live.run(script, THRESHOLDS=ANY_LATENCY)
    assert run.code == 0, run.everything
    assert not run.passed
    assert run.reasons.startswith("exceptions in iterations were not counted")
    assert "export default test.run(" in run.reasons


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "thresholds: { 'http_req_duration{name:GET /typo}': ['p(95)<1'] },",
            "there is no endpoint 'GET /typo'. Endpoints: health",
        ),
        (
            "thresholds: { 'http_req_failed{kind:api_red}': ['rate<0.01'] },",
            "no endpoint is of that kind. Kinds: health",
        ),
        (
            "metrics: ['other'], thresholds: { own_errors: ['rate<0.1'] },",
            "own_errors is not in `metrics`",
        ),
        ("options: { thresholds: {} },", "options.thresholds would replace what the suite plans"),
        (
            "options: { scenarios: { x: { executor: 'constant-vus', vus: 1, duration: '1s' } } },",
            "put the load into `defaultLoad`",
        ),
    ],
)
def test_a_threshold_or_a_load_that_would_be_dropped_is_refused(
    live: Suite, spec: str, message: str
) -> None:
    imports = "import { Rate } from 'k6/metrics';\nnew Rate('own_errors');\nnew Rate('other');"
    run = live.run(own_test(live, "request(HEALTH);", spec, imports))
    assert run.code == SCRIPT_ERROR
    assert message in run.everything


def test_a_limit_on_an_unusual_percentile_says_what_was_measured(live: Suite) -> None:
    spec = "thresholds: { 'http_req_duration{expected_response:true}': ['p(98)<0.001'] },"
    run = live.run(own_test(live, "request(HEALTH);", spec), THRESHOLDS=ANY_LATENCY)
    row = threshold(run, "http_req_duration{expected_response:true}", "p(98)<0.001")
    assert isinstance(row["value"], float)
    assert "no samples" not in run.reasons


def test_times_of_zero_are_measured(live: Suite) -> None:
    spec = (
        "thresholds: { queue_wait: ['p(95)<100'], http_req_tls_handshaking: ['p(95)<100'] },"
        " metrics: ['queue_wait'],"
    )
    imports = "import { Trend } from 'k6/metrics';\nconst wait = new Trend('queue_wait', true);"
    run = live.run(own_test(live, "request(HEALTH); wait.add(0);", spec, imports))
    for metric in ("queue_wait", "http_req_tls_handshaking"):
        assert threshold(run, metric, "p(95)<100")["measured"] is True, run.reasons


def test_a_teardown_that_fails_is_a_reason(live: Suite) -> None:
    spec = "finish: () => { throw new Error('cannot clean up'); },"
    imports = (
        "const right = (r) => k6.check(r, { 'health answers': (a) => a.status === 200 }, MARK);\n"
        "const MARK = { name: 'health' };"
    )
    run = live.run(own_test(live, "right(request(HEALTH));", spec, imports), THRESHOLDS=ANY_LATENCY)
    assert run.code == SCRIPT_ERROR
    assert run.summary["reasons"] == [
        "teardown failed: cannot clean up. Data with the id of this run may be left in the service"
    ]
    assert run.summary["metrics"]["checks"]["fails"] == 0


def test_an_iteration_longer_than_the_run_is_named(live: Suite) -> None:
    run = live.run(own_test(live, "request(HEALTH); k6.sleep(20);"), THRESHOLDS=ANY_LATENCY)
    assert not run.passed
    (reason,) = run.summary["reasons"]
    assert reason.startswith("no iteration was completed, only 1 requests: one iteration takes")


def test_requests_to_endpoints_that_are_not_declared_are_counted(live: Suite) -> None:
    imports = "const OTHER = endpoint('other', `${BASE_URL}/openapi.json`);"
    script = own_test(live, "request(HEALTH); request(OTHER);", imports=imports)
    run = live.run(script, THRESHOLDS=ANY_LATENCY)
    assert run.summary["undeclared"] == run.endpoint("health")["requests"] > 0
    assert f"not declared: {run.summary['undeclared']} requests" in run.out


def test_a_group_is_judged_like_any_tag(live: Suite) -> None:
    spec = "thresholds: { 'group_duration{group:::cart}': ['avg<0.001'] },"
    body = "k6.group('cart', () => request(HEALTH));"
    run = live.run(own_test(live, body, spec), THRESHOLDS=ANY_LATENCY)
    assert run.code == THRESHOLDS_CROSSED
    assert "group_duration{group:::cart}: expected avg<0.001, got " in run.reasons
