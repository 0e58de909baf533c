// Tiers: runs tenants of several tiers at once, and measures how a noisy one affects the others.
//
//   ./scripts/load-test.sh tiers
//   ./scripts/load-test.sh tiers --env TIERS=free,starter --env NOISY_TIER=starter
//   TIER_LOAD=rate k6 run tests/load/scripts/tiers.js
//
// Tiers, their load and the limits on isolation: config/tenants.js.

import { checker } from '../lib/checker.js';
import { endpoint } from '../lib/http.js';
import { env } from '../lib/config.js';
import { eachFirst, weightedRandom } from '../lib/helpers.js';
import { defineTest, thinkTime } from '../lib/define.js';
import { createIsolationWatch } from '../engine/features/tenants/isolation.js';
import { mixSteps } from '../engine/features/tenants/shop.js';
import {
  credentialEndpoints,
  currentTier,
  tierHeaders,
  tierRequest,
} from '../engine/features/tenants/tenant.js';

/** Extra requests of the noisy tier. Being rate-limited (429) is expected. */
const NOISE = endpoint('GET /products beyond the limit', '/products?limit=20', {
  kind: 'noise',
  statuses: [200, 429],
});
const checkNoise = checker(NOISE.name, {
  also: { [`${NOISE.name} is answered or limited`]: (r) => r.status === 200 || r.status === 429 },
});

const steps = mixSteps();
const next = eachFirst(
  steps,
  weightedRandom(steps.map((step) => ({ weight: step.weight ?? 0, value: step }))),
);
const endpoints = [...steps.map((step) => step.endpoint), NOISE];
const pauses = env.TIER_LOAD === 'users';

const plan = __VU === 0 ? require('../engine/features/tenants/tier-plan.js') : undefined;

const test = defineTest({
  name: 'tiers',
  ...plan?.tierPlan(endpoints),
  endpoints,
  support: credentialEndpoints,
  // Every tier of the run has to be able to log in.
  prepare: () => plan?.loadedTiers().forEach((tier) => void tierHeaders(tier)),
  tags: { test_type: 'tiers' },
});

export const { options, setup, teardown, handleSummary } = test;

/** @type {ReturnType<typeof createIsolationWatch> | undefined} */
let watch;

export default test.run(() => {
  watch ??= createIsolationWatch(currentTier());
  const { visit, endpoint: route, think } = next();
  if (watch.begin()) {
    makeNoise();
  } else {
    watch.took(route.name, visit().response.timings.duration);
  }
  if (pauses) {
    thinkTime(...think);
  }
});

export const noisyNeighbour = test.run(makeNoise);

/** Sends one request that may be rate-limited. */
function makeNoise() {
  checkNoise(tierRequest(NOISE));
}
