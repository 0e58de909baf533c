// What a careful person writes by hand: one request, the same three checks as scripts/health.js.
// METRICS=true also records the two metrics that the journey reports.

import http from 'k6/http';
import { check, sleep } from 'k6';
import { Rate, Trend } from 'k6/metrics';

const URL = `${__ENV.BASE_URL}/api/v1/health`;
const THINK_TIME = Number(__ENV.THINK_TIME);
const PARAMS = {
  headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
  timeout: '30s',
  tags: { name: 'health' },
};
const CHECKS = {
  'health status is 200': (r) => r.status === 200,
  'health says healthy or ok': (r) => {
    const word = r.json('status');
    return word === 'healthy' || word === 'ok';
  },
  'health answers within 100 ms': (r) => r.timings.duration < 100,
};

const errors = new Rate('health_check_errors');
const duration = new Trend('health_check_duration', true);

export const options = {
  scenarios: {
    health_check: {
      executor: 'constant-vus',
      vus: Number(__ENV.VUS),
      duration: __ENV.DURATION,
    },
  },
  thresholds: { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.01'] },
};

function bare() {
  check(http.get(URL, PARAMS), CHECKS);
}

function withMetrics() {
  const response = http.get(URL, PARAMS);
  errors.add(!check(response, CHECKS));
  duration.add(response.timings.duration);
}

const iteration = __ENV.METRICS === 'true' ? withMetrics : bare;

export default function () {
  iteration();
  if (THINK_TIME > 0) {
    sleep(0.1 * THINK_TIME);
  }
}
