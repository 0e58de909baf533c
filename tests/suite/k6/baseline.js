// When a run counts as slower than its baseline.

import {
  baselineThresholds,
  compareWith as compare,
  isOnlySlower,
  readBaseline,
  requestOf,
} from '../engine/baseline/baseline.js';
import { errorLimitOf, isTooNoisy, limitOf } from '../engine/baseline/rule.js';
import { toText } from '../engine/summary/text.js';
import { median, predictionFactor, spread, tQuantile } from '../engine/baseline/statistics.js';
import { equal, expectations, holds, outcome, shows } from './expect.js';

const RULE = { tolerance: 0.1, slackMs: 1, falseAlarms: 0.01, maxNoise: 1, errorSlack: 0.005 };
const known = (name, changes = {}) => ({
  name,
  request: `GET /${name}`,
  p50: { median: 50, spread: 0 },
  p95: { median: 100, spread: 0 },
  p99: { median: 150, spread: 0 },
  errorRate: { median: 0, max: 0 },
  requestRate: 10,
  ...changes,
});
const endpoint = (name, path = name) => ({ name, method: 'GET', url: `http://x:1/${path}` });
const measured = (name, p95, errorRate = 0) => ({ name, errorRate, duration: { p95 } });
const baseline = (...endpoints) => ({ name: 'b', runs: 5, endpoints });
const near = (a, b, share) => Math.abs(a / b - 1) <= share;
/** Comparisons, and what the console shows of them, are compared as a whole as well. */
function compareWith(...given) {
  const found = compare(...given);
  shows('comparison', found);
  return found;
}
const consoleOf = (comparison) => {
  const text = textOf(comparison);
  shows('console', text);
  return text;
};
const textOf = (comparison) =>
  toText(
    {
      comparison,
      thresholds: [],
      endpoints: [],
      stages: [],
      reasons: [],
      metrics: { iterations: 1, errorTypes: {} },
      run: {},
    },
    { path: 'summary.json', colour: false },
  ).split('\n');
const limit = (p95, runs = 5) =>
  limitOf(known('a', { p95 }), { runs, endpoints: [known('a')] }, RULE);

/** Files of baselines, and what is said of them; read at init. */
const FILE = {
  schema: 1,
  passed: true,
  runs: 3,
  test: 'load',
  targetVUs: 5,
  endpoints: [known('a')],
};
const changed = (changes) =>
  JSON.stringify({ ...FILE, endpoints: [known('a'), known('b', changes)] });
const FILES = [
  undefined,
  '{',
  'null',
  JSON.stringify(FILE),
  ...[{ schema: 2 }, { passed: 'true' }, { targetVUs: 6 }, { test: undefined }, { runs: 0 }, { runs: '1' }, { endpoints: [] }, { endpoints: {} }, { runs: 2 }].map((more) => JSON.stringify({ ...FILE, ...more })),
  ...[0, -1, Infinity, 'x', undefined, 0.1].map((ms) => changed({ p95: { median: ms, spread: 0 } })),
  ...[null, -0.1, undefined, 0.1].map((share) => changed({ p95: { median: 1, spread: share } })),
  ...[-1, 0, undefined].map((max) => changed({ errorRate: { max } })),
  changed({ p95: undefined }),
  changed({ errorRate: undefined }),
]; // prettier-ignore
const READ = FILES.map((text) => {
  const { open } = globalThis;
  globalThis.open = () => {
    if (text === undefined) {
      throw new Error('no file');
    }
    return text;
  };
  const read = outcome(() => Object.keys(readBaseline('b', { test: 'load', targetVUs: 5 })));
  globalThis.open = open;
  return read;
});

