// What the tests of tenants work out by themselves: data, trends of memory, windows of limits, steps of rates.

import { trendOf } from '../engine/features/tenants/memory-trend.js';
import { ratesOf } from '../engine/features/tenants/knee-plan.js';
import { tierPlan } from '../engine/features/tenants/tier-plan.js';
import { windowOf } from '../engine/features/tenants/rate-limit.js';
import { orderRow, productRow } from '../engine/features/tenants/made-rows.js';
import { seeded, zipf } from '../engine/features/tenants/zipf.js';
import { equal, expectations, holds, throws } from './expect.js';

export const options = expectations(44);

/** Readings of some minutes, with noise and a leak of so many MB a minute. */
function readings(noise, leak, every = 250, minutes = 2) {
  return Array.from({ length: (minutes * 60_000) / every }, (_, i) => ({
    at: i * every,
    mb: 60 + noise(i * every) + (leak * i * every) / 60_000,
  }));
}

/** Memories that do not leak, by name; each seed another one. */
const NOISES = {
  none: () => () => 0,
  uniform: (random) => () => random() * 10,
  collector: (random) => {
    const phase = random() * 4000;
    return (at) => (((at + phase) % 4000) / 4000) * 20;
  },
  spikes: (random) => () => (random() < 0.1 ? 50 * random() : 2 * random()),
  warming: (random) => (at) => 30 * (1 - Math.exp(-at / 8000)) + 5 * random(),
};
const RUNS = 15;

function memories() {
  for (const [name, make] of Object.entries(NOISES)) {
    let alarms = 0;
    let found = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      alarms += trendOf(readings(make(seeded(seed)), 0), 0.25).least >= 30 ? 1 : 0;
      found += trendOf(readings(make(seeded(seed)), 5), 0.25).least >= 30 ? 1 : 0;
    }
    equal(`${name}: no false alarm`, alarms, 0);
    equal(`${name}: every leak of 5 MB a minute`, found, RUNS);
  }
  const uneven = (at) => (at < 50_000 ? at * 0.4 : at < 80_000 ? 1.9 * at - 75_000 : at - 3000);
  const bursts = readings((at) => (5 * uneven(at)) / 60_000 + NOISES.spikes(seeded(4))(), 0);
  holds('a leak under uneven load', trendOf(bursts, 0.25).least >= 30);
  const soak = (leak) => trendOf(readings(NOISES.uniform(seeded(9)), leak, 30_000, 240), 0.25);
  holds('a soak without a leak', soak(0).least < 30);
  holds('a soak that leaks 60 MB an hour', soak(1).least >= 30);
  const exact = trendOf(
    readings(() => 0, 1),
    0.25,
  );
  holds('60 MB an hour', Math.abs(exact.perHour - 60) < 0.01 && Math.abs(exact.least - 60) < 0.01);
  holds('grew in the warm-up', Math.abs(exact.warmUpMb - 0.5) < 0.05);
  equal('too few readings', trendOf(readings(() => 0, 5).slice(0, 9), 0.25), null);
  equal('no readings', trendOf([], 0.25), null);
  const shrinking = trendOf(
    readings(() => 0, -5),
    0.25,
  );
  holds('a memory that shrinks', shrinking.least < 0);
}

function ranks() {
  for (const skew of [0.7, 1, 1.3]) {
    const next = zipf(1000, skew, seeded(3));
    const counts = new Array(1001).fill(0);
    for (let i = 0; i < 20_000; i += 1) {
      counts[next()] += 1;
    }
    const ratio = counts[1] / counts[10];
    const wanted = 10 ** skew;
    holds(`skew ${skew}: the first beside the tenth`, ratio > wanted / 1.5 && ratio < wanted * 1.5);
    equal(`skew ${skew}: ranks only`, counts[0], 0);
    holds(
      `skew ${skew}: the last ones too`,
      counts.slice(900).some((count) => count > 0),
    );
  }
  equal('one rank', zipf(1, 1)(), 1);
  throws('no ranks', () => zipf(0, 1), /count and skew must be above 0, got 0 and 1/);
  throws('no skew', () => zipf(5, 0), /count and skew must be above 0/);
}

