// Scenarios, thresholds and findings of the test `tiers`. Never loaded in a VU.

import { isolation, mix, tiers } from '../../../config/tenants.js';
import { env } from '../../../lib/config.js';
import { plannedMs } from '../../plan/profiles.js';
import { rounded } from '../../summary/statistics.js';
import { timeTargets } from './targets.js';

/** @typedef {import('../../types/suite.js').Shape} Shape */
/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */

/** Value of the tag `tier` on the extra requests of the noisy tier. */
export const NOISY = 'noisy';

/** Kind of the endpoints included in a tier's p95: all except reports. */
const OVERALL = 'api';

/** With fewer requests per VU in the quiet part, isolation cannot be judged. */
const FEWEST_SAMPLES = 5;

/**
 * The tiers of this run. The first one runs for the whole duration, if there is such a tier.
 *
 * @returns {[main: string, ...others: string[]]}
 * @throws when TIERS names one that is not in config/tenants.js
 * @example chosenTiers() // ['professional', 'free', 'starter']
 */
export function chosenTiers() {
  const names = Object.keys(tiers);
  const unknown = env.TIERS.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `TIERS=${unknown}: no such row in config/tenants.js, expected one or more of ${names.join(', ')}`,
    );
  }
  const wanted = env.TIERS.length > 0 ? env.TIERS : names.filter((name) => !tiers[name].optional);
  const main = wanted.find((name) => tiers[name].load.during === undefined) ?? wanted[0];
  return [main, ...wanted.filter((name) => name !== main)];
}

/**
 * Lists the tiers that send requests in this run.
 *
 * @returns {string[]} the chosen ones, and the noisy neighbour
 * @throws when TIERS names one that is not in config/tenants.js
 * @example loadedTiers() // ['professional', 'free', 'starter']
 */
export function loadedTiers() {
  return [...new Set([...chosenTiers(), env.NOISY_TIER])];
}

/**
 * The load of a tier: its users or, with TIER_LOAD=rate, its promised requests per second.
 *
 * @param {string} tier
 * @returns {Shape}
 */
function shapeOf(tier) {
  const { rps, load } = tiers[tier];
  const seconds = plannedMs(load.shape) / 1000;
  return env.TIER_LOAD === 'users' ? load.shape : atRate(rps, `${seconds}s`);
}

/**
 * @param {number} rate requests per second
 * @param {string} duration
 * @returns {Shape} with enough VUs for response times of one second
 */
function atRate(rate, duration) {
  return {
    executor: 'constant-arrival-rate',
    rate,
    timeUnit: '1s',
    duration,
    preAllocatedVUs: Math.ceil(rate / 5),
    maxVUs: Math.ceil(rate),
  };
}

/**
 * @param {string} tier
 */
function scenarioOf(tier) {
  return {
    scenario: `${tier}_tier`,
    shape: shapeOf(tier),
    during: tiers[tier].load.during,
    tags: { tier },
    env: { TIER: tier },
  };
}

/**
 * Returns the tiers' part of the `defineTest` spec: one scenario per tier, and the noisy neighbour.
 *
 * @param {readonly import('../../types/suite.js').Endpoint[]} endpoints
 * @returns {Pick<import('../../types/suite.js').TestSpec, 'defaultLoad' | 'main' | 'companions' | 'always' | 'findings' | 'thresholds' | 'metrics' | 'overall'>}
 * @throws when TIERS names a tier that does not exist
 * @example const test = defineTest({ name: 'tiers', ...tierPlan(endpoints), endpoints });
 */
export function tierPlan(endpoints) {
  const chosen = chosenTiers();
  const [{ scenario, shape, tags, env: environment }, ...others] = chosen.map(scenarioOf);
  const noisy = tiers[env.NOISY_TIER];
  return {
    defaultLoad: { scenario, shape },
    main: { tags, env: environment },
    companions: [
      ...others,
      {
        scenario: 'noisy_neighbour',
        exec: 'noisyNeighbour',
        shape: atRate(noisy.rps * isolation.times, '1m'),
        scales: false,
        during: isolation.noisy,
        tags: { tier: NOISY },
        env: { TIER: env.NOISY_TIER },
      },
    ],
    thresholds: {
      http_req_failed: [`rate<${Math.max(...chosen.map((tier) => tiers[tier].errorRate))}`],
      checks: ['rate>0.95'],
      ...timeTargets(endpoints),
    },
    overall: OVERALL,
    metrics: ['tier_slowdown'],
    always: ({ durationMs }) => thresholdsOf(chosen, durationMs),
    findings: (metrics) => findingsOf(chosen, metrics),
  };
}

/**
 * @param {string[]} chosen
 * @param {number} durationMs
 * @returns {Thresholds}
 */
function thresholdsOf(chosen, durationMs) {
  /** @type {Thresholds} */
  const thresholds = { 'dropped_iterations{scenario:noisy_neighbour}': [] };
  const surface = (/** @type {string} */ tags) => {
    for (const metric of ['http_reqs', 'http_req_duration', 'http_req_failed']) {
      thresholds[`${metric}{${tags}}`] = [];
    }
  };
  surface(`tier:${NOISY}`);
  if (env.TIER_LOAD === 'rate') {
    // Only for the main tier: iterations that the noisy neighbour drops do not matter.
    const [main] = chosen;
    const arrivals = (tiers[main].rps * durationMs) / 1000;
    thresholds.dropped_iterations = [];
    thresholds[`dropped_iterations{scenario:${main}_tier}`] = [
      `count<${Math.max(5, Math.round(arrivals / 100))}`,
    ];
  }
  for (const tier of chosen) {
    const { errorRate, p95 = 500 } = tiers[tier];
    surface(`tier:${tier},neighbour:quiet`);
    surface(`tier:${tier},neighbour:noisy`);
    thresholds[`http_req_duration{tier:${tier}}`] = [];
    thresholds[`http_reqs{tier:${tier}}`] = ['count>0'];
    thresholds[`http_req_failed{tier:${tier}}`] = [`rate<${errorRate}`];
    thresholds[`http_req_duration{tier:${tier},kind:${OVERALL}}`] = [`p(95)<${p95}`];
    if (tier !== env.NOISY_TIER && judgesIsolation(durationMs)) {
      thresholds[`tier_slowdown{tier:${tier}}`] = ['rate<0.05'];
    }
  }
  return thresholds;
}

