import { tiers } from '../../../config/tenants.js';
import { choice, duration, integer, list, number, text } from '../../settings/kinds.js';

const tierNames = Object.keys(tiers);

/** Settings of the tenant tests. */
export const settings = {
  TIER: choice(
    tierNames,
    undefined,
    'Tier whose credentials the requests use (`config/tenants.js`); default: the last row, for `rate-limit` the first',
  ),
  TIERS: list(
    [],
    'Tiers that the test `tiers` runs, comma-separated; default: all that one machine can generate the load for',
    /^\w+$/,
    'comma-separated names from config/tenants.js, such as free,starter',
  ),
  TIER_KEY: {
    ...list(
      [],
      'Key of each tier, `tier=key,tier=key`, sent as a bearer token',
      /^\w+=\S+$/,
      'comma-separated tier=key pairs, such as free=k1,starter=k2',
    ),
    secret: true,
  },
  TIER_LOAD: choice(
    /** @type {const} */ (['users', 'rate']),
    'users',
    'Load model of `tiers`: a constant number of users or a constant request rate per tier',
  ),
  NOISY_TIER: choice(tierNames, tierNames[0], 'Tier that exceeds its limits in the test `tiers`'),
  RATE_LIMIT: integer(
    1,
    1_000_000,
    undefined,
    'Requests per window that `TIER` is allowed; default: its row in `config/tenants.js`',
  ),
  RATE_LIMIT_WINDOW: duration(
    undefined,
    "Window of the limit; default: from the service's headers, else from the row of the tier",
  ),
  RATE_LIMIT_TOLERANCE: number(
    0.01,
    1,
    0.1,
    'Accepted deviation of the limit and of the time until it resets, as a fraction',
  ),
  FLASH_SALE_PRODUCT: text('flash-sale-product-001', 'Product that the test `flash-sale` buys'),
  FLASH_SALE_STOCK: integer(
    1,
    999_999_999,
    undefined,
    'Stock to set before the sale; where the service cannot set or tell it, the number of units on sale; default: as it is',
  ),
  FLASH_SALE_FIELD: text('stock', 'Field of `GET /inventory/{id}` that holds the stock'),
  METRICS_URL: text(
    '/metrics',
    'Where the service reports its memory usage: a path below `API_PREFIX`, or a full URL (requested without credentials)',
  ),
  MEMORY_FIELD: text(
    '',
    'Field or metric with the memory usage, in MB unless its name ends with bytes, kb or gb; default ' +
      '`process.memory_usage_mb` (JSON) or `process_resident_memory_bytes` (Prometheus)',
  ),
  MEMORY_LIMIT: number(0.1, 1_000_000, 30, 'Maximum growth of the memory, MB per hour'),
  WARM_UP: number(0, 0.9, 0.25, 'Fraction of the run to exclude from the memory trend'),
  RATE_FROM: integer(1, 100_000, 10, 'Requests per second of the first step of `breaking-point`'),
  RATE_TO: integer(2, 100_000, 1000, 'Requests per second of the last step of `breaking-point`'),
  RATE_GROWTH: number(1.01, 4, 1.1, 'Factor between the rates of two steps of `breaking-point`'),
  KNEE_P95: integer(1, 60_000, 500, 'Target of `breaking-point`: maximum p95 in milliseconds'),
  BULK_ROWS: integer(1, 100_000, 100, 'Rows per request of `bulk-import`'),
  DATA_SEED: integer(
    1,
    999_999_999,
    1,
    'Seed of the generated test data; the same seed, the same rows',
  ),
  REPORT_PATH: {
    ...text(
      '',
      'Path below `API_PREFIX` where reports are ordered with `POST`, such as `/reports`; empty: the service has none',
    ),
    /** @param {string} raw */
    read: (raw) => (/^\/[\w/.-]+$/.test(raw) ? raw : undefined),
    accepts: 'a path such as /reports',
  },
  REPORT_WITHIN: duration('30s', 'Maximum wait for a report in the test `reports`'),
};
