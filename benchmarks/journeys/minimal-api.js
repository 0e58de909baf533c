// What a careful person writes by hand: the same three requests and checks as scripts/api-public.js.
// METRICS=true also records the metrics and groups that the journey reports.

import http from 'k6/http';
import { check, group, sleep } from 'k6';
import { Counter, Rate } from 'k6/metrics';

const THINK_TIME = Number(__ENV.THINK_TIME);
const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json' };
const params = (name) => ({ headers: HEADERS, timeout: '30s', tags: { name } });
const HEALTH = params('health');
const OPENAPI = params('openapi');
const ROOT = { ...params('root'), responseType: 'none' };

const HEALTH_URL = `${__ENV.BASE_URL}/api/v1/health`;
const OPENAPI_URL = `${__ENV.BASE_URL}/openapi.json`;
const ROOT_URL = `${__ENV.BASE_URL}/`;

const isJson = (r) => r.json('..#') === 1;
const HEALTH_CHECKS = {
  'health status is 200': (r) => r.status === 200,
  'health body is JSON': isJson,
  'health has status': (r) => r.json('status') !== undefined,
};
const OPENAPI_CHECKS = {
  'openapi status is 200': (r) => r.status === 200,
  'openapi body is JSON': isJson,
  'openapi has paths': (r) => r.json('paths') !== undefined,
};
const ROOT_CHECKS = { 'root status is below 500': (r) => r.status < 500 };

const apiErrors = new Rate('api_errors');
const requestCount = new Counter('request_count');

export const options = {
  scenarios: {
    public_api: {
      executor: 'constant-vus',
      vus: Number(__ENV.VUS),
      duration: __ENV.DURATION,
    },
  },
  thresholds: { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.01'] },
};

function bare() {
  check(http.get(HEALTH_URL, HEALTH), HEALTH_CHECKS);
  check(http.get(OPENAPI_URL, OPENAPI), OPENAPI_CHECKS);
  check(http.get(ROOT_URL, ROOT), ROOT_CHECKS);
}

function visit(name, url, request, checks) {
  group(name, () => {
    apiErrors.add(!check(http.get(url, request), checks));
    requestCount.add(1);
  });
}

function withMetrics() {
  visit('health', HEALTH_URL, HEALTH, HEALTH_CHECKS);
  visit('openapi', OPENAPI_URL, OPENAPI, OPENAPI_CHECKS);
  visit('root', ROOT_URL, ROOT, ROOT_CHECKS);
}

const iteration = __ENV.METRICS === 'true' ? withMetrics : bare;

export default function () {
  iteration();
  if (THINK_TIME > 0) {
    sleep(3 * THINK_TIME);
  }
}
