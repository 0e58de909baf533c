// Database: seeds rows, runs the queries in config/database.js, removes the rows.
//
//   export DATABASE_URL='postgres://user:password@localhost:5432/db?sslmode=disable'
//   ./scripts/load-test.sh database
//
// needs k6/x/sql k6/x/sql/driver/postgres

import { database } from '../config/database.js';
import { defineDatabaseTest } from '../engine/features/queries/queries.js';

const test = defineDatabaseTest('database', database);

export const { options, setup, teardown, handleSummary } = test;
export default test.iteration;
