// Public API: health, the OpenAPI document and the root page, as an anonymous visitor asks for them.
//
//   k6 run tests/load/scripts/api-public.js
//   ./scripts/load-test.sh api
//   ./scripts/load-test.sh soak api --duration 10m

import k6 from 'k6';
import { Counter, Rate } from 'k6/metrics';
import { checker, HEALTH_STATUSES, HEALTHY } from '../lib/checker.js';
import { BASE_URL, env, HEALTH_PATHS } from '../lib/config.js';
import { endpoint, request } from '../lib/http.js';
import { defineTest, thinkTime } from '../lib/define.js';

/** @typedef {import('../engine/types/suite.js').Outcome} Outcome */

const apiErrors = new Rate('api_errors');
const requestCount = new Counter('request_count');

/** The OpenAPI document: at the base, not below the API prefix. */
export const OPENAPI = endpoint('openapi', `${BASE_URL}${env.OPENAPI_PATH}`, {
  tags: { endpoint: 'openapi' },
  optional: true,
});

/** The root page: many services have none, so only a server error counts as wrong. */
export const ROOT = endpoint('root', `${BASE_URL}${env.ROOT_PATH}`, {
  kind: 'page',
  statuses: [{ min: 200, max: 499 }],
  responseType: 'none',
  tags: { endpoint: 'root' },
});

// Not imported from health.js: every VU would carry that test as well.
const HEALTH = endpoint('health', `${BASE_URL}${HEALTH_PATHS[0]}`, {
  kind: 'health',
  statuses: HEALTH_STATUSES,
  tags: { endpoint: 'health' },
});

const checkHealthDocument = checker(HEALTH.name, HEALTHY);
const checkOpenapi = checker(OPENAPI.name, { status: 200, fields: ['paths'] });
const checkRoot = checker(ROOT.name, { below: 500 });

/**
 * Asks for the OpenAPI document once, as a step of any workload.
 *
 * @param {import('../engine/types/suite.js').Endpoint} [target]
 * @returns {Outcome}
 * @example const { ok } = visitOpenapi();
 */
export function visitOpenapi(target = OPENAPI) {
  const response = request(target);
  return { response, ok: checkOpenapi(response) };
}

/**
 * Asks for the root page once.
 *
 * @param {import('../engine/types/suite.js').Endpoint} [target]
 * @returns {Outcome}
 * @example const { ok } = visitRoot();
 */
export function visitRoot(target = ROOT) {
  const response = request(target);
  return { response, ok: checkRoot(response) };
}

/** @returns {Outcome} */
function visitPublicHealth() {
  const response = request(HEALTH);
  return { response, ok: checkHealthDocument(response) };
}

/** @param {Outcome} outcome */
function record({ ok }) {
  requestCount.add(1);
  apiErrors.add(!ok);
}

const test = defineTest({
  name: 'api-public',
  defaultLoad: {
    scenario: 'public_api',
    shape: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [
        { duration: '30s', target: 10 },
        { duration: '2m', target: 30 },
        { duration: '30s', target: 0 },
      ],
    },
  },
  endpoints: [HEALTH, OPENAPI, ROOT],
  thresholds: {
    http_req_duration: ['p(95)<500', 'p(99)<1000'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
    api_errors: ['rate<0.01'],
  },
  metrics: ['api_errors', 'request_count'],
  tags: { test_type: 'api_public' },
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(({ without }) => {
  k6.group('health', () => record(visitPublicHealth()));
  thinkTime(0.5, 1);
  if (!without.includes(OPENAPI.name)) {
    k6.group('openapi', () => record(visitOpenapi()));
    thinkTime(0.5, 1);
  }
  k6.group('root', () => record(visitRoot()));
  thinkTime(1, 2);
});
