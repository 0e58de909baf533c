// The search for the highest request rate that a service sustains. Never loaded in a VU.

import { env } from '../../../lib/config.js';
import { rounded } from '../../summary/statistics.js';

/** @typedef {import('../../types/suite.js').Stage} Stage */
/** @typedef {import('../../types/suite.js').RunPlan} RunPlan */

/** Duration of each step. */
const HOLD = '10s';

/**
 * Fractions of missed requests: a step above MISSED_SHARE fails, one above ABORT_SHARE ends the run. A failed step
 * between passing ones is treated as a hiccup.
 */
const MISSED_SHARE = 0.05;
const ABORT_SHARE = 0.25;

/** Fewer missed requests than this are never significant. */
const FEWEST_MISSED = 5;

/**
 * The rates to try: from RATE_FROM to RATE_TO, growing by a constant factor.
 *
 * @returns {number[]} requests per second
 * @example ratesOf(10, 14, 1.1) // [10, 11, 12, 13, 14]
 */
export function ratesOf(from = env.RATE_FROM, to = env.RATE_TO, growth = env.RATE_GROWTH) {
  const rates = [];
  for (let rate = from; rate < to; rate = Math.max(rate + 1, Math.round(rate * growth))) {
    rates.push(rate);
  }
  return [...rates, to];
}

/**
 * Returns the part of the `defineTest` spec that depends on the rates. Each step has a threshold on the number of
 * requests that missed the target: k6 aborts the run at the first step above ABORT_SHARE. The last step must also
 * stay below MISSED_SHARE.
 *
 * @returns {Required<Pick<import('../../types/suite.js').TestSpec, 'defaultLoad' | 'heavy' | 'thresholds' | 'always' | 'findings'>>}
 * @throws when RATE_FROM is not below RATE_TO
 * @example const test = defineTest({ name: 'breaking-point', ...kneePlan(), endpoints: [BROWSE] });
 */
export function kneePlan() {
  if (env.RATE_FROM >= env.RATE_TO) {
    throw new Error(
      `RATE_FROM=${env.RATE_FROM}: expected less than RATE_TO=${env.RATE_TO}, such as RATE_FROM=${Math.max(1, Math.floor(env.RATE_TO / 10))}`,
    );
  }
  const rates = ratesOf();
  // Requests in flight at the target's limit, times two so that the limit can be crossed.
  const users = Math.ceil((2 * env.RATE_TO * env.KNEE_P95) / 1000) + 10;
  const patient = [`p(95)<${4 * env.KNEE_P95}`];
  return {
    heavy: true,
    defaultLoad: {
      scenario: 'breaking_point',
      shape: {
        executor: 'ramping-arrival-rate',
        startRate: rates[0],
        timeUnit: '1s',
        preAllocatedVUs: Math.ceil(users / 4),
        maxVUs: users,
        stages: rates.flatMap((target) => [
          { duration: '0s', target },
          { duration: HOLD, target },
        ]),
      },
    },
    thresholds: {
      http_req_duration: patient,
      'http_req_duration{name:api}': patient,
      http_req_failed: ['rate<0.5'],
      checks: ['rate>0.5'],
    },
    always: ({ stages, chosen }) => (chosen === undefined ? abortsOf(stages) : {}),
    findings: (metrics, run) => findingsOf(metrics, run),
  };
}

/**
 * @param {string} name name of a step, such as `step-3-13rate`
 * @returns {number} requests per second
 */
function rateOf(name) {
  return Number(/-(\d+)rate$/.exec(name)?.[1]);
}

/**
 * @param {RunPlan['stages']} stages
 * @param {number} i index of the stage
 * @param {number} share fraction of the requests planned in that stage
 * @returns {number} requests, at least FEWEST_MISSED
 */
function missesOf(stages, i, share) {
  const seconds = (stages[i].endsAt - (stages[i - 1]?.endsAt ?? 0)) / 1000;
  return Math.max(FEWEST_MISSED, Math.ceil(share * rateOf(stages[i].name) * seconds));
}

/**
 * @param {RunPlan['stages']} stages
 * @returns {import('../../types/suite.js').Thresholds}
 */
