// Metrics of several segments, put together, beside those of all samples at once.

import {
  mergeGroups,
  mergeMetrics as merge,
  SEGMENT_STATS,
} from '../engine/segments/merge-metrics.js';
import {
  refusalOf,
  segmentOf,
  segmentTags,
  summarizeSegment,
  unjudged,
} from '../engine/segments/segment.js';
import { equal, expectations, holds, outcome, shows } from './expect.js';
import { LOCAL, withSettings } from './support/stand-ins.js';

/** What is put together is compared as a whole as well, without the last digits. */
function mergeMetrics(parts, thresholds) {
  const merged = merge(parts, thresholds);
  const text = JSON.stringify(merged, (_, v) =>
    typeof v === 'number' ? Number(v.toPrecision(6)) : v,
  );
  shows('merged', JSON.parse(text));
  return merged;
}

export const options = expectations(16);

const close = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) < 1e-9;

/** Percentile as k6 computes it. */
function exact(sorted, share) {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/** What k6 hands over of a trend. */
function trend(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const values = Object.fromEntries(
    SEGMENT_STATS.filter((stat) => /^(p|med)/.test(stat)).map((stat) => [
      stat,
      exact(sorted, stat === 'med' ? 0.5 : Number(stat.slice(2, -1)) / 100),
    ]),
  );
  values.count = sorted.length;
  values.min = sorted[0] ?? 0;
  values.max = sorted[sorted.length - 1] ?? 0;
  values.avg =
    sorted.length > 0 ? sorted.reduce((sum, value) => sum + value, 0) / sorted.length : 0;
  return { type: 'trend', contains: 'time', values };
}

/** The same "random" numbers each time. */
function numbers(count, seed, shape) {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return shape(state / 2147483648);
  });
}

/** Between which values of all samples a merged percentile has to be. */
function within(all, merged, rank, tolerance) {
  const sorted = [...all].sort((a, b) => a - b);
  const at = (share) => exact(sorted, Math.min(1, Math.max(0, share / 100)));
  return merged >= at(rank - tolerance) - 1e-9 && merged <= at(rank + tolerance) + 1e-9;
}

