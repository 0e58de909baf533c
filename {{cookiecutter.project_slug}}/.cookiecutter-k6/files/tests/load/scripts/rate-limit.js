// Rate limit: checks that a tenant's limit exists, is correct, is not shared, and resets in time.
//
//   ./scripts/load-test.sh rate-limit
//   ./scripts/load-test.sh rate-limit --env TIER=starter --env RATE_LIMIT_WINDOW=10s
//   TIER=starter RATE_LIMIT=1000 k6 run tests/load/scripts/rate-limit.js
//
// Only the first VU sends requests: others would use up the same limit. Tiers and limits: config/tenants.js. The
// measurement: engine/features/tenants/rate-limit.js.

import { tiers } from '../config/tenants.js';
import { env } from '../lib/config.js';
import { BATCH, createLimitTrial, LIMITED } from '../engine/features/tenants/rate-limit.js';
import { credentialEndpoints, tierHeaders } from '../engine/features/tenants/tenant.js';
import { defineTest } from '../lib/define.js';

const tier = env.TIER ?? Object.keys(tiers)[0];

const test = defineTest({
  name: 'rate-limit',
  defaultLoad: {
    scenario: 'rate_limit',
    shape: { executor: 'constant-vus', vus: 1, duration: '2m' },
  },
  ...(__VU === 0
    ? require('../engine/features/tenants/rate-limit-plan.js').limitPlan(tier)
    : undefined),
  endpoints: [LIMITED],
  support: credentialEndpoints,
  prepare: () => void tierHeaders(tier),
  thresholds: { http_req_failed: ['rate<0.01'], checks: ['rate>0.99'] },
  tags: { test_type: 'rate_limit' },
  // A trial takes up to five windows.
  gracefulStop: '10m',
  options: { batch: BATCH, batchPerHost: BATCH },
});

export const { options, setup, teardown, handleSummary } = test;
export default test.run(createLimitTrial(tier));
