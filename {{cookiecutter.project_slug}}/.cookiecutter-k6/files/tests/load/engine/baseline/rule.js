import { predictionFactor } from './statistics.js';

/** @typedef {import('../types/baseline.js').Baseline} Baseline */
/** @typedef {import('../types/baseline.js').BaselineEndpoint} BaselineEndpoint */
/** @typedef {import('../types/baseline.js').RegressionRule} RegressionRule */

/**
 * Computes the components of an endpoint's p95 limit.
 *
 * @param {BaselineEndpoint} endpoint
 * @param {Pick<Baseline, 'runs' | 'endpoints'>} baseline
 * @param {RegressionRule} rule
 * @returns {{ least: number, noise: number, most: number }} milliseconds: minimum limit, limit for the endpoint's
 *   noise, and maximum limit
 */
function partsOf({ p95 }, { runs, endpoints }, rule) {
  const { tolerance, slackMs, falseAlarms, maxNoise = 1 } = rule;
  // Each endpoint can cause a false alarm, so divide the risk among them.
  const risk = falseAlarms / endpoints.length;
  const factor = p95.spread === null ? 1 : predictionFactor(p95.spread, runs, risk);
  const least = Math.max(p95.median * (1 + tolerance), p95.median + slackMs);
  return {
    least,
    noise: p95.median * factor,
    most: Math.max(p95.median * (1 + maxNoise), least),
  };
}

/**
 * The p95 limit of an endpoint.
 *
 * @param {BaselineEndpoint} endpoint
 * @param {Pick<Baseline, 'runs' | 'endpoints'>} baseline
 * @param {RegressionRule} rule
 * @returns {number} milliseconds
 * @example limitOf(endpoint, baseline, regression)
 */
export function limitOf(endpoint, baseline, rule) {
  const { least, noise, most } = partsOf(endpoint, baseline, rule);
  return Math.round(Math.max(least, Math.min(noise, most)) * 1000) / 1000;
}

/**
 * Returns whether the noise between the baseline runs exceeds the maximum limit. Then only large regressions are
 * detected, and a run of an unchanged service may fail.
 *
 * @param {BaselineEndpoint} endpoint
 * @param {Pick<Baseline, 'runs' | 'endpoints'>} baseline
 * @param {RegressionRule} rule
 * @returns {boolean}
 * @example isTooNoisy(endpoint, baseline, regression)
 */
export function isTooNoisy(endpoint, baseline, rule) {
  const { noise, most } = partsOf(endpoint, baseline, rule);
  return noise > most;
}

/**
 * The error-rate limit of an endpoint.
 *
 * @param {BaselineEndpoint} endpoint
 * @param {RegressionRule} rule
 * @returns {number} 0 to 1
 */
export function errorLimitOf({ errorRate }, { errorSlack }) {
  return Math.round((errorRate.max / 100 + errorSlack) * 1e6) / 1e6;
}
