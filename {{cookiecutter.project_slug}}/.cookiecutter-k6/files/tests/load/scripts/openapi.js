// OpenAPI: tests the whole API from its OpenAPI document, without writing a test.
//
//   ./scripts/load-test.sh openapi
//   ./scripts/load-test.sh load openapi
//   OPENAPI_INCLUDE='tag:pets' k6 run tests/load/scripts/openapi.js
//
// The requests are in data/operations.jsonl. Put your changes in data/operations.overrides.json.

import { runJourneys } from '../engine/features/openapi/journeys.js';
import { defineTest } from '../lib/define.js';

/** Operations of the document; only options and summary need them, not the VUs. */
const report = __VU === 0 ? require('../engine/features/openapi/report.js') : undefined;

const test = defineTest({
  name: 'openapi',
  defaultLoad: { scenario: 'openapi', shape: { executor: 'constant-vus', vus: 1, duration: '1m' } },
  endpoints: report?.endpointsOfRun() ?? [],
  support: report?.support,
  thresholds: { http_req_failed: ['rate<0.01'], checks: ['rate>0.99'] },
  // The first iteration runs every operation once, however long that takes.
  gracefulStop: '30m',
  tags: { test_type: 'openapi' },
  readiness: 'answer',
  prepare: report?.announce,
  findings: report?.coverage,
  // Operations that may end the session or the service, if you named any.
  finish: report?.sendLast,
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(runJourneys);
