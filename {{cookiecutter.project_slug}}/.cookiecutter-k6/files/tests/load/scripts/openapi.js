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

/** What load, soak and spike run as well, unless WORKLOAD names something else. */
export const journey = {
  endpoints: report?.endpointsOfRun() ?? [],
  support: report?.support,
  // The first iteration runs every operation once, however long that takes.
  gracefulStop: '30m',
  prepare: report?.announce,
  findings: report?.coverage,
  // Operations that may end the session or the service, if you named any.
  finish: report?.sendLast,
  run: runJourneys,
};

const test = defineTest({
  ...journey,
  name: 'openapi',
  defaultLoad: { scenario: 'openapi', shape: { executor: 'constant-vus', vus: 1, duration: '1m' } },
  thresholds: { http_req_failed: ['rate<0.01'], checks: ['rate>0.99'] },
  tags: { test_type: 'openapi' },
  readiness: 'answer',
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => runJourneys());
