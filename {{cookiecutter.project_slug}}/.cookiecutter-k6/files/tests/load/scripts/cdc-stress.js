// Pipeline, stress: raises the number of writers in steps, up to 150.
//
//   export DATABASE_URL='postgres://user:password@localhost:5432/db?sslmode=disable'
//   export MONGODB_URL='mongodb://localhost:27017/db'
//   ./scripts/load-test.sh cdc-stress
//
// needs k6/x/sql k6/x/sql/driver/postgres k6/x/mongo

import { definePipelineTest } from '../engine/features/cdc/pipeline.js';

const test = definePipelineTest('stress');

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
