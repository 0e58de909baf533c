// A run whose load this machine could not generate: its processor was at its limit, and iterations did not start.

import { rounded } from './statistics.js';

/** @typedef {import('../types/summary.js').Summary} Summary */

/** Share of the cores that k6 has to use to have been at the limit: the service may run on them too, and measuring is coarse. */
const AT_LIMIT = 0.85;

/** What only latencies, or a service that is too slow, could be blamed for. */
const OF_SERVICE =
  /too slow|service is too slow|above the baseline|^http_req_duration|never measured/;

/**
 * @param {Summary} summary
 * @param {{ k6Ms: number, seconds: number, cores: number }} used processor time and duration of k6
 * @returns {Summary | null} the summary with that judgement; null: this machine was not the limit
 * @example limitedHere(summary, { k6Ms: 59000, seconds: 30, cores: 2 })?.reasons[0]
 */
export function limitedHere(summary, { k6Ms, seconds, cores }) {
  const dropped = summary.metrics.droppedIterations;
  // One more second: bash counts whole ones.
  const share = k6Ms / ((seconds + 1) * 1000 * cores);
  if (!(dropped > 0 && share >= AT_LIMIT)) {
    return null;
  }
  const percent = Math.min(100, Math.round(100 * share));
  const reason =
    `this machine was the limit, not the service: k6 used ${percent}% of ${rounded(cores)} core${cores === 1 ? '' : 's'}, ` +
    `and ${dropped} iterations could not start; latencies were not judged. ` +
    'Lower RATE or VUS, or use several machines (--segment)';
  return {
    ...summary,
    passed: false,
    onlySlower: false,
    reasons: [reason, ...summary.reasons.filter((text) => !OF_SERVICE.test(text))],
    breakingStage: null,
    comparison: null,
    thresholds: summary.thresholds.map((row) =>
      row.unit === 'ms' ? { ...row, ok: false, measured: false } : row,
    ),
  };
}
