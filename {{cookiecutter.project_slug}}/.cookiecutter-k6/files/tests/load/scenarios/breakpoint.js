// Breakpoint: ever more users until the service breaks; the run ends there.
//
//   ./scripts/load-test.sh breakpoint
//   k6 run tests/load/scenarios/breakpoint.js
//
// How much: config/profiles.js. What: workload.js. What counts as good: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('breakpoint', workload.breakpoint);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
