/**
 * Tenants: the limits of each tier, the load that the tests send, and the targets. Pure data.
 *
 * One row per tier; the tests `tiers` and `rate-limit` pick up new rows. The fields are documented in
 * engine/features/tenants/types.d.ts.
 */

/** @typedef {import('../engine/features/tenants/types.js').Target} Target */
/** @typedef {import('../engine/features/tenants/types.js').Tier} Tier */

/**
 * `rps`, `users` and `errorRate` are the service levels promised to the tier. `load` is the load of the test `tiers`:
 * users with think time, active `during` a part of the run (fractions of its duration). `rateLimit.window` applies
 * when the service's headers do not state the window.
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
  // More load than a typical single machine can generate: runs only when TIERS names it.
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
 * How much one tier may slow down the others. In the `noisy` part of the run, NOISY_TIER sends `times` its promised
 * rate. The p95 of each route of every other tier must then stay below `factor` times its p95 of the `quiet` part, plus
 * `noiseMs` milliseconds. Parts are fractions of the run's duration; of routes with fewer than `fewest` requests in one of
 * them, only the requests of each VU are compared.
 */
export const isolation = {
  times: 5,
  quiet: /** @type {[number, number]} */ ([0.25, 0.5]),
  noisy: /** @type {[number, number]} */ ([0.5, 0.75]),
  factor: 1.5,
  noiseMs: 10,
  fewest: 100,
};

/**
 * Targets of the shop under normal load, by route name: p50, p95 and p99 of the response time in milliseconds, and the
 * maximum fraction of failed requests.
 *
 * @type {Record<string, Target>}
 */
export const targets = {
  'GET /products': { p50: 50, p95: 200, p99: 500, errorRate: 0.0001 },
  'GET /products/search': { p50: 100, p95: 400, p99: 800, errorRate: 0.0001 },
  'POST /orders': { p50: 150, p95: 500, p99: 1000, errorRate: 0.001 },
  'GET /reports/inventory': { p50: 2000, p95: 5000, p99: 10_000, errorRate: 0.01 },
};

/** Request mix of all tiers: weights of the steps, think time in seconds, and the queries of searches. */
export const mix = {
  weights: { browse: 0.4, search: 0.3, order: 0.2, report: 0.1 },
  think: /** @type {[number, number]} */ ([1, 5]),
  searches: [
    'q=books&category=books',
    'q=games&category=games',
    'q=garden&category=garden&limit=50',
    'q=kitchen&category=kitchen',
    'q=music&category=music',
  ],
};

/**
 * The shop's own names. Requests are written by functions; the other entries say where responses hold what the tests
 * need, as selectors such as `data.0.id`. An empty `list`: the body itself is the list.
 */
export const shop = {
  list: 'data',
  id: 'id',
  /** Query of a page of products. */
  page: (/** @type {number} */ limit, /** @type {number} */ offset) =>
    `limit=${limit}&offset=${offset}`,
  /** Body of `POST /orders`. */
  order: (/** @type {{ product: string, quantity: number }[]} */ lines) => ({
    items: lines.map(({ product, quantity }) => ({ product_id: product, quantity })),
  }),
  /** Body of `POST /inventory/adjustments`. */
  adjustments: (/** @type {{ product: string, delta: number }[]} */ rows) => ({
    adjustments: rows.map(({ product, delta }) => ({
      product_id: product,
      delta,
      reason: 'load test',
    })),
  }),
  /** Body of `POST /bulk/import`. */
  products: (/** @type {object[]} */ rows) => ({ products: rows }),
  /** Number of imported rows in its response. */
  imported: 'imported',
  /** Body of `POST` to `REPORT_PATH`. */
  report: () => ({ type: 'inventory' }),
  /** Where an ordered report says that it is ready, and how. */
  reportState: 'status',
  reportReady: 'ready',
};

/** The test `rate-limit`: path to request, requests beyond the limit, extra wait after a window in milliseconds. */
export const limitTest = { path: '/products?limit=1', extra: 50, graceMs: 500 };

/**
 * The product catalogue: number of products and the form of their ids. `skew` is the exponent of Zipf's law: at 1, the
 * most popular product is requested ten times as often as the tenth.
 */
export const catalogue = {
  products: 500,
  idOf: (/** @type {number} */ rank) => `product-${String(rank).padStart(4, '0')}`,
  skew: 1,
};