/** Runs that are slower than their baseline, and nothing else, or not. */
function slower() {
  const row = (status, more = {}) => ({ name: 'a', status, limit: 110, ...more });
  const crossed = (metric, expression, ok = false) => ({ metric, expression, ok });
  const own = crossed('http_req_duration{name:a}', 'p(95)<=110');
  const signal = row('slower', { metric: 'lag' });
  const rows = [
    [0, [], null],
    [0, [], { endpoints: [] }],
    [1, [own], { endpoints: [row('slower')] }],
    [2, [own], { endpoints: [row('slower')] }],
    [1, [own], { endpoints: [row('slower'), row('failing')] }],
    [1, [own, crossed('checks', 'rate>0.9')], { endpoints: [row('slower')] }],
    [1, [own, crossed('checks', 'rate>0.9', true)], { endpoints: [row('slower')] }],
    [1, [crossed(own.metric, 'p(95)<=111')], { endpoints: [row('slower')] }],
    [1, [crossed('lag', 'p(95)<=110')], { endpoints: [signal] }],
    [1, [own], { endpoints: [signal] }],
    [2, [own, crossed('lag', 'p(95)<=110')], { endpoints: [row('slower'), signal] }],
    [1, [], { endpoints: [row('slower')] }],
  ];
  shows(
    'only slower',
    rows.map((args) => isOnlySlower(.../** @type {[any, any, any]} */ (args))),
  );
}

export const options = expectations(37);

/** Without the last digits, which depend on the processor. */
const short = (value) => (value === null ? null : Number(value.toPrecision(6)));

function statistics() {
  for (const values of [[5], [1, 2], [3, 1, 2], [9, 9, 9, 30], [1, 2, 3, 4, 100, 6, 7, 8]]) {
    shows(`of ${values}`, [median(values), short(spread(values))]);
  }
  for (const runs of [2, 3, 5, 12]) {
    for (const risk of [0.05, 0.001]) {
      shows(
        `${runs} runs, ${risk}`,
        [predictionFactor(0.05, runs, risk), tQuantile(1 - risk, runs - 1)].map(short),
      );
    }
    for (const p95 of [0.4, 20, 900].flatMap((m) =>
      [0, 0.03, 0.4].map((s) => ({ median: m, spread: s })),
    )) {
      const one = known('a', { p95 });
      const all = { runs, endpoints: [one, known('b')] };
      shows(`limit ${JSON.stringify(p95)}`, [
        short(limitOf(one, all, RULE)),
        isTooNoisy(one, all, RULE),
      ]);
    }
  }
  shows(
    'thresholds',
    baselineThresholds([endpoint('same'), endpoint('new')], baseline(known('same'), known('gone'))),
  );
}

