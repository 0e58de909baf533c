// Smoke: does the service work at all? One user, a few requests.
//
//   ./scripts/load-test.sh smoke
//   k6 run tests/load/scenarios/smoke.js
//
// Load: config/profiles.js. Steps: workload.js. Thresholds: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('smoke', workload.smoke);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
