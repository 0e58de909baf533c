// Stress: in steps past the normal load, to find the limits.
//
//   ./scripts/load-test.sh stress
//   k6 run tests/load/scenarios/stress.js
//
// How much: config/profiles.js. What: workload.js. What counts as good: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('stress', workload.stress);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
