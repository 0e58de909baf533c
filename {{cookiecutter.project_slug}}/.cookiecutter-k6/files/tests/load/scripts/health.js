// Health: does the service answer, and how fast can it at all?
//
//   k6 run tests/load/scripts/health.js
//   k6 run --env BASE_URL=http://localhost:9000 tests/load/scripts/health.js
//   PROFILE=stress k6 run tests/load/scripts/health.js
//   CONFIRM_TARGET=api.example.com ./scripts/load-test.sh health --base-url https://api.example.com --yes

import { Rate, Trend } from 'k6/metrics';
import { checker, HEALTH_LIMIT_MS, HEALTH_STATUSES, HEALTHY, isHealthy } from '../lib/checker.js';
import { BASE_URL, HEALTH_PATHS } from '../lib/config.js';
import { endpoint, request } from '../lib/http.js';
import { defineTest, pause } from '../lib/define.js';

const healthCheckErrors = new Rate('health_check_errors');
const healthCheckDuration = new Trend('health_check_duration', true);

/** The first health path. */
export const HEALTH = endpoint('health', `${BASE_URL}${HEALTH_PATHS[0]}`, {
  kind: 'health',
  statuses: HEALTH_STATUSES,
});

const checkHealthy = checker(HEALTH.name, HEALTHY);
const checkHealthyInTime = checker(HEALTH.name, { ...HEALTHY, withinMs: HEALTH_LIMIT_MS });

/**
 * Asks for the health document once, as a step of any workload.
 *
 * @param {import('../engine/types/suite.js').Endpoint} [target] a variant, for instance with another timeout
 * @returns {import('../engine/types/suite.js').Outcome}
 * @example const { ok } = visitHealth();
 */
export function visitHealth(target = HEALTH) {
  const response = request(target);
  return { response, ok: checkHealthy(response) };
}

const test = defineTest({
  name: 'health',
  defaultLoad: {
    scenario: 'health_check',
    shape: { executor: 'constant-vus', vus: 10, duration: '1m' },
  },
  endpoints: [HEALTH],
  standard: 'health',
  thresholds: {
    // Slow answers fail a check each; how many may be slow is up to the latency limits.
    checks: ['rate>0.95'],
    health_check_errors: ['rate<0.001'],
    health_check_duration: ['p(95)<100'],
  },
  tags: { test_type: 'health' },
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  const response = request(HEALTH);
  // Too slow is a failed check, but no error.
  healthCheckErrors.add(!checkHealthyInTime(response) && !isHealthy(response));
  // A response that never came has no duration.
  if (response.status !== 0) {
    healthCheckDuration.add(response.timings.duration);
  }
  pause(0.1);
});
