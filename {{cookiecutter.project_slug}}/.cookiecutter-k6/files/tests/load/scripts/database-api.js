// Database through the API: requests that are expensive for the database, picked at random.
//
//   ./scripts/load-test.sh database-api
//   ./scripts/load-test.sh stress database-api
//
// A page, an aggregation, a join over all orders, and a hundred stock adjustments in one request. Each must finish
// within a second.

import { shop } from '../config/tenants.js';
import { eachFirst, randomInt, randomItem } from '../lib/helpers.js';
import { writesAllowed } from '../lib/config.js';
import { endpoint } from '../lib/http.js';
import { defineTest, thinkTime } from '../lib/define.js';
import { popularProduct, visitOf } from '../engine/features/tenants/shop.js';
import { credentialEndpoints, tierHeaders } from '../engine/features/tenants/tenant.js';

/** Maximum response time in milliseconds. */
const WITHIN_MS = 1000;

/** Stock adjustments per request. */
const ADJUSTMENTS = 100;

const PAGE = endpoint('GET /products', '/products?limit=10');
const SUMMARY = endpoint('GET /analytics/inventory-summary', '/analytics/inventory-summary');
const DETAILS = endpoint('GET /reports/order-details', '/reports/order-details?include=all');
const ADJUST = endpoint('POST /inventory/adjustments', '/inventory/adjustments', {
  method: 'POST',
  statuses: [200, 201],
});

const READ = { status: 200, json: true, withinMs: WITHIN_MS };
const operations = [
  { target: PAGE, visit: visitOf(PAGE, READ) },
  { target: SUMMARY, visit: visitOf(SUMMARY, READ) },
  { target: DETAILS, visit: visitOf(DETAILS, READ) },
];
if (writesAllowed) {
  const expected = { success: true, json: true, withinMs: WITHIN_MS };
  operations.push({
    target: ADJUST,
    visit: visitOf(ADJUST, expected, () => ({ body: adjustments() })),
  });
}

/** @returns {object} as `shop` in config/tenants.js writes it */
function adjustments() {
  return shop.adjustments(
    Array.from({ length: ADJUSTMENTS }, () => ({
      product: popularProduct(),
      delta: randomInt(-5, 5),
    })),
  );
}

const next = eachFirst(operations, () => randomItem(operations));

const endpoints = operations.map(({ target }) => target);
const test = defineTest({
  name: 'database-api',
  defaultLoad: {
    scenario: 'database_api',
    shape: { executor: 'constant-vus', vus: 20, duration: '5m' },
  },
  endpoints,
  support: credentialEndpoints,
  prepare: () => void tierHeaders(),
  thresholds: {
    http_req_duration: ['p(95)<1000'],
    'http_req_duration{name:api}': ['p(95)<1000'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
    ...(__VU === 0
      ? require('../engine/features/tenants/targets.js').timeTargets(endpoints)
      : undefined),
  },
  tags: { test_type: 'database_api' },
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  next().visit();
  thinkTime(0.5, 1);
});
