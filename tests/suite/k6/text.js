// What the console shows of a summary, to the letter.

import { toText } from '../engine/summary/text.js';
import { equal, expectations, holds, shows } from './expect.js';

export const options = expectations(10);

const times = (ms) => ({
  avg: ms,
  min: 1,
  p50: ms,
  p90: ms,
  p95: 2 * ms,
  p99: 3 * ms,
  max: 4 * ms,
});
const row = (name, more = {}) => ({
  name,
  requests: 40,
  requestRate: 1.333,
  errors: 1,
  errorRate: 2.5,
  errorTypes: {},
  checks: { passes: 39, fails: 1 },
  duration: times(12.3456),
  ...more,
});
const threshold = (metric, expression, value, more = {}) => ({
  metric,
  expression,
  value,
  ok: true,
  unit: '',
  measured: true,
  ...more,
});
const summary = (more = {}) =>
  /** @type {any} */ ({
    test: 'own',
    passed: true,
    reasons: [],
    thresholds: [],
    endpoints: [],
    stages: [],
    peakVUs: 3,
    target: 'http://x',
    run: { durationMs: 90_000 },
    ...more,
    metrics: { iterations: 7, droppedIterations: 0, ...row('all'), ...more.metrics },
  });
const lines = (more, colour = false) => {
  const all = toText(summary(more), { path: 'r/summary.json', colour }).split('\n');
  shows('console', all);
  return all;
};

const THRESHOLDS = [
  threshold('checks', 'rate>0.9', 0.97561),
  threshold('checks', 'rate > 0.99', 0.97561, { ok: false }),
  threshold('http_reqs', 'rate>1', 0.5, { unit: '/s', ok: false }),
  threshold('http_req_duration', 'p(95)<300', 24.6912, { unit: 'ms' }),
  threshold('iterations', 'count>0', 7),
  threshold('ttfb', 'avg<1', null, { ok: false, measured: false, unit: 'ms' }),
];

