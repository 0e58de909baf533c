// What is said of runs in which one thing, or two, went wrong.

import { CAUSES, wasLimitedHere } from '../engine/summary/causes.js';
import { metricsOf, rateOf, secondsOfSteps, totals } from '../engine/summary/metrics.js';
import { buildSummary, resultPath, shownTarget, summarize } from '../engine/summary/summary.js';
import { isOptional, thresholdResults } from '../engine/summary/threshold-results.js';
import { findings } from '../engine/summary/verdict.js';
import { expectations, shows } from './expect.js';
import { REMOTE, withSettings } from './support/stand-ins.js';

export const options = expectations(0);

const times = (ms) => ({ avg: ms, min: ms, p50: ms, p90: ms, p95: ms, p99: ms, max: ms });
const row = (name, more = {}) => ({
  name,
  requests: 10,
  errors: 0,
  errorRate: 0,
  errorTypes: {},
  checks: { passes: 10, fails: 0 },
  duration: times(5),
  ...more,
});
const limit = (metric, expression, more = {}) => ({ metric, expression, ok: true, value: 1, unit: '', measured: true, ...more }); // prettier-ignore
const crossed = (metric, expression = 'rate<0.1', value = 0.5, more = {}) => limit(metric, expression, { ok: false, value, ...more }); // prettier-ignore
const TOTALS = { requests: 30, errors: 0, errorTypes: {}, iterations: 10, droppedIterations: 0 };
const evidence = (more = {}) =>
  /** @type {any} */ ({
    endpoints: [row('a'), row('b')],
    stages: [],
    thresholds: [limit('checks', 'rate>0.9')],
    failedChecks: [],
    ...more,
    metrics: { ...TOTALS, ...more.metrics },
  });
const failed = (errorTypes, more = {}) =>
  row('a', { errors: 4, errorRate: 40, errorTypes, ...more });
const step = (name, more = {}) => row(name, more);

