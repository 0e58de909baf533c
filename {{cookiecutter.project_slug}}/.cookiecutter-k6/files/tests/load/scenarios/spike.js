// Spike: a sudden surge of users, and the recovery afterwards.
//
//   ./scripts/load-test.sh spike
//   k6 run tests/load/scenarios/spike.js
//
// Load: config/profiles.js. Steps: workload.js. Thresholds: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('spike', workload.spike);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
