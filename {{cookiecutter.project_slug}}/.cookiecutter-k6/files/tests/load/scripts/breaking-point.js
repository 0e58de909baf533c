// Breaking point: ever more requests a second, until the targets are missed; says which rate still met them.
//
//   ./scripts/load-test.sh breaking-point --env RATE_TO=500
//   ./scripts/load-test.sh breaking-point --env RATE_FROM=100 --env RATE_TO=200 --duration 30s
//   RATE_TO=2000 KNEE_P95=200 k6 run tests/load/scripts/breaking-point.js
//
// Steps of RATE_GROWTH, each held for DURATION. Green when RATE_TO still meets the target. The profile `breakpoint` is
// the fixed form: 1,000 users more every five minutes.

import { Counter } from 'k6/metrics';
import { env } from '../lib/config.js';
import { variant } from '../lib/http.js';
import { BROWSE, visitProducts } from '../engine/features/tenants/shop.js';
import { credentialEndpoints } from '../engine/features/tenants/tenant.js';
import { defineTest } from '../lib/define.js';

/** Requests that failed, or took longer than the target; k6 tags them with the step. */
const missed = new Counter('knee_missed');

/** One that takes four times as long has missed it; nobody need wait for it. */
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