/** Runs, and whether they lasted as long as planned. */
const RUNS = {
  fine: evidence(),
  'no thresholds': evidence({ thresholds: [] }),
  'no iteration': evidence({ metrics: { iterations: 0, requests: 0 } }),
  'one request': evidence({ metrics: { iterations: 0, requests: 1 } }),
  'many requests, its own reasons': evidence({ metrics: { iterations: 0, requests: 9 }, own: { tables: [], reasons: ['own'] } }),
  'set-up failed': evidence({ metrics: { iterations: 0 }, setUpFailure: 'why' }),
  'its own reasons': evidence({ own: { tables: [], reasons: ['own', 'own too'] } }),
  'ended early on purpose': evidence({ own: { tables: [], reasons: [], endedEarly: true, breakingStage: { name: 's', reason: 'r' } } }),
  unguarded: evidence({ isUnguarded: true }),
  'a bad end': evidence({ teardownFailure: 'why' }),
  ...Object.fromEntries(Object.keys(CAUSES).map((cause) => [cause, evidence({ endpoints: [failed({ [cause]: 4 }), row('b')], thresholds: [crossed('http_req_failed{name:a}'), crossed('checks', 'rate>0.9')], metrics: { errorTypes: { [cause]: 4 } }, stages: [step('s', { errors: 9 })] })])),
  'two causes': evidence({ endpoints: [failed({ timeout: 1, auth: 3 })], thresholds: [crossed('http_req_failed{name:a}')] }),
  'the cause of another one': evidence({ endpoints: [failed({}), row('b', { errorTypes: { timeout: 2 } })], thresholds: [crossed('http_req_failed{name:a}')], metrics: { errorTypes: { timeout: 2, refused: 4 } } }),
  'one of two causes': evidence({ endpoints: [failed({})], thresholds: [crossed('http_req_failed{name:a}')], metrics: { errorTypes: { timeout: 2, refused: 4 } } }),
  'a login': evidence({ endpoints: [row('login', { errorTypes: { auth: 2, timeout: 1 } })], thresholds: [crossed('support_failed{name:login}')] }),
  'a login without a cause': evidence({ endpoints: [row('login')], thresholds: [crossed('support_failed{name:login}')] }),
  'never requested': evidence({ endpoints: [row('a', { requests: 0 }), row('b')], thresholds: [crossed('http_reqs{name:a}', 'count>0', 0), crossed('http_req_duration{name:a}', 'p(95)<1', null, { measured: false })] }),
  'never requested in a short run': evidence({ metrics: { iterations: 2 }, endpoints: [row('a', { requests: 0 }), row('b')], thresholds: [crossed('http_reqs{name:a}', 'count>0', 0)] }),
  'a short run with a cause': evidence({ metrics: { iterations: 1 }, endpoints: [row('a', { requests: 0 }), row('b')], thresholds: [crossed('http_reqs{name:a}', 'count>0', 0), crossed('script_errors', 'count<1', 3)] }),
  'a step without iterations': evidence({ thresholds: [crossed('http_reqs{stage:recovery}', 'count>0', 0)] }),
  'failed checks': evidence({ endpoints: [row('a', { checks: { passes: 7, fails: 3 } })], thresholds: [crossed('checks{name:a}', 'rate>0.9')], failedChecks: ['a x', 'b y', 'a z', 'a w'].map((name) => ({ name, passes: 1, fails: 2 })) }),
  'failed checks and requests': evidence({ endpoints: [failed({ timeout: 4 }, { checks: { passes: 0, fails: 1 } })], thresholds: [crossed('checks{name:a}', 'rate>0.9')] }),
  slow: evidence({ thresholds: [crossed('http_req_duration{name:a}', 'p(95) < 3', 5), crossed('http_req_duration{name:a}', 'avg<=3', 5), crossed('http_req_duration{name:a}', 'p(99)<3', null), crossed('http_req_waiting{name:a}', 'max<3', 5)] }),
  'all slow': evidence({ endpoints: [1, 3, 4, 5, 6, 2].map((ms) => row(`e${ms}`, { duration: times(ms) })), thresholds: [crossed('http_req_duration', 'p(95)<3', 5, { unit: 'ms' }), crossed('http_req_duration{expected_response:true}', 'max<=5', 5), crossed('http_req_duration{kind:api}', 'avg<3', 5), crossed('http_req_duration', 'p(90) < 9', 5), crossed('http_req_duration', 'p(98)<3', 5)] }),
  'no durations': evidence({ endpoints: [row('a', { duration: null })], thresholds: [crossed('http_req_duration', 'p(95)<3', 5)] }),
  'not measured': evidence({ thresholds: [crossed('mine', 'avg<3', null, { measured: false }), crossed('checks{name:a}', 'rate>0.9', null, { measured: false })] }),
  'not measured, something else crossed': evidence({ thresholds: [crossed('mine', 'avg<3', null, { measured: false }), crossed('checks{name:a}', 'rate>0.9', null, { measured: false }), crossed('http_req_failed{name:a}'), crossed('yours', 'count>1', null)] }),
  'exceptions and busy VUs': evidence({ thresholds: [crossed('script_errors', 'count<1', 3), crossed('dropped_iterations', 'count<5', 7), crossed('dropped_iterations{scenario:x}', 'count<5', 7), crossed('http_reqs', 'rate>5', 1)], metrics: { droppedIterations: 7 }, peakVUs: 5 }),
  'only busy VUs': evidence({ thresholds: [crossed('dropped_iterations', 'count<5', 7)], metrics: { droppedIterations: 7, iterations: 1 }, peakVUs: 3 }),
  'what follows': evidence({ endpoints: [failed({ timeout: 4 })], thresholds: [crossed('http_req_failed{name:a}'), ...['http_req_failed', 'checks', 'errors', 'error_rate', 'own_errors', 'own_rate', 'http_req_failed{kind:api}', 'http_req_failed{stage:s}', 'checks{scenario:x}', 'dropped_iterations'].map((metric) => crossed(metric))] }),
  'explained by the test': evidence({ thresholds: [crossed('mine'), crossed('yours')], own: { tables: [], reasons: ['own'], explains: (metric) => metric === 'mine' } }),
}; // prettier-ignore

