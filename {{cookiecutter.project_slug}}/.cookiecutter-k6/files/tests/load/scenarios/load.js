// Load: the traffic of a normal busy day.
//
//   ./scripts/load-test.sh load
//   k6 run tests/load/scenarios/load.js
//
// Load: config/profiles.js. Steps: workload.js. Thresholds: config/thresholds.js.

import { defineScenario } from '../lib/scenario.js';
import { workload } from '../workload.js';

const scenario = defineScenario('load', workload.load);

export const { options, setup, teardown, handleSummary } = scenario;
export const { ticketOperations, knowledgeBase } = scenario.functions; // @feature desk
export default scenario.iteration;
