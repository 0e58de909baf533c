// Metrics of endpoints, load steps and the whole run, from the data that k6 passes to `handleSummary`.

import { CAUSES } from './causes.js';
import { durationsOf, rounded } from './statistics.js';

/**
 * How long each load step lasted; a run that was cut short ends in the middle of one.
 *
 * @param {import('../types/suite.js').RunPlan['stages']} stages
 * @param {number} ranMs
 * @returns {Map<string, number>} seconds by name of the step
 * @example secondsOfSteps([{ name: 'step-1-50vus', endsAt: 300000 }], 60000) // Map { 'step-1-50vus' => 60 }
 */
export function secondsOfSteps(stages, ranMs) {
  /** @type {Map<string, number>} */
  const seconds = new Map();
  let start = 0;
  for (const { name, endsAt } of stages) {
    const lasted = Math.max(0, Math.min(endsAt, ranMs) - start) / 1000;
    seconds.set(name, (seconds.get(name) ?? 0) + lasted);
    start = endsAt;
  }
  return seconds;
}

/**
 * @param {number} [count]
 * @param {number} [seconds]
 * @returns {number} per second
 * @example rateOf(30, 10) // 3
 */
export function rateOf(count = 0, seconds = 0) {
  return seconds > 0 ? rounded(count / seconds) : 0;
}

/**
 * @param {any} metrics
 * @param {string} tag
 * @param {string} value
 * @returns {import('../types/summary.js').Metrics} those of the samples with that tag
 * @example metricsOf(data.metrics, 'name', 'health').requests
 */
export function metricsOf(metrics, tag, value) {
  const of = (/** @type {string} */ metric) => metrics[`${metric}{${tag}:${value}}`]?.values;
  const requests = of('http_reqs');
  // A rate counts as "passed" what was true; true means failed here.
  const errors = of('http_req_failed')?.passes ?? 0;
  const checks = of('checks');
  return {
    name: value,
    requests: requests?.count ?? 0,
    requestRate: rounded(requests?.rate ?? 0),
    errors,
    errorRate: percent(errors, requests?.count ?? 0),
    checks: { passes: checks?.passes ?? 0, fails: checks?.fails ?? 0 },
    duration: durationsOf(of('http_req_duration')),
  };
}

/**
 * @param {any} metrics
 * @param {string} name
 * @returns {import('../types/summary.js').EndpointMetrics}
 * @example endpointMetrics(data.metrics, 'health').errorTypes
 */
export function endpointMetrics(metrics, name) {
  const types = errorTypes(metrics, `name:${name},`);
  return { ...metricsOf(metrics, 'name', name), errorTypes: types };
}

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number} 0 to 100
 */
function percent(part, whole) {
  return whole > 0 ? rounded((100 * part) / whole) : 0;
}

/**
 * @param {any} metrics
 * @param {string} [filter] tags in front of the cause, such as `name:health,`
 * @returns {Record<string, number>} failed requests by cause; causes that did not occur are left out
 * @example errorTypes(data.metrics, 'name:health,') // { timeout: 3 }
 */
export function errorTypes(metrics, filter = '') {
  return Object.fromEntries(
    Object.keys(CAUSES)
      .map((cause) => [
        cause,
        metrics[`request_errors{${filter}cause:${cause}}`]?.values.count ?? 0,
      ])
      .filter(([, count]) => count > 0),
  );
}

/**
 * @param {any} metrics
 * @returns {import('../types/summary.js').Totals} of the whole run, set-up left out
 * @example totals(data.metrics).iterations
 */
export function totals(metrics) {
  const main = metricsOf(metrics, 'phase', 'main');
  const checks = metrics.checks?.values;
  return {
    requests: main.requests,
    requestRate: main.requestRate,
    errors: main.errors,
    errorRate: main.errorRate,
    errorTypes: errorTypes(metrics),
    duration: main.duration,
    checks: { passes: checks?.passes ?? 0, fails: checks?.fails ?? 0 },
    iterations: metrics.iterations?.values.count ?? 0,
    droppedIterations: metrics.dropped_iterations?.values.count ?? 0,
    scriptErrors: metrics.script_errors?.values.count ?? 0,
    dataReceived: metrics.data_received?.values.count ?? 0,
    dataSent: metrics.data_sent?.values.count ?? 0,
  };
}