const compared = (status, more = {}) => ({ name: 'a', status, baseline: 4, current: 5, change: 25, limit: 4.5, ...more }); // prettier-ignore
const COMPARED = {
  slower: [[compared('slower')], [crossed('http_req_duration{name:a}', 'p(95)<=4.5', 5)]],
  'slower, and slow': [[compared('slower')], [crossed('http_req_duration{name:a}', 'p(95)<=4.5', 5), crossed('http_req_duration{name:a}', 'p(95)<3', 5)]],
  'not slower': [[compared('ok')], [crossed('http_req_duration{name:a}', 'p(95)<=4.5', 5)]],
  missing: [[compared('missing', { current: null })], []],
  signal: [[compared('slower', { metric: 'lag' })], [crossed('lag', 'p(95)<=4.5', 5), crossed('lag', 'p(95)<=3', 5)]],
  'signal not measured': [[compared('slower', { metric: 'lag', current: null })], []],
}; // prettier-ignore

/** Load steps and limits, to find the one at which a service broke. */
const STEPS = {
  none: [[], [limit('checks', 'rate>0.9')]],
  errors: [[step('1'), step('2', { errors: 1 }), step('3', { errors: 2 })], [limit('http_req_failed', 'rate<0.1')]],
  'at most': [[step('1', { errors: 1 }), step('2', { errors: 2 })], [limit('http_req_failed', 'rate<=0.1')]],
  checks: [[step('1', { checks: { passes: 9, fails: 1 } })], [limit('checks', 'rate>0.9')]],
  'checks, at least': [[step('1', { checks: { passes: 9, fails: 1 } }), step('2', { checks: { passes: 2, fails: 1 } })], [limit('checks', 'rate >= 0.9')]],
  'no checks': [[step('1', { checks: { passes: 0, fails: 0 } })], [limit('checks', 'rate>0.9')]],
  median: [[step('1'), step('2', { duration: { ...times(5), p50: 9 } })], [limit('http_req_duration', 'med<9')]],
  percentile: [[step('1'), step('2', { duration: null }), step('3', { duration: { ...times(5), p99: 9 } })], [limit('http_req_duration', 'p(98)<1'), limit('http_req_duration', 'p(99)<=8')]],
  'not sent': [[step('1', { requests: 0 }), step('2', { requests: 0, errors: 1 })], [limit('http_req_failed', 'rate<0.1')]],
  'its own': [[step('1'), step('2')], [crossed('http_req_failed{stage:2}', 'rate<0.3', 0.4), crossed('http_reqs{stage:2}', 'count>1', null)]],
  'its own, held': [[step('2')], [limit('http_req_failed{stage:2}', 'rate<0.3')]],
  counts: [[step('1')], [limit('http_req_failed', 'count<0'), limit('iterations', 'rate>5')]],
}; // prettier-ignore

function verdicts() {
  for (const [name, run] of Object.entries(RUNS)) {
    shows(name, findings(run, { ranMs: 60_000, plannedMs: 60_000 }));
  }
  for (const ranMs of [57_799, 57_800, 57_801, 100]) {
    for (const name of ['fine', 'ended early on purpose', 'refused', 'no iteration']) {
      const { reasons } = findings(RUNS[name], { ranMs, plannedMs: 60_000 });
      shows(`${name} after ${ranMs}`, reasons);
    }
  }
  for (const [name, [endpoints, thresholds]] of Object.entries(COMPARED)) {
    const given = evidence({
      comparison: { endpoints },
      thresholds: [...thresholds, limit('x', 'y')],
    });
    shows(`compared: ${name}`, findings(given, { ranMs: 1, plannedMs: 1 }));
  }
  for (const [name, [stages, thresholds]] of Object.entries(STEPS)) {
    const whole = findings(evidence({ stages, thresholds }), { ranMs: 1, plannedMs: 1 });
    const cut = findings(evidence({ stages, thresholds }), { ranMs: 1, plannedMs: 9000 });
    shows(`steps: ${name}`, [whole.breakingStage, cut.breakingStage]);
  }
  const two = {
    endpoints: [failed({ ports: 4 })],
    metrics: { errorTypes: { ports: 4, descriptors: 1 } },
  };
  for (const GENERATOR_LIMITS of [{}, { ports: 9 }]) {
    const said = withSettings({ GENERATOR_LIMITS }, () => findings(evidence(two), { ranMs: 1, plannedMs: 1 })); // prettier-ignore
    shows('the machine', said);
  }
  shows('limited', [undefined, {}, { timeout: 1 }, { ports: 1 }, { descriptors: 0 }].map(wasLimitedHere)); // prettier-ignore
}

