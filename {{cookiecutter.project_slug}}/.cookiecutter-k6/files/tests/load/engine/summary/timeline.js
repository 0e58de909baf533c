// The course of a run, from the samples that engine/vu/timeline.js handed to k6.

import { mixed, quantile } from './quantiles.js';
import { DISTRIBUTION, statOf } from './statistics.js';

/** @typedef {import('../types/report.js').Course} Course */
/** @typedef {import('../types/report.js').Timeline} Timeline */
/** @typedef {import('../types/suite.js').TimelinePlan} TimelinePlan */
/** @typedef {import('../types/summary.js').EndpointMetrics} EndpointMetrics */

/** A rate over less than this share of a slice says nothing. */
const SHORTEST_SHARE = 0.3;

/**
 * Where the slices of a run begin and end.
 *
 * @param {TimelinePlan} plan
 * @returns {number[]} milliseconds since the start, ascending; one more than there are slices
 * @example edgesOf({ count: 2, durationMs: 60000, bend: 1, ... }) // [0, 30000, 60000]
 */
export function edgesOf({ count, durationMs, bend }) {
  return Array.from({ length: count + 1 }, (_, i) => durationMs * (i / count) ** bend);
}

/**
 * Puts the course of a run together. Requests and failures are counted in some VUs and scaled to the exact totals of
 * each endpoint; percentiles come from the sampled requests.
 *
 * @param {any} metrics as k6 hands them to `handleSummary`
 * @param {import('../types/suite.js').RunPlan['timeline']} plan
 * @param {EndpointMetrics[]} endpoints totals of the run
 * @param {number} ranMs how long the VUs ran, milliseconds
 * @returns {Timeline | null} null if nothing was recorded
 * @example timelineOf(data.metrics, plan.timeline, summary.endpoints, 60000)
 */
export function timelineOf(metrics, plan, endpoints, ranMs) {
  if (plan === undefined) {
    return null;
  }
  const edges = edgesThatRan(plan, ranMs);
  const seconds = edges.slice(1).map((end, i) => (end - edges[i]) / 1000);
  const series = plan.names
    .map((name) => partsOf(metrics, name, seconds.length))
    .filter(({ parts }) => parts.some(({ requests }) => requests > 0))
    .map((each) => scaled(each, endpoints, plan.every));
  if (series.length === 0) {
    return null;
  }
  const sum = (/** @type {(part: Part) => number} */ of) =>
    series.reduce((total, { parts }) => total + parts.reduce((all, part) => all + of(part), 0), 0);
  return {
    at: edges.slice(1).map((end) => significant(end / 1000)),
    sampled: sum(({ spread }) => spread.count),
    requests: Math.round(sum(({ requests }) => requests)),
    planned: { ...plan.planned, values: plan.planned.values.slice(0, seconds.length) },
    all: courseOf(
      seconds.map((_, slice) => together(series.map(({ parts }) => parts[slice]))),
      seconds,
    ),
    endpoints: series.map(({ name, parts }) => ({ name, ...courseOf(parts, seconds) })),
  };
}

/**
 * @param {TimelinePlan} plan
 * @param {number} ranMs
 * @returns {number[]} edges of the slices in which the run took place; the last one ends when the run did
 */
function edgesThatRan(plan, ranMs) {
  const edges = edgesOf(plan);
  const end = Math.max(ranMs, 1);
  const begun = edges.slice(0, -1).filter((edge) => edge < end);
  const last = begun[begun.length - 1];
  const length = edges[begun.length] - last;
  // What a run that was cut short left of its last slice is too little to draw.
  const isWhole = begun.length === 1 || end - last >= SHORTEST_SHARE * length;
  return isWhole
    ? [
        ...begun,
        begun.length === plan.count
          ? Math.max(end, edges[plan.count])
          : Math.min(end, edges[begun.length]),
      ]
    : begun;
}

