// Resources: runs the rows of config/resources.js, one after the other.
//
//   ./scripts/load-test.sh resources
//   ./scripts/load-test.sh load resources --env RESOURCES=orders
//   RESOURCES=orders,customers k6 run tests/load/scripts/resources.js
//
// New rows need no further code. Writes to another machine require ALLOW_WRITES=true.

import { resources } from '../config/resources.js';
import { env } from '../lib/config.js';
import { defineResourceTest, rowsOf } from '../lib/resources.js';

const test = defineResourceTest('resources', rowsOf(resources, env.RESOURCES));

/** What load, soak and spike run as well, unless WORKLOAD names something else. */
export const { journey } = test;

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
