import k6 from 'k6';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import { checker } from './checker.js';
import { eachFirst, inTurn, weightedRandom } from './helpers.js';
import { createGrowthWatch } from '../engine/vu/growth.js';
import { withNewNames } from '../engine/vu/old-names.js';
import { defineTest, thinkTime } from './define.js';

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').Journey} Journey */
/** @typedef {import('../engine/types/suite.js').Observer} Observer */
/** @typedef {import('../engine/types/suite.js').Step} Step */
/** @typedef {import('../engine/types/suite.js').Outcome} Outcome */
/** @typedef {import('../engine/types/suite.js').WorkloadPlan} WorkloadPlan */

const errorRate = new Rate('error_rate');
const errorCount = new Counter('error_count');
const requestDuration = new Trend('request_duration', true);
const healthDuration = new Trend('health_duration', true);
const apiDuration = new Trend('api_duration', true);

/** Shorter runs say nothing about growth, milliseconds. */
const SHORTEST_SOAK_MS = 60_000;

/**
 * Creates everything that a file in scenarios/ exports: one profile over a workload plan.
 *
 * @param {string} profile name in config/profiles.js
 * @param {WorkloadPlan} plan
 * @returns {import('../engine/types/suite.js').ScenarioTest}
 * @throws when the plan's weights do not add up to 1
 * @example
 * const scenario = defineScenario('load', workload.load);
 * export const { options, setup, teardown, handleSummary } = scenario;
 * export default scenario.iteration;
 */
export function defineScenario(profile, plan) {
  const { scenario, exec: name, companions = [] } = withNewNames(plan);
  const journey = 'journey' in plan ? plan.journey : journeyOf(plan);
  const journeys = [journey, ...companions.map((other) => other.journey)];
  const endpoints = journeys.flatMap((each) => each.endpoints);
  const { prepare, finish, findings, gracefulStop } = inTurn(journeys);
  // A journey that takes no observer does not feed the metrics of `record`.
  const isObserved = journey.run.length > 0;
  const test = defineTest({
    name: profile,
    profile,
    scenario,
    exec: name,
    companions,
    endpoints,
    thresholds: Object.assign({}, ...journeys.map(({ thresholds }) => thresholds)),
    metrics: (durationMs) => [
      ...(isObserved ? metricsOf(endpoints, judgesGrowth(profile, durationMs)) : []),
      ...journeys.flatMap(({ metrics, thresholds = {} }) => metrics ?? Object.keys(thresholds)),
    ],
    support: [...new Set(journeys.flatMap(({ support = [] }) => support))],
    prepare,
    finish,
    findings,
    gracefulStop,
    tags: { test_type: profile },
    overall: plan.overall,
  });
  const watch = judgesGrowth(profile, test.durationMs) ? createGrowthWatch() : undefined;
  const observe = (/** @type {Endpoint} */ endpoint, /** @type {Outcome} */ outcome) => {
    record(endpoint, outcome);
    watch?.(exec.scenario.progress, endpoint.name, outcome);
  };
  const runs = (/** @type {Journey} */ { run }) =>
    test.run((/** @type {{ without: string[] }} */ { without }) => run(observe, without));
  const iteration = runs(journey);
  return {
    ...test,
    iteration,
    functions: {
      ...(name !== undefined && { [name]: iteration }),
      ...Object.fromEntries(companions.map((other) => [other.exec, runs(other.journey)])),
    },
  };
}

/**
 * Lets the profiles with ordinary traffic run journeys, such as those of your own tests.
 *
 * @param {Journey[]} journeys run in turn; none: there are no plans
 * @returns {Record<string, WorkloadPlan>}
 * @example export const workload = { ...core, ...plansOfJourneys([orders]) };
 */
export function plansOfJourneys(journeys) {
  if (journeys.length === 0) {
    return {};
  }
  const plan = { journey: journeys.length === 1 ? journeys[0] : inTurn(journeys) };
  return { load: plan, soak: plan, spike: plan };
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
 * The custom metrics that get samples from this plan: a threshold on any other would pass without one.
 *
 * @param {Endpoint[]} endpoints
 * @param {boolean} growth whether growth is watched
 * @returns {string[]}
 */
function metricsOf(endpoints, growth) {
  const kinds = endpoints.map(({ kind }) => kind);
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
 * @param {Extract<WorkloadPlan, { steps: Step[] }>} plan
 * @returns {Journey} one iteration over the steps
 */
function journeyOf({ order, steps, support, prepare, thresholds = {} }) {
  const actions = steps.map(actionOf);
  const next =
    order === 'weighted'
      ? eachFirst(
          [...steps.keys()],
          weightedRandom(steps.map(({ weight = 0 }, value) => ({ weight, value }))),
        )
      : undefined;
  return {
    endpoints: steps.map(({ endpoint }) => endpoint),
    metrics: [],
    thresholds,
    support,
    prepare,
    run: (observe, without = []) => {
      const take = (/** @type {number} */ index) => {
        if (!without.includes(steps[index].endpoint.name)) {
          actions[index](observe);
        }
      };
      if (next === undefined) {
        actions.forEach((_, index) => take(index));
      } else {
        take(next());
      }
    },
  };
}

/**
 * @param {Step} step
 * @returns {(observe?: Observer) => void} visits, observes, pauses
 */
function actionOf({ endpoint, group: name, maxDuration, think, visit }) {
  const inTime =
    maxDuration === undefined ? undefined : checker(endpoint.name, { withinMs: maxDuration });
  const act = (/** @type {Observer | undefined} */ observe) => {
    const { response, ok } = visit(endpoint);
    const punctual = inTime === undefined || inTime(response);
    observe?.(endpoint, { response, ok: ok && punctual });
  };
  return (observe) => {
    if (name === undefined) {
      act(observe);
    } else {
      k6.group(name, () => act(observe));
    }
    // Outside the group: group_duration measures the service only.
    thinkTime(...think);
  };
}

/**
 * @param {Endpoint} endpoint
 * @param {Outcome} outcome
 */
function record(endpoint, { response, ok }) {
  errorRate.add(!ok);
  if (!ok) {
    errorCount.add(1);
  }
  if (response.status === 0) {
    return; // what never came took no time
  }
  const { duration } = response.timings;
  requestDuration.add(duration);
  if (endpoint.kind === 'health') {
    healthDuration.add(duration);
  } else if (endpoint.kind.startsWith('api')) {
    apiDuration.add(duration);
  }
}
