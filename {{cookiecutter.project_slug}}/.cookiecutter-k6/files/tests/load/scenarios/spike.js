// Spike: a sudden crowd, and whether the service recovers from it.
//
//   ./scripts/load-test.sh spike
//   k6 run tests/load/scenarios/spike.js
//
// How much: config/profiles.js. What: workload.js. What counts as good: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('spike', workload.spike);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
