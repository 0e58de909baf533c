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

/** Kind of the extra requests of the noisy tier. */
const NOISE_KIND = 'noise';

/** With fewer requests per VU in the quiet part, isolation cannot be judged: a VU needs ten of one route. */
const FEWEST_SAMPLES = 25;

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
  const routes = endpoints.filter(({ kind }) => kind !== NOISE_KIND).map(({ name }) => name);
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
    always: ({ durationMs }) => thresholdsOf(chosen, routes, durationMs),
    findings: (metrics) => findingsOf(chosen, routes, metrics),
  };
}

/**
 * @param {string[]} chosen
 * @param {string[]} routes
 * @param {number} durationMs
 * @returns {Thresholds}
 */
function thresholdsOf(chosen, routes, durationMs) {
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
    for (const part of ['quiet', 'noisy']) {
      surface(`tier:${tier},neighbour:${part}`);
      for (const route of routes) {
        thresholds[`http_req_duration{${tagsOf(tier, part, route)}}`] = [];
      }
    }
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
 * @param {string} tier
 * @param {string} part `quiet` or `noisy`
 * @param {string} route
 */
function tagsOf(tier, part, route) {
  return `tier:${tier},neighbour:${part},name:${route}`;
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
 * @param {string[]} routes
 * @param {any} metrics
 * @returns {import('../../types/suite.js').Findings}
 */
function findingsOf(chosen, routes, metrics) {
  const results = [...chosen, NOISY].map((tier) => resultOf(tier, routes, metrics));
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
 * @param {string[]} routes
 * @param {any} metrics
 */
function resultOf(tier, routes, metrics) {
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
    slowest: slowestOf(tier, routes, valuesOf),
  };
}

/**
 * The rule of `isolation`, on the requests of all VUs of a tier. `tier_slowdown` is the same on each VU's own requests,
 * which k6 can judge, and misses what is close to the limit. Both look at one route at a time: a part of the run that
 * happens to have more reports than another is not slower.
 *
 * @param {string} tier
 * @param {string[]} routes
 * @param {(metric: string, tags: string) => any} valuesOf
 * @returns {{ route: string, quiet: number, noisy: number, limit: number, isSlowed: boolean } | undefined} the route that
 *   comes closest to its limit or exceeds it most; undefined: none was requested in both parts
 */
function slowestOf(tier, routes, valuesOf) {
  const { factor, noiseMs, fewest } = isolation;
  if (tier === NOISY || tier === env.NOISY_TIER) {
    return undefined;
  }
  const found = routes.flatMap((route) => {
    const [before, next] = ['quiet', 'noisy'].map((part) =>
      valuesOf('http_req_duration', tagsOf(tier, part, route)),
    );
    if (!(before.count > 0 && next.count > 0)) {
      return [];
    }
    const [quiet, noisy] = [rounded(before['p(95)']), rounded(next['p(95)'])];
    const limit = rounded(quiet * factor + noiseMs);
    // Whoever sets another limit on it replaces the rule.
    const isJudged =
      Math.min(before.count, next.count) >= fewest && !env.THRESHOLDS.includes('tier_slowdown');
    return [{ route, quiet, noisy, limit, isSlowed: isJudged && noisy > limit }];
  });
  const excess = (/** @type {typeof found[number]} */ { noisy, limit }) => noisy / limit;
  return found.sort((a, b) => Number(b.isSlowed) - Number(a.isSlowed) || excess(b) - excess(a))[0];
}

/**
 * @param {ReturnType<typeof resultOf>} row
 * @param {any} metrics
 * @returns {string[]}
 */
function reasonsOf({ tier, failed, slowest }, metrics) {
  const crossed = (/** @type {string} */ metric) =>
    Object.values(metrics[`${metric}{tier:${tier}}`]?.thresholds ?? {}).some(({ ok }) => !ok);
  const limit = tiers[tier] && `${rounded(100 * tiers[tier].errorRate)}%`;
  return [
    ...(crossed('http_req_failed')
      ? [`tier ${tier}: ${failed}% of the requests failed (limit ${limit})`]
      : []),
    ...(slowest && (slowest.isSlowed || crossed('tier_slowdown'))
      ? [
          `tier ${tier}: not isolated from ${env.NOISY_TIER}, p95 of ${slowest.route} rose from ${slowest.quiet} ms to ` +
            `${slowest.noisy} ms (limit ${slowest.limit} ms) while ${env.NOISY_TIER} sent ${isolation.times} times its promised rate`,
        ]
      : []),
  ];
}
