// How the summary turns the metrics of a run into a verdict.

import { stepsSentence } from '../engine/report/format.js';
import { slower } from '../engine/summary/findings.js';
import { buildSummary, summarize } from '../engine/summary/summary.js';
import { findings as found } from '../engine/summary/verdict.js';
import { equal, expectations, holds, shows } from './expect.js';

const TIME = { ranMs: 60_000, plannedMs: 60_000 };
const measured = (changes = {}) => ({
  name: 'x',
  requests: 10,
  requestRate: 1,
  errors: 0,
  errorRate: 0,
  errorTypes: {},
  checks: { passes: 10, fails: 0 },
  duration: { avg: 1, min: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1 },
  ...changes,
});
const threshold = (metric, expression, changes = {}) => ({
  metric,
  expression,
  ok: true,
  value: 1,
  unit: '',
  measured: true,
  ...changes,
});
const evidence = (changes = {}) => ({
  metrics: {
    ...measured(),
    iterations: 10,
    droppedIterations: 0,
    scriptErrors: 0,
    dataReceived: 1,
    dataSent: 1,
  },
  endpoints: [measured({ name: 'health' })],
  stages: [],
  thresholds: [threshold('checks', 'rate>0.9')],
  failedChecks: [],
  ...changes,
});
/** Every verdict is compared as a whole as well. */
function findings(given, time) {
  const result = found(given, time);
  shows('verdict', result);
  return result;
}
const reasons = (changes, time = TIME) => findings(evidence(changes), time).reasons;

export const options = expectations(42);

const COUNT = (count, more = {}) => ({
  type: 'counter',
  contains: 'default',
  values: { count, rate: count / 60 },
  ...more,
});
const RATE = (passes, fails, more = {}) => ({
  type: 'rate',
  contains: 'default',
  values: { rate: passes / (passes + fails), passes, fails },
  ...more,
});
const TREND = (ms, count = 10, more = {}) => ({
  type: 'trend',
  contains: 'time',
  // Any percentile that is asked for.
  values: new Proxy(
    { count, avg: ms, min: 1, med: ms, max: 4 * ms },
    { get: (own, key) => own[key] ?? 2 * ms },
  ),
  ...more,
});
const limits = (expression, ok = true) => ({ thresholds: { [expression]: { ok } } });
const group = (checks, ...names) => ({
  checks,
  groups: names.map((name) => ({ name, checks: [], groups: [] })),
});
const check = (name, passes, fails) => ({ name, passes, fails });
const METRICS = {
  'http_reqs{phase:main}': COUNT(60),
  'http_req_failed{phase:main}': RATE(6, 54),
  'http_req_duration{phase:main}': TREND(12.3456, 60),
  http_req_duration: TREND(12, 60, limits('p(95)<20', false)),
  checks: RATE(58, 2, limits('rate>0.99', false)),
  iterations: COUNT(20),
  dropped_iterations: COUNT(1),
  script_errors: COUNT(0, limits('count<1')),
  data_received: COUNT(1234),
  data_sent: COUNT(99),
  vus_max: { type: 'gauge', values: { value: 5, max: 7 } },
  'http_reqs{name:GET /a}': COUNT(40, limits('count>0')),
  'http_req_failed{name:GET /a}': RATE(6, 34, limits('rate<0.1', false)),
  'http_req_duration{name:GET /a}': TREND(10, 40, limits('p(95)<5', false)),
  'checks{name:GET /a}': RATE(38, 2, limits('rate>0.9')),
  'request_errors{name:GET /a,cause:timeout}': COUNT(4),
  'request_errors{name:GET /a,cause:refused}': COUNT(0),
  'request_errors{cause:timeout}': COUNT(4),
  'http_reqs{name:GET /b}': COUNT(15),
  'http_req_duration{name:GET /b}': TREND(20, 15),
  'http_req_duration{name:GET /c}': TREND(0, 0, limits('p(95)<5', true)),
  'http_req_duration{kind:page}': TREND(0, 0, limits('p(99)<5', true)),
  'support_failed{name:login}': RATE(0, 0, limits('rate<0.1')),
  'request_errors{name:login,cause:auth}': COUNT(2),
  'http_reqs{name:login}': COUNT(3),
  'http_reqs{stage:step-1-5vus}': COUNT(30),
  'http_req_failed{stage:step-1-5vus}': RATE(1, 29),
  'http_req_duration{stage:step-1-5vus}': TREND(11, 30),
  'http_reqs{stage:recovery}': COUNT(9),
  own_metric: TREND(5, 0, limits('avg<1')),
  token_renewals: COUNT(2),
};
const SPEC = {
  name: 'own',
  endpoints: [
    { name: 'GET /a', method: 'GET', url: 'http://u:p@h:1/a/{id}?x=1', kind: 'api_read' },
    { name: 'GET /b', method: 'GET', url: 'http://h:1/b', kind: 'api_read' },
    {
      name: 'GET /c',
      method: 'GET',
      url: 'http://h:1/c',
      kind: 'page',
      options: { conditional: true },
    },
  ],
  support: [{ name: 'login' }, { name: 'logout' }],
};
const RUN = {
  scenario: 'smoke',
  profile: 'smoke',
  vus: 5,
  durationMs: 60_000,
  stages: [
    { name: 'step-1-5vus', endsAt: 20_000 },
    { name: 'recovery', endsAt: 50_000 },
    { name: 'step-1-5vus', endsAt: 60_000 },
  ],
};
const KNOWN_BEFORE = {
  name: 'b',
  runs: 5,
  endpoints: [
    {
      name: 'GET /a',
      request: 'GET /a/{id}',
      p50: { median: 1, spread: 0 },
      p95: { median: 1, spread: 0 },
      p99: { median: 1, spread: 0 },
      errorRate: { median: 0, max: 0 },
      requestRate: 1,
    },
  ],
};
const RESPONSE = { name: 'GET /a', cause: 'timeout', status: 0, at: Date.UTC(2030, 0, 1) + 1500 };