export default function text() {
  equal('thresholds', lines({ thresholds: THRESHOLDS }).slice(1, 13), [
    '  THRESHOLDS',
    '    checks',
    "    ✓ 'rate>0.9' rate=97.56%",
    "    ✗ 'rate > 0.99' rate=97.56%",
    '    http_reqs',
    "    ✗ 'rate>1' rate=0.5/s",
    '    http_req_duration',
    "    ✓ 'p(95)<300' p(95)=24.69ms",
    '    iterations',
    "    ✓ 'count>0' count=7",
    '    ttfb',
    "    ✗ 'avg<1' never measured",
  ]);
  const limited = { errorTypes: { descriptors: 3 } };
  const unjudged = threshold('ttfb', 'avg<1', 5, { ok: false, measured: false, unit: 'ms' });
  equal(
    'not judged',
    lines({ thresholds: [unjudged], metrics: limited })[3],
    "    ✗ 'avg<1' not judged",
  );
  const bare = row('GET /items/{id}', {
    duration: null,
    checks: { passes: 0, fails: 0 },
    errorRate: 0,
  });
  equal('endpoints', lines({ endpoints: [row('a'), bare] }).slice(3, 6), [
    '  ENDPOINTS (ms)     requests     req/s       p50       p95       p99       max    failed    checks',
    '  a                        40       1.3     12.35     24.69     37.04     49.38     2.50%    97.50%',
    '  GET /items/{id}          40       1.3         -         -         -         -     0.00%         -',
  ]);
  const total = (more) => lines(more).find((line) => line.includes('iterations,'));
  equal('a run without endpoints', total({}), '  7 iterations, 3 VUs, 1m30s');
  equal(
    'a run with some',
    total({ endpoints: [row('a')] }),
    '  40 requests (1.3/s), 2.50% failed, avg 12.35 ms, p95 24.69 ms; 7 iterations, 3 VUs, 1m30s',
  );
  holds(
    'no answer',
    total({ endpoints: [bare], metrics: { duration: null } }).includes('no answers'),
  );
  const many = Array.from({ length: 75 }, (_, i) => row(`e${i}`, { errors: 0, errorRate: 0 }));
  const table = lines({ endpoints: many });
  equal('many endpoints', table.filter((line) => /^ {2}e\d+ /.test(line)).length, 60);
  holds(
    'the rest is counted',
    table.some((line) => line.includes('15 more')),
  );
  const red = lines({ thresholds: THRESHOLDS }, true);
  equal(
    'colours',
    [red[1], red[3], red[4].slice(0, 14)],
    [
      '\u001b[2m  THRESHOLDS\u001b[0m',
      "    \u001b[32m✓\u001b[0m 'rate>0.9' rate=97.56%",
      '    \u001b[31m✗\u001b[0m',
    ],
  );
  lines({
    passed: false,
    reasons: ['first', 'second'],
    stages: [row('step-1-5vus'), row('recovery', { duration: null })],
    endpoints: [row('a', { errorTypes: { timeout: 2, refused: 1 } })],
    failedChecks: [{ name: 'status is 200', passes: 1, fails: 2 }],
    breakingStage: { name: 'recovery', reason: 'why' },
    metrics: { droppedIterations: 3, errorTypes: { timeout: 2 } },
    run: { durationMs: 3_725_000 },
    tables: [
      {
        title: 'Own',
        head: ['a', 'b'],
        rows: [
          ['x', 1],
          ['longer', 22],
        ],
      },
    ],
  });
  for (const count of [59, 60, 61]) {
    const some = Array.from({ length: count }, (_, i) => row(`e${i}`, { errors: i === 3 ? 1 : 0, requests: i === 4 ? 0 : 1, checks: { passes: 0, fails: i === 5 ? 1 : 0 }, duration: i === 6 ? null : times(i) })); // prettier-ignore
    const limits = some.map(({ name }, i) =>
      threshold(`x{name:${name}}`, 'a<1', 1, { ok: i !== 7 }),
    );
    const all = toText(summary({ endpoints: some, thresholds: [...limits, THRESHOLDS[0]] }), { path: 'p', colour: false }).split('\n'); // prettier-ignore
    const at = all.findIndex((line) => line.includes('ENDPOINTS'));
    shows(`${count} endpoints`, [all.length, all.slice(1, 5), all.slice(at, at + 7), all.filter((line) => /more/.test(line))]); // prettier-ignore
  }
  const four = Array.from({ length: 361 }, (_, i) => threshold(`x${i}`, 'a<1', 1));
  for (const count of [359, 360, 361]) {
    const all = toText(summary({ thresholds: four.slice(0, count) }), { path: 'p', colour: false });
    shows(
      `${count} thresholds`,
      all.split('\n').filter((line) => /more|x359/.test(line)),
    );
  }
  const said = (more) => shows('said', toText(summary(more), { path: 'p', colour: false }).split('\n').slice(2)); // prettier-ignore
  const names = (count) => 'abcdef'.slice(0, count).split('');
  said({ unchecked: names(5), undeclared: 1 });
  said({ unchecked: names(6), undeclared: 0, renewals: 3, metrics: { iterations: 6 } });
  said({ unchecked: [], renewals: 4, metrics: { iterations: 7 } });
  for (const oks of [[], [true], [false, false], [false, true]]) {
    const limits = oks.map((measured) => threshold('x', 'a<1', 1, { ok: false, measured }));
    said({ passed: false, reasons: ['r'], thresholds: [...limits, THRESHOLDS[0]], run: { test: 'a', profile: oks.length > 1 ? 'a' : 'b', target: 't', durationMs: 1 } }); // prettier-ignore
  }
  for (const value of [0, 0.005, 1, 1.001, 2, null]) {
    const kinds = ['rate>1', 'count>1', 'avg>1'].flatMap((expression) => ['x', 'http_reqs'].map((metric) => threshold(metric, expression, value, { unit: 'u' }))); // prettier-ignore
    said({ thresholds: kinds, tables: [{ title: 'T', head: ['h'], rows: [[null], [0]] }] });
  }
  const own = (status, more = {}) => ({ name: status, status, baseline: 1, current: 2, change: 100, limit: null, ...more }); // prettier-ignore
  said({ comparison: { baseline: { name: 'b' }, endpoints: [own('ok', { noisy: true }), own('new', { change: null }), own('slower', { was: 'before' }), own('failing'), own('missing', { current: null })] } }); // prettier-ignore
  const noisy = Array.from({ length: 61 }, (_, i) => own('ok', { name: `e${i}`, noisy: i < 6, change: i === 60 ? null : i, status: i === 9 ? 'failing' : 'ok' })); // prettier-ignore
  for (const count of [5, 60, 61]) {
    const all = toText(summary({ comparison: { baseline: { name: 'b' }, endpoints: noisy.slice(0, count) } }), { path: 'p', colour: false }).split('\n'); // prettier-ignore
    shows(`${count} compared`, [
      all.length,
      all.slice(3, 7),
      all.filter((line) => /more/.test(line)),
    ]);
  }
  equal(
    'nothing measured',
    lines({ metrics: { iterations: 0 }, thresholds: THRESHOLDS }).length < 8,
    true,
  );
}
