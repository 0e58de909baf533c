// Tickets: creates, reads, updates, comments on, lists and searches tickets.
//
//   ./scripts/load-test.sh tickets
//   ./scripts/load-test.sh load tickets
//
// Requests, metrics and thresholds: config/resources.js.

import { resources } from '../config/resources.js';
import { defineResourceTest } from '../lib/resources.js';

const test = defineResourceTest('tickets', [resources.tickets]);

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