/** Summaries of runs that went well and less well. */
const SUMMARIES = [
  [{}, {}, {}],
  [{}, { isGuarded: () => false, baseline: KNOWN_BEFORE }, {}],
  [
    {
      findings: () => ({
        tables: [{ title: 'T', head: [], rows: [] }],
        reasons: ['own'],
        explains: (m) => m === 'own_metric',
      }),
    },
    { shape: { iterations: 5 }, durationMs: 600_000 },
    {
      root_group: group([
        check('setup failed: the%20service%20is%20not%20healthy', 0, 1),
        check('b', 5, 1),
      ]),
    },
  ],
  [
    { thresholds: { checks: ['rate>0.99'] } },
    {},
    {
      root_group: group([
        check('teardown failed: no', 0, 1),
        check('teardown failed: no', 0, 1),
        check('x', 1, 2),
        check('y', 1, 9),
        check('z', 2, 0),
      ]),
      metrics: { ...METRICS, checks: RATE(58, 1, limits('rate>0.99', false)) },
    },
  ],
  [
    {},
    {},
    {
      setup_data: { without: ['GET /b'], startedAt: '2030-01-01T00:00:00.000Z' },
      root_group: group(
        [],
        `failed response ${encodeURIComponent(JSON.stringify(RESPONSE))}`,
        `left behind ${encodeURIComponent('POST /a: 7')}`,
        'plain',
      ),
    },
  ],
  [{}, {}, { metrics: {}, state: { testRunDurationMs: 0.4 } }],
];

function summaries() {
  for (const [spec, plan, data] of SUMMARIES) {
    const { timestamp, run, ...built } = buildSummary(
      { ...SPEC, ...spec },
      { ...RUN, ...plan },
      { metrics: METRICS, state: { testRunDurationMs: 58_765.4 }, root_group: group([]), ...data },
    );
    holds('a time', Math.abs(Date.parse(timestamp) - Date.now()) < 60_000);
    const { test, profile, durationMs, plannedMs } = run;
    shows('summary', [{ test, profile, durationMs, plannedMs }, built]);
  }
}