const counter = (count) => ({
  type: 'counter',
  contains: 'default',
  values: { count, rate: count / 2 },
});
const rate = (passes, fails) => ({
  type: 'rate',
  contains: 'default',
  values: { rate: passes / (passes + fails || 1), passes, fails },
});
const trend = (max, count, contains = 'time') => ({ type: 'trend', contains, values: { count, max, med: 1.23456, avg: max, 'p(95)': max, 'p(99)': max } }); // prettier-ignore
const judged = (metric, ...expressions) => ({ ...metric, thresholds: Object.fromEntries(expressions.map((each) => [each, { ok: true }])) }); // prettier-ignore

function results() {
  const metrics = {
    checks: judged(rate(2, 1), 'rate>0.5'),
    'checks{name:a}': judged(rate(0, 0), 'rate>0.5'),
    http_req_duration: judged(trend(4.56789, 2), 'p(50)<9', 'p(95) < 9', 'p(98)<3'),
    'http_req_duration{name:a}': judged(trend(0, 2), 'p(95)<9'),
    'http_req_duration{name:b}': judged(trend(3, 1), 'p(95)<9'),
    http_req_waiting: judged(trend(0, 2), 'max<9'),
    http_req_tls_handshaking: judged(trend(0, 2), 'max<9'),
    bytes: judged(trend(0, 1, 'data'), 'max<9'),
    mine: judged(trend(5, 0), 'max<9'),
    http_reqs: judged(counter(0), 'count>1', 'rate>=0'),
    vus: judged({ type: 'gauge', contains: 'default', values: { value: 0, max: 0 } }, 'value<9'),
    'http_reqs{phase:main}': counter(5),
    'http_reqs{name:a}': counter(2),
    'http_reqs{name:b}': counter(3),
    iterations: counter(3),
  };
  shows('thresholds', thresholdResults(metrics));
  for (const cause of Object.keys(CAUSES)) {
    for (const [where, count] of [
      ['', 5],
      ['', 4],
      ['name:b,', 3],
      ['name:b,', 2],
    ]) {
      const found = thresholdResults({ ...metrics, [`request_errors{${where}cause:${cause}}`]: counter(count) }); // prettier-ignore
      const changed = found.filter(
        ({ metric, measured }) => !measured && /duration|bytes/.test(metric),
      );
      shows(
        `${cause} ${where} ${count}`,
        changed.map(({ metric, ok }) => [metric, ok]),
      );
    }
  }
  const optional = [
    'checks',
    'checks{name:a}',
    'checks{stage:a}',
    'support_failed{name:x}',
    'mine',
  ];
  shows('optional', optional.map((metric) => [isOptional({}, {}, metric), isOptional({ thresholds: { checks: [] } }, { asked: ['checks{name:a}'] }, metric)])); // prettier-ignore
  shows('totals', totals(metrics));
  shows('nothing', [totals({}), metricsOf({}, 'name', 'x')]);
  shows('by name', metricsOf({ ...metrics, 'http_req_failed{name:a}': rate(1, 1), 'checks{name:a}': rate(1, 2) }, 'name', 'a')); // prettier-ignore
  const steps = [['a', 1000], ['b', 3000], ['a', 7000]].map(([name, endsAt]) => ({ name, endsAt })); // prettier-ignore
  for (const ranMs of [0, 500, 1000, 2000, 6500, 9000]) {
    shows(`steps of ${ranMs}`, [...secondsOfSteps(steps, ranMs)]);
  }
  shows('rates', [rateOf(), rateOf(1), rateOf(1, 0), rateOf(1, 0.5), rateOf(10, 3)]);
}

