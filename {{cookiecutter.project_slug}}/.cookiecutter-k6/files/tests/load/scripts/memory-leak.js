// Memory leak: steady load while sampling the memory usage that the service reports.
//
//   ./scripts/load-test.sh memory-leak
//   ./scripts/load-test.sh soak memory-leak
//   METRICS_URL=http://localhost:8000/metrics k6 run tests/load/scripts/memory-leak.js
//
// Reads JSON (MEMORY_FIELD, by default process.memory_usage_mb) or the Prometheus text format
// (process_resident_memory_bytes). Fails when, after the warm-up (WARM_UP), the memory certainly grows by more than
// MEMORY_LIMIT MB per hour.

import { defineTest, pause } from '../lib/define.js';
import { createMemorySampler, MEASURES } from '../engine/features/tenants/memory.js';
import { BROWSE, visitProducts } from '../engine/features/tenants/shop.js';
import { credentialEndpoints } from '../engine/features/tenants/tenant.js';

/** Requests per iteration. */
const REQUESTS = 10;

const test = defineTest({
  name: 'memory-leak',
  defaultLoad: {
    scenario: 'memory_leak',
    shape: { executor: 'constant-vus', vus: 10, duration: '2m' },
  },
  ...(__VU === 0 ? require('../engine/features/tenants/memory-plan.js').memoryPlan() : undefined),
  endpoints: [BROWSE, MEASURES],
  support: credentialEndpoints,
  thresholds: { http_req_failed: ['rate<0.01'], checks: ['rate>0.95'] },
  tags: { test_type: 'memory_leak' },
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  for (let i = 0; i < REQUESTS; i += 1) {
    visitProducts();
  }
  pause(1);
});

export const sampleMemory = test.run(createMemorySampler(test.durationMs));
