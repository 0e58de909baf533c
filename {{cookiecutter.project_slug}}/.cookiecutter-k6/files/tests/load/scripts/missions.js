// Missions: creates missions and lists them.
//
//   ./scripts/load-test.sh missions
//   ./scripts/load-test.sh load missions
//
// Requests, metrics and thresholds: config/resources.js.

import { resources } from '../config/resources.js';
import { defineResourceTest } from '../lib/resources.js';

const test = defineResourceTest('missions', [resources.missions]);

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