/** What summaries say of requests and endpoints that were not as declared. */
function summaries() {
  const spec = { name: 'own', endpoints: [{ name: 'a', method: 'GET', url: '/a', kind: 'api' }, { name: 'b', method: 'GET', url: '/b', kind: 'page', options: { conditional: true } }] }; // prettier-ignore
  const plan = { profile: 'smoke', scenario: 's', vus: 1, durationMs: 1000, stages: [] };
  const build = (more, named = {}) => {
    const metrics = { 'http_reqs{phase:main}': counter(5), 'http_reqs{name:a}': counter(2), iterations: counter(3), vus_max: { values: { max: 2 } }, ...named }; // prettier-ignore
    const { endpoints, thresholds, unchecked, undeclared, distribution, renewals, run, notReady, peakVUs, metrics: all } = buildSummary(spec, plan, { metrics, state: { testRunDurationMs: 1000 }, root_group: { checks: [], groups: [] }, ...more }); // prettier-ignore
    return [endpoints.map(({ name }) => name), thresholds, unchecked, undeclared, distribution, renewals, [run.id, run.target, run.gitCommit], [notReady, peakVUs, all.checks]]; // prettier-ignore
  };
  shows('as sent', build({}));
  shows('one more', build({}, { 'http_reqs{name:b}': counter(1), 'checks{name:b}': rate(1, 0) }));
  shows('all', build({}, { 'http_reqs{name:b}': counter(9) }));
  shows('durations', build({}, { 'http_req_duration{phase:main}': trend(7, 1), token_renewals: counter(0) })); // prettier-ignore
  shows('no durations', build({}, { 'http_req_duration{phase:main}': trend(7, 0) }));
  const gone = Object.fromEntries(['mine{name:b}', 'x{kind:page}', 'x{kind:api}', 'api_duration', 'x{name:a}'].map((metric) => [metric, judged(trend(0, 0), 'max<1')])); // prettier-ignore
  shows('without b', build({}, gone));
  shows('without a', build({ setup_data: { without: ['a'] } }, { ...gone, 'http_reqs{name:b}': counter(1) })); // prettier-ignore
  shows('with b', build({}, { ...gone, 'http_reqs{name:b}': counter(1) }));
  const ready = (name, inner) => ({ root_group: { checks: [], groups: [{ name: 'setup', checks: [{ name, passes: 0, fails: 1 }] }], ...inner } }); // prettier-ignore
  shows('not ready', build(ready('setup failed: the service is not healthy. x'), { checks: rate(2, 1) })); // prettier-ignore
  shows(
    'not set up',
    build(ready('setup failed: other'), { checks: judged(rate(2, 1), 'rate>0.9') }),
  );
  shows('not torn down', build(ready('teardown failed: x'), { checks: judged(rate(0, 1), 'rate>0.9') })); // prettier-ignore
  const nested = { checks: [{ name: 'a x', passes: 1, fails: 2 }], groups: [{ name: 'g', checks: [{ name: 'b', passes: 0, fails: 3 }, { name: 'c', passes: 1, fails: 0 }], groups: [{ name: 'h' }] }] }; // prettier-ignore
  shows('failed checks', buildSummary(spec, plan, { metrics: {}, state: { testRunDurationMs: 1 }, root_group: nested }).failedChecks); // prettier-ignore
  const settings = { RUN_ID: 'r1', GIT_COMMIT: 'c1', RESULTS_DIR: '/r' };
  shows(
    'named',
    withSettings(settings, () => [build({}), resultPath(spec, 'x.json')]),
  );
  shows('by default', withSettings({ RESULTS_DIR: '' }, () => resultPath(spec, 'x.json').split('/').slice(-2))); // prettier-ignore
  shows('targets', [[], [REMOTE, REMOTE], [{ masked: 'a' }, { masked: 'b' }]].map((targets) => shownTarget({ targets }))); // prettier-ignore
  const timeline = { every: 1, gapMs: 1, count: 1, durationMs: 1000, bend: 1, names: ['a'], ignored: [], planned: { what: 'w', values: [1] } }; // prettier-ignore
  const cells = { 'timeline_requests{name:a,slice:0}': counter(2), 'timeline_failures{name:a,slice:0}': counter(0), 'timeline_duration{name:a,slice:0}': trend(7, 2) }; // prettier-ignore
  for (const [colour, NO_COLOR] of [
    [true, ''],
    [true, '1'],
  ]) {
    __ENV.NO_COLOR = NO_COLOR;
    const write = summarize(spec, { ...plan, timeline });
    const files = withSettings({ RESULTS_DIR: '/r' }, () => write({ metrics: { iterations: counter(1), ...cells }, state: { testRunDurationMs: 1000, isStdOutTTY: colour }, root_group: { checks: [], groups: [] }, setup_data: { startedAt: new Date().toISOString() } })); // prettier-ignore
    shows('written', [Object.keys(files), files.stdout.includes('\u001b['), Object.keys(JSON.parse(files['/r/timeline.json'] ?? '{}'))]); // prettier-ignore
  }
}

export default function summarized() {
  verdicts();
  results();
  withSettings({ target: REMOTE }, summaries);
}
