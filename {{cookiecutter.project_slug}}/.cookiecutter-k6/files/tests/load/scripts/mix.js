// Mix: requests routes in the proportions and at the rate of an access log.
//
//   ./scripts/load-test.sh mix access.log
//   ./scripts/load-test.sh mix
//   ./scripts/load-test.sh load mix
//
// Routes, addresses and rates are in data/traffic.mix.json. Only requests that read are sent.

import { runMix } from '../engine/features/traffic/mix.js';
import { defineTest } from '../lib/define.js';

/** Routes and rates; only options and summary need them, not the VUs. */
const report = __VU === 0 ? require('../engine/features/traffic/mix-plan.js') : undefined;

const test = defineTest({
  name: 'mix',
  defaultLoad: report?.loadOfLog() ?? {
    scenario: 'mix',
    shape: { executor: 'constant-vus', vus: 1, duration: '1m' },
  },
  endpoints: report?.endpointsOfMix() ?? [],
  thresholds: { http_req_failed: ['rate<0.02'], checks: ['rate>0.98'] },
  tags: { test_type: 'mix' },
  readiness: 'answer',
  prepare: report?.announceMix,
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(runMix);
