// Parts of a judgement: the order of reasons, a machine at its limit, limits of a baseline, failed responses, percentiles.

import { isTooNoisy, limitOf, errorLimitOf } from '../engine/baseline/rule.js';
import { predictionFactor } from '../engine/baseline/statistics.js';
import { mixed, quantile } from '../engine/summary/quantiles.js';
import { failedResponses } from '../engine/summary/failed-responses.js';
import { RANKS } from '../engine/summary/findings.js';
import { limitedHere } from '../engine/summary/machine.js';
import { reasonsOf } from '../engine/summary/reasons.js';
import { equal, expectations, holds } from './expect.js';

export const options = expectations(1);

const cause = (text, more = {}) => ({ rank: RANKS.test, text, ...more });
const consequence = (text, more = {}) => ({ rank: RANKS.consequence, text, ...more });
const many = (make, count, more = {}) =>
  Array.from({ length: count }, (_, i) => make(`${'abcdefgh'[i]}`, more));

/** Findings and the reasons that are made of them. */
const REASONS = [
  [[], []],
  [
    [consequence('late'), cause('early', { action: 'Act' })],
    ['early. Act', 'late'],
  ],
  [many(cause, 5), ['a', 'b', 'c', 'd', 'e']],
  [many(cause, 6), ['a', 'b', 'c', 'd', 'and 2 more: e; f']],
  [many(cause, 8), ['a', 'b', 'c', 'd', 'and 4 more: e; f; g; and 1 more']],
  [
    [...many(cause, 5), consequence('x')],
    ['a', 'b', 'c', 'and 2 more: d; e', 'x'],
  ],
  [
    [...many(cause, 4), consequence('x'), consequence('y'), consequence('z')],
    ['a', 'b', 'and 2 more: c; d', 'x', 'y; z'],
  ],
  [many(consequence, 6), ['a', 'b', 'c', 'd', 'e; f']],
  [many(cause, 3, { kind: 'latency' }), ['a', 'b', 'c']],
  [many(cause, 4, { kind: 'latency' }), ['4 endpoints are too slow: a; b; c; and 1 more']],
  [many(consequence, 2, { kind: 'checks' }), ['a', 'b']],
  [many(consequence, 3, { kind: 'checks' }), ['checks fail at 3 endpoints: a; b; c']],
  [[consequence('a', { kind: 'crossed' })], ['crossed as well: a']],
  [
    [cause('text', { kind: 'timeout', name: 'GET /a' }), ...many(cause, 3, { kind: 'timeout' })],
    [/: 4 endpoints failed: GET \/a; a; b; and 1 more$/],
  ],
];

function reasons() {
  for (const [findings, wanted] of REASONS) {
    const found = reasonsOf(findings);
    const fits = (text, i) => (text instanceof RegExp ? text.test(found[i]) : text === found[i]);
    holds(
      `${JSON.stringify(findings)} gives ${JSON.stringify(found)}`,
      found.length === wanted.length && wanted.every(fits),
    );
  }
}

function machine() {
  const row = (metric, unit) => ({ metric, unit, ok: true, measured: true });
  const summary = {
    passed: true,
    onlySlower: true,
    reasons: ['GET /a is too slow', 'refused'],
    breakingStage: { name: 's' },
    comparison: {},
    metrics: { droppedIterations: 7 },
    thresholds: [row('http_req_duration', 'ms'), row('checks', '')],
  };
  const used = (k6Ms) => limitedHere(summary, { k6Ms, seconds: 9, cores: 2 });
  equal('below the limit', used(16_999), null);
  const found = used(17_000);
  holds('at it', found.reasons[0].includes('k6 used 85% of 2 cores, and 7 iterations could not'));
  equal('blamed for something else', found.reasons.slice(1), ['refused']);
  equal('verdict', [found.passed, found.onlySlower, found.breakingStage, found.comparison], [false, false, null, null]); // prettier-ignore
  equal('latencies', found.thresholds.map(({ ok, measured }) => [ok, measured]), [[false, false], [true, true]]); // prettier-ignore
  holds('no more than all', used(99_000).reasons[0].includes('100%'));
  const one = limitedHere(summary, { k6Ms: 17_000, seconds: 9, cores: 1 });
  holds('one core', one.reasons[0].includes('of 1 core,'));
  const whole = { ...summary, metrics: { droppedIterations: 0 } };
  equal('nothing dropped', limitedHere(whole, { k6Ms: 99_000, seconds: 9, cores: 2 }), null);
}

