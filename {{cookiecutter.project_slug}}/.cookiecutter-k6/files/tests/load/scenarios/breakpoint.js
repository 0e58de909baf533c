// Breakpoint: adds users until the service breaks, then ends the run.
//
//   ./scripts/load-test.sh breakpoint
//   k6 run tests/load/scenarios/breakpoint.js
//
// Load: config/profiles.js. Steps: workload.js. Thresholds: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('breakpoint', workload.breakpoint);

export const { options, setup, teardown, handleSummary } = scenario;
export default scenario.iteration;
