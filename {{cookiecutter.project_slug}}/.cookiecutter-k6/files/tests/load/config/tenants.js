/**
 * Tenants: what each tier may do, how much of it the tests do, and what counts as good. Pure data.
 *
 * A tier is a row; add one, and `tiers` and `rate-limit` take it up. What the fields mean: engine/features/tenants/types.d.ts.
 */

/** @typedef {import('../engine/features/tenants/types.js').Target} Target */
/** @typedef {import('../engine/features/tenants/types.js').Tier} Tier */

/**
 * `rps`, `users` and `errorRate` are what the tier was promised; `load` is what the test `tiers` sends: users that
 * pause between requests, during a part of the run. `rateLimit.window` is what holds when the service's headers
 * do not tell its window.
 *
 * @type {Record<string, Tier>}
 */
export const tiers = {
  free: {
    rps: 20,
    users: 10,
    errorRate: 0.05,
    rateLimit: { requests: 100, window: '60s' },
    user: 'free-tier@example.com',
    load: { shape: { executor: 'constant-vus', vus: 50, duration: '10m' }, during: [0.25, 0.75] },
  },
  starter: {
    rps: 200,
    users: 50,
    errorRate: 0.02,
    rateLimit: { requests: 1000, window: '60s' },
    user: 'starter-tier@example.com',
    load: { shape: { executor: 'constant-vus', vus: 200, duration: '10m' }, during: [0.25, 0.75] },
  },
  professional: {
    rps: 2000,
    users: 500,
    errorRate: 0.01,
    rateLimit: { requests: 10_000, window: '60s' },
    user: 'pro-tier@example.com',
    load: {
      shape: {
        executor: 'ramping-vus',
        startVUs: 0,
        gracefulRampDown: '30s',
        stages: [
          { duration: '5m', target: 500 },
          { duration: '10m', target: 500 },
          { duration: '5m', target: 0 },
        ],
      },
    },
  },
  // More than one ordinary machine sends: only when TIERS names it.
  enterprise: {
    rps: 10_000,
    users: 5000,
    errorRate: 0.005,
    rateLimit: { requests: 50_000, window: '60s' },
    user: 'enterprise-tier@example.com',
    load: { shape: { executor: 'constant-vus', vus: 5000, duration: '10m' }, during: [0.25, 0.75] },
    optional: true,
  },
};

/**
 * How far one tier may bother the others. In the `noisy` part of the run NOISY_TIER sends `times` what it was
 * promised; no other tier's p95 may then be above `factor` times its p95 of the `quiet` part, and `noiseMs`.
 * Parts are shares of the run.
 */
export const isolation = {
  times: 5,
  quiet: /** @type {[number, number]} */ ([0.25, 0.5]),
  noisy: /** @type {[number, number]} */ ([0.5, 0.75]),
  factor: 1.5,
  noiseMs: 10,
};

/**
 * What the shop promises for each endpoint under normal load, by route name: half, 95 % and 99 % of the answers
 * within so many milliseconds, and how many of them may fail.
 *
 * @type {Record<string, Target>}
 */
export const targets = {
  'GET /products': { p50: 50, p95: 200, p99: 500, errorRate: 0.0001 },
  'GET /products/search': { p50: 100, p95: 400, p99: 800, errorRate: 0.0001 },
  'POST /orders': { p50: 150, p95: 500, p99: 1000, errorRate: 0.001 },
  'GET /reports/inventory': { p50: 2000, p95: 5000, p99: 10_000, errorRate: 0.01 },
};

/** What people of all tiers do: shares of the requests, and pauses in seconds. */
export const mix = {
  weights: { browse: 0.4, search: 0.3, order: 0.2, report: 0.1 },
  think: /** @type {[number, number]} */ ([1, 5]),
  terms: ['books', 'games', 'garden', 'kitchen', 'music'],
};

/** What the test `rate-limit` sends: what is asked for, how many requests beyond the limit, how long it waits extra. */
export const limitTest = { path: '/products?limit=1', extra: 50, graceMs: 500 };

/**
 * The products that exist: how many, and what their ids look like. `skew` is the exponent of Zipf's law: at 1 the
 * most popular product is asked for ten times as often as the tenth.
 */
export const catalogue = {
  products: 500,
  idOf: (/** @type {number} */ rank) => `product-${String(rank).padStart(4, '0')}`,
  skew: 1,
};
