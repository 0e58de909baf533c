// Soak: steady load for a long time, to find what grows.
//
//   ./scripts/load-test.sh soak
//   k6 run tests/load/scenarios/soak.js
//
// How much: config/profiles.js. What: workload.js. What counts as good: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('soak', workload.soak);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
