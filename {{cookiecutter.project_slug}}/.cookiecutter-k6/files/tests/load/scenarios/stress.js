// Stress: raises the load in steps beyond normal, to find the limits.
//
//   ./scripts/load-test.sh stress
//   k6 run tests/load/scenarios/stress.js
//
// Load: config/profiles.js. Steps: workload.js. Thresholds: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('stress', workload.stress);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
