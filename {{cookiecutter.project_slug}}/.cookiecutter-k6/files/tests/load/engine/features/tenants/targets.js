// What the shop promises for each endpoint, as thresholds. Loaded outside the VUs only.

import { targets } from '../../../config/tenants.js';

/** @typedef {import('../../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */

/**
 * @param {readonly Endpoint[]} endpoints those without a row in config/tenants.js are left out
 * @returns {Thresholds} how long they may take
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
 * @param {readonly Endpoint[]} endpoints those without a row in config/tenants.js are left out
 * @param {number} [finest] smallest share that the run can tell from one that is bad luck: a single failure is above
 *   0.0001 in any run of less than ten thousand requests
 * @returns {Thresholds} how many of their requests may fail
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