/**
 * @param {number} durationMs
 * @returns {boolean} false when the run is too short to compare its parts
 */
function judgesIsolation(durationMs) {
  const [from, to] = isolation.quiet;
  const pauseMs =
    env.TIER_LOAD === 'rate' ? 0 : 500 * (mix.think[0] + mix.think[1]) * env.THINK_TIME;
  return ((to - from) * durationMs) / (pauseMs + 20) >= FEWEST_SAMPLES;
}

/**
 * @param {string[]} chosen
 * @param {any} metrics
 * @returns {import('../../types/suite.js').Findings}
 */
function findingsOf(chosen, metrics) {
  const results = [...chosen, NOISY].map((tier) => resultOf(tier, metrics));
  return {
    tables: [
      {
        title: 'Tiers',
        head: [
          'tier',
          'requests',
          'req/s',
          'failed %',
          'p95 ms',
          'p95 quiet',
          'p95 noisy',
          'change %',
        ],
        rows: results.map((row) => [
          row.tier === NOISY ? `${NOISY} (${env.NOISY_TIER})` : row.tier,
          row.requests,
          row.rate,
          row.failed,
          row.p95,
          row.quiet,
          row.noisy,
          row.change,
        ]),
      },
    ],
    reasons: results.flatMap((row) => reasonsOf(row, metrics)),
    explains: (metric) => /^(tier_slowdown|http_req_failed)\{tier:/.test(metric),
  };
}

/**
 * @param {string} tier
 * @param {any} metrics
 */
function resultOf(tier, metrics) {
  const valuesOf = (/** @type {string} */ metric, tags = `tier:${tier}`) =>
    metrics[`${metric}{${tags}}`]?.values ?? {};
  const p95 = (/** @type {string} */ tags) => {
    const values = valuesOf('http_req_duration', tags);
    return values.count > 0 ? rounded(values['p(95)']) : null;
  };
  const quiet = p95(`tier:${tier},neighbour:quiet`);
  const noisy = p95(`tier:${tier},neighbour:noisy`);
  const requests = valuesOf('http_reqs');
  return {
    tier,
    requests: requests.count ?? 0,
    rate: Math.round((requests.rate ?? 0) * 10) / 10,
    failed: rounded(100 * (valuesOf('http_req_failed').rate ?? 0)),
    p95: p95(`tier:${tier}`),
    quiet,
    noisy,
    change: quiet === null || noisy === null ? null : Math.round((100 * noisy) / quiet - 100),
    isSlowed: isSlowed(tier, quiet, noisy, valuesOf),
  };
}

/**
 * The rule of `isolation`, on the requests of all VUs of a tier. `tier_slowdown` is the same on each VU's own requests,
 * which k6 can judge, and misses what is close to the limit.
 *
 * @param {string} tier
 * @param {number | null} quiet p95 in milliseconds
 * @param {number | null} noisy p95 in milliseconds
 * @param {(metric: string, tags: string) => any} valuesOf
 * @returns {boolean}
 */
function isSlowed(tier, quiet, noisy, valuesOf) {
  const { factor, noiseMs, fewest } = isolation;
  const count = (/** @type {string} */ part) =>
    valuesOf('http_req_duration', `tier:${tier},neighbour:${part}`).count ?? 0;
  return (
    // Whoever sets another limit on it replaces the rule.
    !env.THRESHOLDS.includes('tier_slowdown') &&
    tier !== NOISY &&
    tier !== env.NOISY_TIER &&
    quiet !== null &&
    noisy !== null &&
    Math.min(count('quiet'), count('noisy')) >= fewest &&
    noisy > quiet * factor + noiseMs
  );
}

/**
 * @param {ReturnType<typeof resultOf>} row
 * @param {any} metrics
 * @returns {string[]}
 */
function reasonsOf({ tier, failed, quiet, noisy, isSlowed: slowed }, metrics) {
  const crossed = (/** @type {string} */ metric) =>
    Object.values(metrics[`${metric}{tier:${tier}}`]?.thresholds ?? {}).some(({ ok }) => !ok);
  const limit = tiers[tier] && `${rounded(100 * tiers[tier].errorRate)}%`;
  const most = quiet === null ? '' : rounded(quiet * isolation.factor + isolation.noiseMs);
  return [
    ...(crossed('http_req_failed')
      ? [`tier ${tier}: ${failed}% of the requests failed (limit ${limit})`]
      : []),
    ...(slowed || crossed('tier_slowdown')
      ? [
          `tier ${tier}: not isolated from ${env.NOISY_TIER}, p95 rose from ${quiet} ms to ${noisy} ms (limit ${most} ms) ` +
            `while ${env.NOISY_TIER} sent ${isolation.times} times its promised rate`,
        ]
      : []),
  ];
}
