// Breaking point: raises the request rate to find the highest one that meets the targets.
//
//   ./scripts/load-test.sh breaking-point --env RATE_TO=500
//   ./scripts/load-test.sh breaking-point --env RATE_FROM=100 --env RATE_TO=200 --duration 30s
//   RATE_TO=2000 KNEE_P95=200 k6 run tests/load/scripts/breaking-point.js
//
// The rate grows by the factor RATE_GROWTH; each step lasts DURATION. Passes when RATE_TO still meets the targets. The
// profile `breakpoint` is the fixed variant: 1,000 more users every five minutes.

import { Counter } from 'k6/metrics';
import { env } from '../lib/config.js';
import { variant } from '../lib/http.js';
import { BROWSE, visitProducts } from '../engine/features/tenants/shop.js';
import { credentialEndpoints } from '../engine/features/tenants/tenant.js';
import { defineTest } from '../lib/define.js';

/** Requests that failed or exceeded the target. k6 tags them with the step. */
const missed = new Counter('knee_missed');

/** A request at four times the target has missed it: there is no need to wait any longer. */
const PATIENT = variant(BROWSE, { timeout: `${4 * env.KNEE_P95}ms` });

const test = defineTest({
  name: 'breaking-point',
  ...(__VU === 0 ? require('../engine/features/tenants/knee-plan.js').kneePlan() : undefined),
  endpoints: [PATIENT],
  support: credentialEndpoints,
  tags: { test_type: 'breaking_point' },
  gracefulStop: '10s',
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  const { response, ok } = visitProducts(PATIENT);
  if (!ok || response.timings.duration >= env.KNEE_P95) {
    missed.add(1);
  }
});
