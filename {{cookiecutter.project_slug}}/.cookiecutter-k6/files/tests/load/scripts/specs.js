// Specs: reads specs, including missing ones, and searches them.
//
//   ./scripts/load-test.sh specs
//   ./scripts/load-test.sh load specs
//
// Requests, metrics and thresholds: config/resources.js.

import { resources } from '../config/resources.js';
import { defineResourceTest } from '../lib/resources.js';

const test = defineResourceTest('specs', [resources.specs]);

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
