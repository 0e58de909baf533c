// Pipeline, mixed: creates, updates and deletes customers, addresses and orders.
//
//   export DATABASE_URL='postgres://user:password@localhost:5432/db?sslmode=disable'
//   export MONGODB_URL='mongodb://localhost:27017/db'
//   ./scripts/load-test.sh cdc-mixed-workload
//
// needs k6/x/sql k6/x/sql/driver/postgres k6/x/mongo

import { definePipelineTest } from '../engine/features/cdc/pipeline.js';

const test = definePipelineTest('mixed_workload');

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