/** Parts that one machine runs, and what it writes. */
function pieces() {
  const spec = { name: 'own', endpoints: [{ name: 'a', method: 'GET', url: '/a', kind: 'api', options: { x: 1 } }], support: [{ name: 'login' }] }; // prettier-ignore
  const found = { name: 'knee', findings: () => {} };
  const plan = { profile: 'p', scenario: 's', vus: 4, durationMs: 1000, stages: [] };
  for (const SEGMENT of ['', '1/4', '2/2', '*/3']) {
    withSettings({ SEGMENT, RUN_ID: 'r1', RESULTS_DIR: '/r', target: LOCAL }, () => {
      const refused = [1, 2, 3, 4].map((vus) => outcome(() => refusalOf(spec, vus)));
      shows(`segment ${SEGMENT}`, [segmentOf(), segmentTags(), [...refused, refusalOf(found, 9)].map((error) => error && String(error))]); // prettier-ignore
      const metrics = { iterations: { type: 'counter', values: { count: 7 }, thresholds: { 'count>0': {} } }, vus_max: { values: { max: 2 } } }; // prettier-ignore
      const data = { metrics, state: { testRunDurationMs: 900 }, root_group: { checks: [], groups: [] } }; // prettier-ignore
      const files = summarizeSegment(spec, plan, { checks: ['rate>0.9'] })(SEGMENT === '2/2' ? { ...data, metrics: {} } : data); // prettier-ignore
      const hidden = Object.entries(files).map(([name, text]) => [name, text.replace(/\d{13}-[\d.e-]+|\d{4}-[\d-]+T[\d:.]+Z|(?<="suiteVersion":)"[^"]*"/g, 'x')]); // prettier-ignore
      shows('written', hidden);
    });
  }
  const abort = (abortOnFail) => ({ threshold: 'rate>0', abortOnFail });
  shows('unjudged', unjudged({ a: ['x'], b: [abort(true), abort(false), 'y'], c: [] }));
}

/** Metrics that only some segments have, or of which they have no samples. */
function gaps() {
  const none = trend([]);
  const one = trend([5]);
  const gauge = (value) => ({ type: 'gauge', values: { value, min: value - 1, max: value + 1 } });
  mergeMetrics([{ a: none, b: none, c: one }, { a: none, b: one }], { a: ['p(95)<1'], c: ['p(50) <= 5', 'med < 5', 'avg == 5', 'min != 5', 'max >= 5', 'p(0)>5', 'p(100)>4'] }); // prettier-ignore
  mergeMetrics([{ vus: gauge(2), vus_max: gauge(3), lag: gauge(4) }, { vus: gauge(5), vus_max: gauge(6), lag: gauge(1) }, {}], { x: ['rate<1', 'count<1'], y: ['rate<1'], z: [], lag: [{ threshold: 'value<3' }] }); // prettier-ignore
  for (const text of ['p(95)<', 'p95<3', 'count>1 ', 'rate>.5', 'foo<1', 'avg<1e3']) {
    shows(
      `expression ${text}`,
      outcome(() => merge([{}], { a: [text] }).a.thresholds),
    );
  }
  const group = (name, checks, groups = []) => ({ name, checks: checks.map(([of, passes, fails]) => ({ name: of, passes, fails })), groups }); // prettier-ignore
  const merged = mergeGroups([group('', [['a', 1, 2]], [group('x', [['b', 1, 0]])]), group('', [['c', 0, 1]], [group('y', []), group('x', [['b', 2, 3]])]), { name: '' }]); // prettier-ignore
  shows('groups', merged);
}

export default function segments() {
  pieces();
  gaps();
  // A quick machine, a slow one, one with outliers, each with its own number of samples.
  const parts = [
    numbers(5000, 1, (x) => 10 + 5 * x),
    numbers(2000, 2, (x) => 40 - 30 * Math.log(1 - x)),
    numbers(9000, 3, (x) => (x > 0.98 ? 900 : 12 + x)),
  ];
  const all = parts.flat();
  const whole = mergeMetrics(
    parts.map((samples) => ({ time: trend(samples) })),
    { time: ['p(95)<500', 'p(99.5)>100', 'avg<1', 'max>899', 'med<=100'] },
  ).time;
  equal('samples', whole.values.count, all.length);
  holds('average', close(whole.values.avg, trend(all).values.avg));
  equal('least', whole.values.min, Math.min(...all));
  equal('most', whole.values.max, Math.max(...all));
  for (const [stat, rank, tolerance] of [
    ['med', 50, 0.5],
    ['p(90)', 90, 0.5],
    ['p(95)', 95, 0.06],
    ['p(99)', 99, 0.06],
  ]) {
    holds(stat, within(all, whole.values[stat], rank, tolerance), whole.values[stat]);
  }
  equal(
    'verdicts',
    Object.values(whole.thresholds).map(({ ok }) => ok),
    [true, true, false, true, true],
  );

  const counted = mergeMetrics(
    [
      {
        n: { type: 'counter', contains: 'default', values: { count: 3, rate: 1.5 } },
        r: { type: 'rate', contains: 'default', values: { rate: 1, passes: 4, fails: 0 } },
        vus: { type: 'gauge', contains: 'default', values: { value: 2, min: 1, max: 2 } },
        lag: { type: 'gauge', contains: 'default', values: { value: 7, min: 1, max: 9 } },
      },
      {
        n: { type: 'counter', contains: 'default', values: { count: 4, rate: 2 } },
        r: { type: 'rate', contains: 'default', values: { rate: 0, passes: 0, fails: 12 } },
        vus: { type: 'gauge', contains: 'default', values: { value: 3, min: 1, max: 3 } },
        lag: { type: 'gauge', contains: 'default', values: { value: 5, min: 2, max: 6 } },
      },
    ],
    {
      n: ['count>6', 'rate<3.5'],
      r: [{ threshold: 'rate===0.25', abortOnFail: true }],
      'n{name:never}': ['count>0'],
      'r{name:never}': ['rate<0.1'],
    },
  );
  equal('counter', counted.n.values, { count: 7, rate: 3.5 });
  equal(
    'its verdicts',
    Object.values(counted.n.thresholds).map(({ ok }) => ok),
    [true, false],
  );
  equal('rate', [counted.r.values.rate, Object.values(counted.r.thresholds)[0].ok], [0.25, true]);
  equal('gauges', [counted.vus.values.max, counted.lag.values.max], [5, 9]);
  equal('what no segment has fed', counted['n{name:never}'].thresholds['count>0'].ok, false);
  equal('a rate without samples', counted['r{name:never}'].values.fails, 0);
  const group = { name: '', groups: [], checks: [{ name: 'is there', passes: 2, fails: 1 }] };
  equal('checks', mergeGroups([group, { ...group, checks: [] }, group]).checks, [
    { name: 'is there', passes: 4, fails: 2 },
  ]);
}
