import { predictionFactor } from './statistics.js';

/** @typedef {import('../../types/baseline.js').Baseline} Baseline */
/** @typedef {import('../../types/baseline.js').BaselineEndpoint} BaselineEndpoint */
/** @typedef {import('../../types/baseline.js').RegressionRule} RegressionRule */

/**
 * The highest p95 that an endpoint may have.
 *
 * @param {BaselineEndpoint} endpoint
 * @param {Pick<Baseline, 'runs' | 'endpoints'>} baseline
 * @param {RegressionRule} rule
 * @returns {number} milliseconds
 * @example limitOf(endpoint, baseline, regression)
 */
export function limitOf({ p95 }, { runs, endpoints }, { tolerance, slackMs, falseAlarms }) {
  // Every endpoint is a chance of a false alarm: the risk is shared among them.
  const risk = falseAlarms / endpoints.length;
  const noise = p95.spread === null ? 1 : predictionFactor(p95.spread, runs, risk);
  const limit = Math.max(p95.median * (1 + tolerance), p95.median + slackMs, p95.median * noise);
  return Math.round(limit * 1000) / 1000;
}

/**
 * The highest share of failed requests that an endpoint may have.
 *
 * @param {BaselineEndpoint} endpoint
 * @param {RegressionRule} rule
 * @returns {number} 0 to 1
 */
export function errorLimitOf({ errorRate }, { errorSlack }) {
  return Math.round((errorRate.max / 100 + errorSlack) * 1e6) / 1e6;
}