export default function baselines() {
  READ.forEach((read, index) => shows(`read ${FILES[index] ?? 'nothing'}`, read));
  slower();
  statistics();
  const of = (path) => requestOf({ method: 'GET', url: path });
  shows('requests', [
    requestOf({ request: 'lag of x' }),
    of(undefined),
    of('/a?b'),
    of('ws://h/a#b'),
  ]);
  const edge = [110, 110.01, undefined].map(
    (p95) =>
    compareWith([endpoint('same')], baseline(known('same')), [{ name: 'same', errorRate: 0.5, ...(p95 && { duration: { p95 } }) }]), // prettier-ignore
  );
  shows(
    'at the limit',
    edge.map(({ endpoints }) => endpoints[0].status),
  );
  equal('median, odd', median([3, 1, 2]), 2);
  equal('median, even', median([4, 1, 2, 3]), 2.5);
  equal('two runs have no spread', spread([1, 2]), null);
  equal('equal runs have none', spread([5, 5, 5]), 0);
  const quiet = [10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 10.7];
  holds(
    'a disturbed run in ten is left out',
    near(spread([...quiet, 10.8, 40]), spread([...quiet, 10.8, 10.9]), 1e-9),
  );
  holds('three of ten are noise', spread([...quiet.slice(0, 7), 40, 40, 40]) > 0.5);
  holds('spread is relative', near(spread([90, 100, 110]), spread([9, 10, 11]), 1e-9));

  // From tables of the t distribution.
  for (const [p, freedom, value] of [
    [0.99, 4, 3.747],
    [0.99, 9, 2.821],
    [0.995, 9, 3.25],
    [0.998, 19, 3.2734],
    [0.95, 4, 2.132],
  ]) {
    holds(`t ${p} ${freedom}`, near(tQuantile(p, freedom), value, 0.012));
  }
  holds('more runs, tighter', predictionFactor(0.05, 10, 0.01) < predictionFactor(0.05, 5, 0.01));

  equal('quiet runs: the tolerance', limit({ median: 100, spread: 0.001 }), 110);
  equal('tiny latencies: the slack', limit({ median: 0.5, spread: 0.01 }), 1.5);
  holds('noisy runs: their noise', near(limit({ median: 100, spread: 0.05 }), 128.2, 0.01));
  const wild = { median: 100, spread: 0.918 };
  const alone = { runs: 3, endpoints: [known('a')] };
  equal('no noise gets more than twice the median', limit(wild, 3), 200);
  holds('that is too noisy', isTooNoisy(known('a', { p95: wild }), alone, RULE));
  holds('quieter ones are not', !isTooNoisy(known('a'), alone, RULE));
  equal('tiny latencies keep their slack', limit({ median: 0.5, spread: 0.918 }, 3), 1.5);
  const tiny = known('a', { p95: { median: 0.1, spread: 0.2 } });
  holds('which may be more than their noise', !isTooNoisy(tiny, alone, RULE));
  const capped = (maxNoise) => limitOf(known('a', { p95: wild }), alone, { ...RULE, maxNoise });
  equal('a rule from before', capped(undefined), 200);
  equal('a rule with more', capped(4), 500);
  equal('one run: the tolerance', limit({ median: 100, spread: null }, 1), 110);
  const many = { runs: 5, endpoints: Array.from({ length: 20 }, (_, i) => known(`e${i}`)) };
  holds(
    'more endpoints share the risk',
    limitOf(known('a', { p95: { median: 100, spread: 0.05 } }), many, RULE) > 128.2,
  );
  equal('errors', errorLimitOf(known('a', { errorRate: { median: 0, max: 0.4 } }), RULE), 0.009);

  equal(
    'request',
    requestOf({ method: 'GET', url: 'http://u:p@h:1/a/{id}?token=x' }),
    'GET /a/{id}',
  );
  equal('request of a host', requestOf({ method: 'GET', url: 'http://h' }), 'GET /');

  const before = baseline(known('same'), known('old', { request: 'GET /moved' }), known('gone'));
  const now = [endpoint('same'), endpoint('renamed', 'moved'), endpoint('fresh')];
  const thresholds = baselineThresholds(now, before);
  equal('a known endpoint has a limit', thresholds['http_req_duration{name:same}'], ['p(95)<=110']);
  equal('so has a renamed one', thresholds['http_req_duration{name:renamed}'], ['p(95)<=110']);
  equal('errors have one', thresholds['http_req_failed{name:same}'], ['rate<=0.005']);
  equal('a vanished one cannot pass', thresholds['http_reqs{name:gone}'], ['count>0']);
  equal('a new one is not judged', thresholds['http_req_duration{name:fresh}'], undefined);

  const rows = compareWith(now, before, [
    measured('same', 111),
    measured('renamed', 90),
    measured('fresh', 7),
  ]).endpoints;
  equal(
    'what became of each',
    rows.map(({ name, status, was, change }) => [name, status, was, change]),
    [
      ['same', 'slower', undefined, 11],
      ['renamed', 'ok', 'old', -10],
      ['fresh', 'new', undefined, null],
      ['gone', 'missing', undefined, null],
    ],
  );
  const failing = compareWith([endpoint('same')], baseline(known('same')), [
    measured('same', 90, 0.6),
  ]);
  equal('errors count', failing.endpoints[0].status, 'failing');

  const many70 = Array.from({ length: 70 }, (_, i) => `e${i}`);
  const console70 = consoleOf(
    compareWith(
      many70.map((name) => endpoint(name)),
      baseline(...many70.map((name) => known(name))),
      many70.map((name, i) => measured(name, i === 69 ? 150 : 100)),
    ),
  );
  const shown = console70.filter((line) => /^ {2}e\d+ /.test(line));
  holds(
    'of many endpoints the console shows some, the slow ones first',
    shown.length === 60 && /e69 .* \+50\.00% .* ✗ slower$/.test(shown[0]),
  );
  const noisy = { ...baseline(known('same', { p95: wild })), runs: 3 };
  const noted = consoleOf(compareWith([endpoint('same')], noisy, [measured('same', 201)]));
  holds(
    'whose limit is cut is named',
    noted.some((line) => line.includes('too noisy for a tighter limit: same')),
  );
  holds('and says so', console70.includes('  ... and 10 more compared endpoints, in summary.json'));
}