function rows() {
  equal('a seed repeats a product', productRow(7, 12), productRow(7, 12));
  equal('a seed repeats an order', orderRow(7, 12), orderRow(7, 12));
  holds('another seed', JSON.stringify(productRow(8, 12)) !== JSON.stringify(productRow(7, 12)));
  const products = Array.from({ length: 2000 }, (_, i) => productRow(1, i));
  equal('every sku once', new Set(products.map(({ sku }) => sku)).size, 2000);
  const lengths = products.map(({ description }) => description.length).sort((a, b) => a - b);
  const middle = lengths[1000];
  holds('texts are short as a rule', middle > 40 && middle < 130);
  holds('and long now and then', lengths[1999] > 8 * middle);
  holds(
    'prices',
    products.every(({ price, stock }) => price > 0 && Number.isInteger(stock)),
  );
  const orders = Array.from({ length: 2000 }, (_, i) => orderRow(1, i));
  const sold = {};
  orders.forEach(({ items }) =>
    items.forEach(({ product }) => (sold[product] = (sold[product] ?? 0) + 1)),
  );
  const [most] = Object.entries(sold).sort((a, b) => b[1] - a[1])[0];
  equal('the most popular one', most, productRow(1, 0).sku);
  holds(
    'lines',
    orders.every(({ items }) => items.length >= 1 && items.every(({ quantity }) => quantity >= 1)),
  );
}

function limits() {
  equal('a policy', windowOf({ 'Ratelimit-Policy': '100;w=60' }), 60_000);
  equal('a policy with a name', windowOf({ 'Ratelimit-Policy': '"default";q=100;w=1.5' }), 1500);
  equal('a limit with a window', windowOf({ 'Ratelimit-Limit': '100, 100;w=10' }), 10_000);
  equal('a limit alone', windowOf({ 'Ratelimit-Limit': '100' }), undefined);
  equal('nothing', windowOf({}), undefined);
  equal('steps', ratesOf(10, 14, 1.1), [10, 11, 12, 13, 14]);
  equal('one step', ratesOf(99, 100, 2), [99, 100]);
  const rates = ratesOf(10, 1000, 1.1);
  holds(
    'none far from the next',
    rates.every((rate, i) => i === 0 || rate / rates[i - 1] <= 1.14),
  );
}

/** Metrics of a tier with these p95 of a route in its quiet and noisy part, milliseconds. */
function measured(quiet, noisy, count = 140, route = ',name:GET /products') {
  const part = (p95) => ({ values: { 'p(95)': p95, count } });
  return {
    [`http_req_duration{tier:professional,neighbour:quiet${route}}`]: part(quiet),
    [`http_req_duration{tier:professional,neighbour:noisy${route}}`]: part(noisy),
  };
}

function isolation() {
  const routes = ['GET /products', 'GET /reports/inventory', 'never asked'].map((name) => ({
    name,
    kind: 'api',
  }));
  const reasonsOf = (metrics) => tierPlan(routes).findings(metrics).reasons;
  const reasons = (...values) => reasonsOf(measured(...values));
  const [slowed] = reasons(4.4, 17.3);
  holds(
    'slower by a little more than the limit',
    /p95 of GET \/products rose from 4.4 ms to 17.3 ms/.test(slowed),
  );
  holds('with the limit', slowed.includes('limit 16.6 ms'));
  equal('below it', reasons(4.4, 16.5), []);
  equal('too few requests to say', reasons(4.4, 17.3, 99), []);
  const report = ',name:GET /reports/inventory';
  equal(
    'more reports in one part than in the other',
    reasonsOf({
      ...measured(120, 1800, 1000, ''),
      ...measured(50, 50, 1000),
      ...measured(1800, 1800, 30, report),
    }),
    [],
  );
  const [worst] = reasonsOf({ ...measured(50, 90, 1000), ...measured(200, 900, 1000, report) });
  holds('the worst of several', /p95 of GET \/reports\/inventory rose/.test(worst));
}

export default function tenants() {
  isolation();
  memories();
  ranks();
  rows();
  limits();
}
