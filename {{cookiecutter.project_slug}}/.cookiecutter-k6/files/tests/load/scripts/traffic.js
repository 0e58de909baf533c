// Traffic: replays recorded sessions, each user with values of its own.
//
//   ./scripts/load-test.sh import session.har
//   ./scripts/load-test.sh traffic
//   ./scripts/load-test.sh load traffic
//
// The requests are in data/traffic.jsonl. Put your changes in data/traffic.overrides.json and import again.

import { runTraffic } from '../engine/features/traffic/journeys.js';
import { defineTest } from '../lib/define.js';

/** Requests of the recordings; only options and summary need them, not the VUs. */
const report = __VU === 0 ? require('../engine/features/traffic/report.js') : undefined;

const test = defineTest({
  name: 'traffic',
  defaultLoad: { scenario: 'traffic', shape: { executor: 'constant-vus', vus: 1, duration: '1m' } },
  endpoints: report?.endpointsOfRun() ?? [],
  thresholds: { http_req_failed: ['rate<0.02'], checks: ['rate>0.98'] },
  // A session ends with its clean-up, however long its pauses are.
  gracefulStop: '10m',
  tags: { test_type: 'traffic' },
  readiness: 'answer',
  prepare: report?.announce,
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(runTraffic);
