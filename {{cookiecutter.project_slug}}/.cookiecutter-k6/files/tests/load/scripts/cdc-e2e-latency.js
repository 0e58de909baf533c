// Pipeline, latency: ten writes per second, with a breakdown of the latency.
//
//   export DATABASE_URL='postgres://user:password@localhost:5432/db?sslmode=disable'
//   export MONGODB_URL='mongodb://localhost:27017/db'
//   ./scripts/load-test.sh cdc-e2e-latency
//
// needs k6/x/sql k6/x/sql/driver/postgres k6/x/mongo

import { definePipelineTest } from '../engine/features/cdc/pipeline.js';

const test = definePipelineTest('e2e_latency');

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