/** What a run writes: the names of the files, and what the report says of them. */
function written() {
  const data = {
    metrics: METRICS,
    state: { testRunDurationMs: 58_765, isStdOutTTY: true },
    root_group: group([]),
  };
  const files = summarize(SPEC, { ...RUN, timeline: undefined })(data);
  const folder = new RegExp(`^.*/(?=[^/]+$)`);
  shows(
    'files',
    Object.keys(files).map((name) => name.replace(folder, '')),
  );
  const page = files[Object.keys(files).find((name) => name.endsWith('.html'))];
  shows('named files', page.match(/[^<>"\s]*(summary\.json|junit\.xml|report\.md)[^<>]*/g));
}

export default function verdict() {
  summaries();
  written();
  const compared = {
    name: 'a',
    status: 'slower',
    current: 130,
    change: 30,
    baseline: 100,
    limit: 120,
  };
  const comparison = /** @type {any} */ ({ endpoints: [{ name: 'b', status: 'ok' }, compared] });
  equal('what is slower', slower('a', comparison), 'p95 130 ms, 30% above the baseline of 100 ms (limit 120 ms)'); // prettier-ignore
  equal('what is not', [slower('b', comparison), slower('c', comparison), slower('a')], Array(3));
  equal('nothing to complain about', findings(evidence(), TIME), {
    reasons: [],
    found: 0,
    breakingStage: null,
  });
  const idle = evidence();
  idle.metrics.iterations = 0;
  holds('no iteration', /^no iteration was completed/.test(findings(idle, TIME).reasons[0]));
  holds(
    'cut short',
    /^cut short: ran 30s of 1m/.test(reasons({}, { ranMs: 30_000, plannedMs: 60_000 })[0]),
  );
  equal('rounding is not cut short', reasons({}, { ranMs: 58_900, plannedMs: 60_000 }), []);
  holds('just too short', reasons({}, { ranMs: 57_000, plannedMs: 60_000 }).length === 1);
  equal('a long end is fine', reasons({}, { ranMs: 90_000, plannedMs: 60_000 }), []);

  holds(
    'a threshold without samples',
    /health_duration.*never measured/.test(
      reasons({
        thresholds: [
          threshold('health_duration', 'p(95)<100', { ok: false, measured: false, value: null }),
        ],
      })[0],
    ),
  );
  holds(
    'a crossed one',
    /^http_req_failed: expected rate<0.01, got 0.5/.test(
      reasons({
        thresholds: [threshold('http_req_failed', 'rate<0.01', { ok: false, value: 0.5 })],
      })[0],
    ),
  );
  holds(
    'exceptions',
    /^3 iterations ended in an exception/.test(
      reasons({ thresholds: [threshold('script_errors', 'count<1', { ok: false, value: 3 })] })[0],
    ),
  );

  const crossed = (name, metric = 'http_req_failed') =>
    threshold(`${metric}{name:${name}}`, 'rate<0.01', { ok: false });
  const failing = measured({
    name: 'GET /items',
    errors: 5,
    errorRate: 50,
    errorTypes: { timeout: 5 },
    checks: { passes: 5, fails: 5 },
  });
  const fine = measured({ name: 'GET /items/{id}' });
  const [reason, ...others] = reasons({
    endpoints: [failing, fine],
    thresholds: [crossed('GET /items')],
    failedChecks: [
      { name: 'GET /items/{id} status is 200', passes: 0, fails: 9 },
      { name: 'GET /items status is 200', passes: 5, fails: 5 },
    ],
  });
  equal('only the failing endpoint', others, []);
  holds('is named', reason.startsWith('GET /items: '));
  holds('with the share', reason.includes('50% of 10'));
  holds('and the cause', reason.includes('timed out'));
  holds('and its own check', reason.includes("'GET /items status is 200'"));
  holds('and no check of its neighbour', !reason.includes('{id}'));
  holds(
    'never requested',
    /never requested/.test(
      reasons({
        endpoints: [measured({ name: 'x', requests: 0, duration: null })],
        thresholds: [crossed('x', 'http_reqs')],
      })[0],
    ),
  );
  const limit = (expression, value, name = 'x') =>
    threshold(`http_req_duration{name:${name}}`, expression, { ok: false, value, unit: 'ms' });
  holds(
    'too slow names each crossed limit',
    /^x: too slow, p50 104.9 ms \(limit p\(50\)<100\), p99 700 ms \(limit p\(99\)<600\)/.test(
      reasons({
        endpoints: [measured()],
        thresholds: [limit('p(50)<100', 104.9), limit('p(99)<600', 700)],
      })[0],
    ),
  );
  holds(
    'errors do not hide a crossed latency',
    /^GET \/items: 50% of 10 .*; too slow, p95 612 ms \(limit p\(95\)<500\)/.test(
      reasons({
        endpoints: [failing],
        thresholds: [crossed('GET /items'), limit('p(95)<500', 612, 'GET /items')],
      })[0],
    ),
  );
  holds(
    'a limit on all requests names the slowest endpoint',
    /^http_req_duration: expected p\(95\)<200, got 260 ms, slowest: slow 260 ms\. /.test(
      reasons({
        endpoints: [
          measured(),
          measured({ name: 'slow', duration: { ...measured().duration, p95: 260 } }),
        ],
        thresholds: [
          threshold('http_req_duration', 'p(95)<200', { ok: false, value: 260, unit: 'ms' }),
        ],
      })[0],
    ),
  );
  for (const metric of ['errors', 'checks', 'error_rate', 'auth_errors', 'errors{stage:peak}']) {
    holds(
      `a limit of ${metric} names the checks that failed most`,
      reasons({
        endpoints: [measured()],
        failedChecks: [check('list is fast', 1, 7), check('it is ours', 5, 3), check('c', 5, 1)],
        thresholds: [threshold(metric, 'rate<0.1', { ok: false, value: 0.5 })],
      })[0] ===
        `${metric}: expected rate<0.1, got 0.5, failed most: 'list is fast' (7 of 8), 'it is ours' (3 of 8)`,
    );
  }
  const many = (count, changes) =>
    Array.from({ length: count }, (_, i) => measured({ name: `GET /${i}`, ...changes(i) }));
  const unexplained = { errors: 1, errorRate: 100, requests: 1, checks: { passes: 0, fails: 0 } };
  const far = many(30, (i) => ({ ...unexplained, errorTypes: i < 25 ? { refused: 1 } : {} }));
  const wide = reasons({
    metrics: { ...evidence().metrics, errorTypes: { refused: 30 } },
    endpoints: far,
    thresholds: [
      ...far.map(({ name }) => crossed(name)),
      threshold('http_req_failed', 'rate<0.01', { ok: false, value: 1 }),
      threshold('error_rate', 'rate<0.01', { ok: false, value: 1 }),
      threshold('http_req_failed{stage:recovery}', 'rate<0.01', { ok: false, value: 1 }),
    ],
  });
  holds('thirty consequences are one line', wide[0].startsWith('connection refused: 30 endpoints'));
  holds('with what to do', wide[0].includes('Check that the service still runs'));
  holds('what a step alone says stays', wide[1].startsWith('http_req_failed{stage:recovery}: '));
  holds('what follows is one line', wide[2].startsWith('crossed as well: http_req_failed: '));
  equal('and nothing else', wide.length, 3);
  const last = reasons({
    metrics: { ...evidence().metrics, errorTypes: { timeout: 1, refused: 1 } },
    endpoints: [far[29]],
    thresholds: [crossed('GET /29')],
  });
  holds('no empty brackets', last[0].startsWith('GET /29: 100% of 1 requests failed. The log'));
  const mixed = reasons({
    endpoints: [
      measured({ name: 'GET /me', requests: 0, duration: null }),
      failing,
      measured({ name: 'auth login', errorTypes: { auth: 7 } }),
    ],
    thresholds: [
      crossed('GET /me', 'http_reqs'),
      crossed('GET /items'),
      crossed('auth login', 'support_failed'),
    ],
  });
  holds('a login comes first', mixed[0].startsWith('auth login: 7 of 10 requests failed (not'));
  holds('then endpoints', mixed[1].startsWith('GET /items: '));
  holds('then what follows', mixed[2].startsWith('GET /me: was never requested'));
  const alone = reasons({
    endpoints: many(9, (i) => ({ errors: 1, errorTypes: { [i % 2 ? 'timeout' : 'dns']: 1 } })),
    thresholds: [
      ...far.slice(0, 9).map(({ name }) => crossed(name)),
      ...['a', 'b', 'c', 'd', 'e'].map((name) => threshold(name, 'rate<1', { ok: false })),
    ],
  });
  equal('five reasons at most', alone.length, 5);
  holds('the last one counts the rest', /^and \d more: /.test(alone[4]));
  const failed = { ...idle, setUpFailure: 'the service is not healthy' };
  equal('why setup failed', findings(failed, TIME).reasons, [
    'setup failed, no iteration was completed: the service is not healthy',
  ]);

  const { breakingStage } = findings(
    evidence({
      stages: [
        measured({ name: 'one' }),
        measured({ name: 'two', errors: 1 }),
        measured({ name: 'three', errors: 9 }),
      ],
      thresholds: [threshold('http_req_failed', 'rate<0.01')],
    }),
    TIME,
  );
  equal('the first step that broke', breakingStage.name, 'two');

  const step = (name, passes, more = {}) =>
    measured({ name, checks: { passes, fails: 10 - passes }, ...more });
  const stepOf = (stages, thresholds, time = TIME) =>
    findings(evidence({ stages, thresholds }), time).breakingStage;
  const checked = [threshold('checks', 'rate > 0.8')];
  equal('checks of a step', stepOf([step('one', 9), step('two', 8)], checked), {
    name: 'two',
    reason: 'checks rate was 0.8, target rate > 0.8',
  });
  equal(
    'steps without checks',
    stepOf([measured({ checks: { passes: 0, fails: 0 } })], checked),
    null,
  );
  equal(
    'at most is met at the limit',
    stepOf([step('one', 8)], [threshold('checks', 'rate>=0.8')]),
    null,
  );
  equal(
    'a median of a step',
    stepOf([step('one', 9)], [threshold('http_req_duration', 'p(50)<1')]).reason,
    'http_req_duration p(50) was 1, target p(50)<1',
  );
  const ofRecovery = [
    threshold('http_req_duration{stage:recovery}', 'p(95)<500', { ok: false, value: 612.5 }),
  ];
  equal('a limit of one step', stepOf([step('one', 9), step('recovery', 9)], ofRecovery), {
    name: 'recovery',
    reason: 'http_req_duration p(95) was 612.5, target p(95)<500',
  });
  equal('limits of other steps', stepOf([step('one', 9)], ofRecovery), null);
  const never = step('recovery', 9, { requests: 0 });
  equal(
    'a step that was not reached',
    stepOf([never], ofRecovery, { ranMs: 30_000, plannedMs: 60_000 }),
    null,
  );

  const said = (passed, breaking = null) => stepsSentence({ passed, breakingStage: breaking });
  equal('green', said(true), 'every step met the targets');
  equal('red for another reason', said(false), 'no single step is beyond the targets by itself');
  equal(
    'a step to name',
    said(true, { name: 'two', reason: 'why' }),
    'first step beyond the targets: two (why)',
  );
}