function limits() {
  const rule = { tolerance: 0.1, slackMs: 20, falseAlarms: 0.01, maxNoise: 0.5, errorSlack: 0.01 };
  const endpoint = (median, spread) => ({ p95: { median, spread }, errorRate: { max: 2 } });
  const limit = (median, spread) =>
    limitOf(endpoint(median, spread), { runs: 5, endpoints: [0, 0] }, rule);
  equal('at least the slack', limit(100, null), 120);
  equal('or the tolerance', limit(400, null), 440);
  equal('at most so much noise', limit(400, 0.9), 600);
  equal('not less than the least', limit(10, 0.9), 30);
  const factor = predictionFactor(0.05, 5, 0.005);
  equal('noise in between', limit(400, 0.05), Math.round(400 * factor * 1000) / 1000);
  holds('which is in between', factor > 1.1 && factor < 1.5);
  const noisy = (spread) => isTooNoisy(endpoint(400, spread), { runs: 5, endpoints: [0, 0] }, rule);
  equal('too noisy', [noisy(0.05), noisy(0.9)], [false, true]);
  equal('errors', errorLimitOf(endpoint(1, null), rule), 0.03);
}

function responses() {
  const passed = (name, at, more = {}) => ({
    name: `failed response ${encodeURIComponent(JSON.stringify({ name, at, cause: 'auth', ...more }))}`,
  });
  const at = Date.parse('2026-11-29T10:00:00Z');
  const root = {
    groups: [
      passed('b', at + 2500),
      { name: 'inner', groups: [passed('a', at - 9), passed('b', at + 1500)] },
      passed('b', at + 3000, { cause: undefined, checks: ['x'] }),
      ...Array.from({ length: 30 }, (_, i) => passed(`c${i}`, at + 9000 + i)),
    ],
  };
  const found = failedResponses(root, '2026-11-29T10:00:00Z');
  equal('in order', found.slice(0, 3).map(({ name, seconds }) => [name, seconds]), [['a', 0], ['b', 1.5], ['b', 3]]); // prettier-ignore
  equal('not all', found.length, 20);
  equal('without a start', failedResponses(root)[0].seconds, null);
  equal('none', failedResponses({}), []);
}

function percentiles() {
  const one = { count: 3, shares: [0, 0.5, 1], values: [1, 2, 4] };
  const at = (spreads, share) => Math.round(quantile(mixed(spreads), share) * 1e6) / 1e6;
  equal('of one', [0, 0.25, 0.5, 0.75, 1].map((share) => at([one], share)), [1, 1.5, 2, 3, 4]); // prettier-ignore
  equal(
    'of the same twice',
    [0.25, 0.75].map((share) => at([one, one], share)),
    [1.5, 3],
  );
  equal('none', at([{ ...one, count: 0 }], 0.5), 0);
  const high = { count: 9, shares: [0, 1], values: [10, 20] };
  equal(
    'of two apart',
    [0.25, 0.625, 1].map((share) => at([one, high], share)),
    [4, 15, 20],
  );
  const flat = { count: 1, shares: [0, 0.5, 1], values: [5, 5, 5] };
  equal(
    'of equal values',
    [0, 0.5, 1].map((share) => at([flat], share)),
    [5, 5, 5],
  );
}

export default function judgement() {
  reasons();
  machine();
  limits();
  responses();
  percentiles();
}