function abortsOf(stages) {
  const limits = stages.map((stage, i) => [
    `knee_missed{stage:${stage.name}}`,
    [
      { threshold: `count<${missesOf(stages, i, ABORT_SHARE)}`, abortOnFail: true },
      ...(i === stages.length - 1 ? [`count<${missesOf(stages, i, MISSED_SHARE)}`] : []),
    ],
  ]);
  const dropped = { threshold: `count<${Math.ceil(env.RATE_TO / 2)}`, abortOnFail: true };
  return { ...Object.fromEntries(limits), dropped_iterations: [dropped] };
}

/**
 * @param {any} metrics
 * @param {RunPlan} run
 * @returns {import('../../types/suite.js').Findings}
 */
function findingsOf(metrics, { stages }) {
  const isCrossed = (/** @type {string} */ metric) =>
    Object.values(metrics[metric]?.thresholds ?? {}).some(({ ok }) => !ok);
  const end = stages.findIndex(({ name }) => isCrossed(`knee_missed{stage:${name}}`));
  // Ignore steps after the one that ended the run: k6 takes a moment to stop, so the next step may have begun.
  const steps = stages
    .slice(0, end < 0 ? stages.length : end + 1)
    .map(({ name }, i) => ({ ...stepOf(name, metrics), most: missesOf(stages, i, MISSED_SHARE) }))
    .filter(({ requests }) => requests > 0);
  const bad = (/** @type {{ missed: number, most: number }} */ { missed, most }) => missed >= most;
  if (steps.every(({ rate }) => Number.isNaN(rate))) {
    // A profile with a VU executor has no rates.
    return { tables: [], reasons: [] };
  }
  // The first of the trailing failed steps: a passing step after a failed one proves that it was a hiccup.
  const good = steps.length - [...steps].reverse().findIndex((step) => !bad(step)) - 1;
  const at = steps.some((step) => !bad(step)) ? good + 1 : 0;
  const starved = steps[at] === undefined && isCrossed('dropped_iterations');
  const broke = starved ? steps[steps.length - 1] : steps[at];
  const held = broke === undefined ? steps[steps.length - 1] : steps[steps.indexOf(broke) - 1];
  const target = `p95 below ${env.KNEE_P95} ms and less than 5 % missed`;
  const cells = (/** @type {ReturnType<typeof stepOf> | undefined} */ step) => [
    step?.rate ?? null,
    step?.requests ?? null,
    step?.missed ?? null,
    step?.p95 ?? null,
  ];
  const row = (/** @type {string} */ what, /** @type {typeof held | undefined} */ step) => [
    what,
    ...cells(step),
  ];
  const reason = starved
    ? 'the load generator ran out of VUs'
    : `${broke?.missed} of ${broke?.requests} requests missed the target, p95 ${broke?.p95} ms`;
  return {
    tables: [
      {
        title: 'Breaking point',
        head: ['rate', 'requests/s', 'requests', 'missed', 'p95 ms'],
        rows: [
          row('highest that met the targets', held),
          ...(broke ? [row('first that missed them', broke)] : []),
        ],
      },
    ],
    reasons:
      broke === undefined
        ? []
        : [
            `breaking point: ${held === undefined ? `below ${broke.rate}` : held.rate} requests/s met the targets ` +
              `(${target}); at ${broke.rate} requests/s, ${reason}`,
          ],
    explains: (metric) => /^(knee_missed|dropped_iterations)/.test(metric),
    endedEarly: broke !== undefined,
    breakingStage: broke === undefined ? null : { name: broke.name, reason },
  };
}

/**
 * @param {string} name
 * @param {any} metrics
 */
function stepOf(name, metrics) {
  const duration = metrics[`http_req_duration{stage:${name}}`]?.values;
  return {
    name,
    rate: rateOf(name),
    requests: metrics[`http_reqs{stage:${name}}`]?.values.count ?? 0,
    missed: metrics[`knee_missed{stage:${name}}`]?.values.count ?? 0,
    p95: duration?.count > 0 ? rounded(duration['p(95)']) : null,
  };
}
