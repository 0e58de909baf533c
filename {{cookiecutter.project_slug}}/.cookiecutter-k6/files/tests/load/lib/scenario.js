import { group } from 'k6';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import { checker } from './checker.js';
import { weightedRandom } from './helpers.js';
import { createGrowthWatch } from './growth.js';
import { thinkTime } from './pauses.js';
import { defineTest } from './test.js';

/** @typedef {import('../types/suite.js').Step} Step */
/** @typedef {import('../types/suite.js').Outcome} Outcome */
/** @typedef {import('../types/suite.js').WorkloadPlan} WorkloadPlan */

const errorRate = new Rate('error_rate');
const errorCount = new Counter('error_count');
const requestDuration = new Trend('request_duration', true);
const healthDuration = new Trend('health_duration', true);
const apiDuration = new Trend('api_duration', true);

/** Shorter runs say nothing about growth, milliseconds. */
const SHORTEST_SOAK_MS = 60_000;

/**
 * Makes everything a file in scenarios/ exports: one profile over a workload plan.
 *
 * @param {string} profile name in config/profiles.js
 * @param {WorkloadPlan} plan
 * @returns {import('../types/suite.js').TestPlan & { iteration: (data: any) => void }}
 * @throws when the plan's weights do not add up to 1
 * @example
 * const scenario = defineScenario('load', workload.load);
 * export const { options, setup, teardown, handleSummary } = scenario;
 * export default scenario.iteration;
 */
export function defineScenario(profile, plan) {
  const test = defineTest({
    name: profile,
    profile,
    endpoints: plan.steps.map(({ endpoint }) => endpoint),
    metrics: (durationMs) => metricsOf(plan, judgesGrowth(profile, durationMs)),
    tags: { test_type: profile },
  });
  const watch = judgesGrowth(profile, test.durationMs) ? createGrowthWatch() : undefined;
  const observe = (/** @type {Step} */ step, /** @type {Outcome} */ outcome) => {
    record(step, outcome);
    watch?.(exec.scenario.progress, outcome);
  };
  return { ...test, iteration: test.run(iterationOf(plan, observe)) };
}

/**
 * @param {string} profile
 * @param {number} durationMs
 * @returns {boolean}
 */
function judgesGrowth(profile, durationMs) {
  return profile === 'soak' && durationMs >= SHORTEST_SOAK_MS;
}

/**
 * Which custom metrics this plan feeds: a threshold on any other would pass without a sample.
 *
 * @param {WorkloadPlan} plan
 * @param {boolean} growth whether growth is watched
 * @returns {string[]}
 */
function metricsOf({ steps }, growth) {
  const kinds = steps.map(({ endpoint }) => endpoint.kind);
  return [
    'error_rate',
    'error_count',
    'request_duration',
    ...(kinds.includes('health') ? ['health_duration'] : []),
    ...(kinds.some((kind) => kind.startsWith('api')) ? ['api_duration'] : []),
    ...(growth ? ['soak_slowdown'] : []),
  ];
}

/**
 * @param {WorkloadPlan} plan
 * @param {(step: Step, outcome: Outcome) => void} observe
 * @returns {() => void} one iteration
 */
function iterationOf({ order, steps }, observe) {
  const actions = steps.map((step) => actionOf(step, observe));
  if (order === 'sequence') {
    return () => actions.forEach((act) => act());
  }
  const next = weightedRandom(
    steps.map(({ weight = 0 }, index) => ({ weight, value: actions[index] })),
  );
  return () => next()();
}

/**
 * @param {Step} step
 * @param {(step: Step, outcome: Outcome) => void} observe
 * @returns {() => void} visits, observes, pauses
 */
function actionOf(step, observe) {
  const { endpoint, group: name, maxDuration, visit } = step;
  const inTime =
    maxDuration === undefined ? undefined : checker(endpoint.name, { withinMs: maxDuration });
  const act = () => {
    const { response, ok } = visit(endpoint);
    const punctual = inTime === undefined || inTime(response);
    observe(step, { response, ok: ok && punctual });
    thinkTime(...step.think);
  };
  return name === undefined ? act : () => group(name, act);
}

/**
 * @param {Step} step
 * @param {Outcome} outcome
 */
function record({ endpoint }, { response, ok }) {
  const { duration } = response.timings;
  errorRate.add(!ok);
  requestDuration.add(duration);
  if (!ok) {
    errorCount.add(1);
  }
  if (endpoint.kind === 'health') {
    healthDuration.add(duration);
  } else if (endpoint.kind.startsWith('api')) {
    apiDuration.add(duration);
  }
}