/**
 * @typedef {object} Part one endpoint in one slice
 * @property {number} requests
 * @property {number | null} failed null: not known
 * @property {import('./quantiles.js').Spread} spread durations
 */

/**
 * @param {any} metrics
 * @param {string} name
 * @param {number} count
 * @returns {{ name: string, parts: Part[] }}
 */
function partsOf(metrics, name, count) {
  const parts = Array.from({ length: count }, (_, slice) => {
    const of = (/** @type {string} */ metric) =>
      metrics[`timeline_${metric}{name:${name},slice:${slice}}`]?.values;
    return {
      requests: of('requests')?.count ?? 0,
      failed: of('failures')?.count ?? 0,
      spread: spreadOf(of('duration')),
    };
  });
  return { name, parts };
}

/**
 * @param {any} values of a trend
 * @returns {import('./quantiles.js').Spread}
 */
function spreadOf(values) {
  return values === undefined || !(values.count > 0)
    ? { count: 0, shares: [], values: [] }
    : {
        count: values.count,
        shares: [0, ...DISTRIBUTION.map((share) => share / 100), 1],
        values: [values.min, ...DISTRIBUTION.map((share) => values[statOf(share)]), values.max],
      };
}

/**
 * @param {{ name: string, parts: any[] }} series
 * @param {EndpointMetrics[]} endpoints
 * @param {number} every how many VUs one recorded
 * @returns {{ name: string, parts: Part[] }} with the exact totals of the endpoint
 */
function scaled({ name, parts }, endpoints, every) {
  const exact = endpoints.find((endpoint) => endpoint.name === name);
  const total = (/** @type {'requests' | 'failed'} */ key) =>
    parts.reduce((sum, part) => sum + part[key], 0);
  const [requests, failed] = [total('requests'), total('failed')];
  const ofRequests = exact === undefined ? every : exact.requests / requests;
  const ofFailures = exact === undefined ? every : exact.errors / failed;
  return {
    name,
    parts: parts.map((part) => ({
      ...part,
      requests: part.requests * ofRequests,
      // None in the VUs that recorded, but some in others: nobody knows when.
      failed: failed > 0 ? part.failed * ofFailures : exact && exact.errors > 0 ? null : 0,
    })),
  };
}

/**
 * @param {Part[]} parts of all endpoints in one slice
 * @returns {Part} the same as one
 */
function together(parts) {
  const spreads = parts
    .filter(({ spread }) => spread.count > 0)
    .map(({ requests, spread }) => ({ ...spread, count: requests }));
  const curve = mixed(spreads);
  const known = parts.filter(({ failed }) => failed !== null);
  const shares = [0, ...DISTRIBUTION.map((share) => share / 100), 1];
  return {
    requests: parts.reduce((sum, { requests }) => sum + requests, 0),
    failed: known.length > 0 ? known.reduce((sum, { failed }) => sum + (failed ?? 0), 0) : null,
    spread: {
      count: parts.reduce((sum, { spread }) => sum + spread.count, 0),
      shares,
      values: shares.map((share) => quantile(curve, share)),
    },
  };
}

/**
 * @param {Part[]} parts of one endpoint
 * @param {number[]} seconds of each slice
 * @returns {Course}
 */
function courseOf(parts, seconds) {
  const at = (/** @type {number} */ share) =>
    parts.map(({ spread }) => {
      const index = spread.shares.indexOf(share);
      return spread.count > 0 ? significant(spread.values[index]) : null;
    });
  return {
    rate: parts.map(({ requests }, i) => significant(requests / seconds[i])),
    failed: parts.map(({ requests, failed }) =>
      failed === null || requests + failed === 0
        ? null
        : significant((100 * failed) / Math.max(requests, failed)),
    ),
    p50: at(0.5),
    p95: at(0.95),
    max: at(1),
  };
}

/**
 * @param {number} value
 * @returns {number} to four digits: charts show no more, and the page stays small
 */
function significant(value) {
  return Number(value.toPrecision(4));
}
