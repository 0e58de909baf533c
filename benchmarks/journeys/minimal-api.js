// What a careful person writes by hand: the same three requests and checks as scripts/api-public.js.

import http from 'k6/http';
import { check, sleep } from 'k6';

const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json' };
const params = (name) => ({ headers: HEADERS, timeout: '30s', tags: { name } });
const HEALTH = params('health');
const OPENAPI = params('openapi');
const ROOT = { ...params('root'), responseType: 'none' };

const HEALTH_URL = `${__ENV.BASE_URL}/api/v1/health`;
const OPENAPI_URL = `${__ENV.BASE_URL}/openapi.json`;
const ROOT_URL = `${__ENV.BASE_URL}/`;

const isJson = (r) => r.body !== null && r.json('0') !== null;
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

const THINK_TIME = Number(__ENV.THINK_TIME);

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

export default function () {
  check(http.get(HEALTH_URL, HEALTH), HEALTH_CHECKS);
  check(http.get(OPENAPI_URL, OPENAPI), OPENAPI_CHECKS);
  check(http.get(ROOT_URL, ROOT), ROOT_CHECKS);
  if (THINK_TIME > 0) {
    sleep(3 * THINK_TIME);
  }
}
