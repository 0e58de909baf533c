import { tiers } from '../../../config/tenants.js';
import { choice, duration, integer, list, number, text } from '../../settings/kinds.js';

const tierNames = Object.keys(tiers);

/** Settings of the tests of tenants. */
export const settings = {
  TIER: choice(
    tierNames,
    undefined,
    'Tenant whose credentials requests carry (`config/tenants.js`); default: the last row, `rate-limit`: the first',
  ),
  TIERS: list(
    [],
    'Tiers that the test `tiers` loads, comma-separated; default: those that one machine can load',
    /^\w+$/,
    'comma-separated names of config/tenants.js, such as free,starter',
  ),
  TIER_KEY: {
    ...list(
      [],
      'Key of each tier, `tier=key,tier=key`, sent as bearer token',
      /^\w+=\S+$/,
      'comma-separated tier=key, such as free=k1,starter=k2',
    ),
    secret: true,
  },
  TIER_LOAD: choice(
    /** @type {const} */ (['users', 'rate']),
    'users',
    "What `tiers` keeps constant: each tier's users, or its requests per second",
  ),
  NOISY_TIER: choice(tierNames, tierNames[0], 'Tier that bothers the others in the test `tiers`'),
  RATE_LIMIT: integer(
    1,
    1_000_000,
    undefined,
    'Requests that the tier `TIER` may make in a window; default: its row in `config/tenants.js`',
  ),
  RATE_LIMIT_WINDOW: duration(
    undefined,
    "Window of the limit; default: what the service's headers tell, else the tier's row",
  ),
  RATE_LIMIT_TOLERANCE: number(
    0.01,
    1,
    0.1,
    'Share by which a limit may be off, and its recovery late',
  ),
  FLASH_SALE_PRODUCT: text('flash-sale-product-001', 'Product that the test `flash-sale` buys'),
  FLASH_SALE_STOCK: integer(
    1,
    999_999_999,
    undefined,
    'Stock to set before the sale; default: what is there',
  ),
  FLASH_SALE_FIELD: text('stock', 'Field of `GET /inventory/{id}` that tells the stock'),
  METRICS_URL: text(
    '/metrics',
    'Where the service tells its memory: a path below `API_PREFIX`, or a whole URL, asked without credentials',
  ),
  MEMORY_FIELD: text(
    '',
    'Figure that is the memory, in MB unless its name ends with bytes, kb or gb; default ' +
      '`process.memory_usage_mb` (JSON) or `process_resident_memory_bytes` (Prometheus)',
  ),
  MEMORY_LIMIT: number(0.1, 1_000_000, 30, 'MB an hour by which the memory may grow for sure'),
  WARM_UP: number(0, 0.9, 0.25, 'Share of the run that is no part of the trend of the memory'),
  RATE_FROM: integer(1, 100_000, 10, 'Requests a second that `breaking-point` begins with'),
  RATE_TO: integer(2, 100_000, 1000, 'Requests a second that `breaking-point` ends with'),
  RATE_GROWTH: number(
    1.01,
    4,
    1.1,
    'Each step of `breaking-point` is this many times the one before',
  ),
  KNEE_P95: integer(1, 60_000, 500, 'Milliseconds within which 95 % of the requests are answered'),
  BULK_ROWS: integer(1, 100_000, 100, 'Rows in one request of `bulk-import`'),
  DATA_SEED: integer(1, 999_999_999, 1, 'Which test data is made; the same number, the same rows'),
  REPORT_WITHIN: duration('30s', 'Longest wait for a report of the test `reports`'),
};
