// Soak: steady load for a long time, to find leaks and degradation.
//
//   ./scripts/load-test.sh soak
//   k6 run tests/load/scenarios/soak.js
//
// Load: config/profiles.js. Steps: workload.js. Thresholds: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('soak', workload.soak);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
