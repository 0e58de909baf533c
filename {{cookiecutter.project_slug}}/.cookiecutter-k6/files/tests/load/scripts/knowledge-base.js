// Knowledge base: lists, searches and reads articles.
//
//   ./scripts/load-test.sh knowledge-base
//   ./scripts/load-test.sh load knowledge-base
//
// Requests, metrics and thresholds: config/resources.js.

import { resources } from '../config/resources.js';
import { defineResourceTest } from '../lib/resources.js';

const test = defineResourceTest('knowledge-base', [resources['knowledge-base']]);

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
