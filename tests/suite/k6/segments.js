// Metrics of several segments, put together, beside those of all samples at once.

import {
  mergeGroups,
  mergeMetrics as merge,
  SEGMENT_STATS,
} from '../engine/segments/merge-metrics.js';
import { equal, expectations, holds, shows } from './expect.js';

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

export default function segments() {
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
