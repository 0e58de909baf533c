// Reports: reads a report that takes the service a while, and orders one if the service makes them in the background.
//
//   ./scripts/load-test.sh reports
//   ./scripts/load-test.sh reports --env REPORT_PATH=/reports --env REPORT_WITHIN=2m
//
// With REPORT_PATH, a report is ordered there and polled until it is ready.
//
// Reports are slow by nature, so this test has separate thresholds and a metric for the time until a report is ready.

import k6 from 'k6';
import { Trend } from 'k6/metrics';
import { checker } from '../lib/checker.js';
import { shop } from '../config/tenants.js';
import { endpoint, jsonAt } from '../lib/http.js';
import { env, writesAllowed } from '../lib/config.js';
import { defineTest, thinkTime } from '../lib/define.js';
import { REPORT, visitReport } from '../engine/features/tenants/shop.js';
import {
  credentialEndpoints,
  tierHeaders,
  tierRequest,
} from '../engine/features/tenants/tenant.js';

/** Time from the request until the report is ready. */
const readyDuration = new Trend('report_ready_duration', true);

/** Seconds between two polls. */
const POLL = 0.2;

const path = env.REPORT_PATH;
const orders = path !== '' && writesAllowed;
const ORDER = endpoint(`POST ${path}`, path, { method: 'POST', statuses: [200, 201, 202] });
const READ = endpoint(`GET ${path}/{id}`, `${path}/{id}`);
const verifyOrder = checker(ORDER.name, { success: true, fields: [shop.id] });
const isReady = { [`${READ.name} is ready in time`]: (/** @type {boolean} */ ready) => ready };

const test = defineTest({
  name: 'reports',
  defaultLoad: { scenario: 'reports', shape: { executor: 'constant-vus', vus: 5, duration: '3m' } },
  endpoints: orders ? [ORDER, READ, REPORT] : [REPORT],
  support: credentialEndpoints,
  prepare: () => void tierHeaders(),
  thresholds: {
    http_req_duration: ['p(50)<2000', 'p(95)<5000', 'p(99)<10000'],
    'http_req_duration{name:api}': ['p(95)<5000'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.99'],
    ...(__VU === 0
      ? require('../engine/features/tenants/targets.js').timeTargets([REPORT])
      : undefined),
    ...(orders && { report_ready_duration: ['p(50)<2000', 'p(95)<5000', 'p(99)<10000'] }),
  },
  tags: { test_type: 'reports' },
  gracefulStop: env.REPORT_WITHIN,
});

export const { options, setup, teardown, handleSummary } = test;

/** Requests a report and polls until it is ready. */
function waitForReport() {
  const start = Date.now();
  const ordered = tierRequest(ORDER, { body: shop.report() });
  if (!verifyOrder(ordered)) {
    return;
  }
  const details = { path: { id: jsonAt(ordered, shop.id) } };
  let ready = false;
  // Counted as well: a clock that is set back must not prolong the wait.
  let polls = env.reportWithinMs / 1000 / POLL;
  while (!ready && polls > 0 && Date.now() - start < env.reportWithinMs) {
    polls -= 1;
    k6.sleep(POLL);
    ready = jsonAt(tierRequest(READ, details), shop.reportState) === shop.reportReady;
  }
  k6.check(ready, isReady, { name: READ.name });
  // A report that never became ready counts with the full waiting time.
  readyDuration.add(Math.max(0, Date.now() - start));
}

export default test.run(() => {
  if (orders) {
    waitForReport();
  }
  visitReport();
  thinkTime(1, 3);
});
