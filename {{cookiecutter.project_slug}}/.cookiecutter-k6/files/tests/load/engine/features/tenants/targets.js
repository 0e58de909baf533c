// The shop's targets per endpoint, as thresholds. Never loaded in a VU.

import { targets } from '../../../config/tenants.js';

/** @typedef {import('../../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */

/**
 * Thresholds on the response times.
 *
 * @param {readonly Endpoint[]} endpoints those without a row in config/tenants.js are skipped
 * @returns {Thresholds}
 * @example timeTargets([REPORT]) // { 'http_req_duration{name:GET /reports/inventory}': ['p(50)<2000', ...] }
 */
export function timeTargets(endpoints) {
  return Object.fromEntries(
    rowsOf(endpoints).map(([name, { p50, p95, p99 }]) => [
      `http_req_duration{name:${name}}`,
      [`p(50)<${p50}`, `p(95)<${p95}`, `p(99)<${p99}`],
    ]),
  );
}

/**
 * Thresholds on the error rates.
 *
 * @param {readonly Endpoint[]} endpoints those without a row in config/tenants.js are skipped
 * @param {number} [finest] lower bound of the thresholds: in a run of fewer than 10,000 requests, a single failure
 *   already exceeds a rate of 0.0001
 * @returns {Thresholds}
 * @example errorTargets([BROWSE], 0.001) // { 'http_req_failed{name:GET /products}': ['rate<0.001'] }
 */
export function errorTargets(endpoints, finest = 0) {
  return Object.fromEntries(
    rowsOf(endpoints).map(([name, { errorRate }]) => [
      `http_req_failed{name:${name}}`,
      [`rate<${Math.max(errorRate, finest)}`],
    ]),
  );
}

/**
 * @param {readonly Endpoint[]} endpoints
 * @returns {[string, import('./types.js').Target][]}
 */
function rowsOf(endpoints) {
  return endpoints
    .filter(({ name }) => Object.hasOwn(targets, name))
    .map(({ name }) => [name, targets[name]]);
}
