import k6 from 'k6';
import exec from 'k6/execution';
import { Counter, Rate, Trend } from 'k6/metrics';
import { env } from '../../../lib/config.js';
import { localPath } from '../../settings/paths.js';
import { defineTest, thinkTime } from '../../../lib/define.js';
import { reportStoreFailure } from '../database/failures.js';
import { openConnection } from '../database/postgres.js';
import { markOf } from '../database/run-mark.js';

/** @typedef {import('../database/types.js').DatabaseTest} DatabaseTest */

/** Duration of a query as seen by the VU, from sending the statement to reading the last row. */
const queryDuration = new Trend('db_query_duration', true);
const queriesExecuted = new Counter('db_queries_executed');
const queryFailed = new Rate('db_query_failed');

/**
 * Creates a test that runs the queries of config/database.js.
 *
 * @param {string} name name of the test
 * @param {DatabaseTest} table
 * @returns {import('../../types/suite.js').LoadTest & { iteration: (data: any) => void }}
 * @example const test = defineDatabaseTest('database', database);
 */
export function defineDatabaseTest(name, table) {
  const queries = Object.entries(table.queries).map(([query, row]) => measured(query, row));
  const watch = viewsOf(table);
  const stages = __VU === 0 ? require('../database/stages.js').stagesOf(table) : {};
  const test = defineTest({
    name,
    defaultLoad: table.defaultLoad,
    endpoints: [],
    readiness: 'none',
    metrics: ['db_query_duration', 'db_query_failed', 'db_queries_executed', ...watch.metrics],
    tags: { test_type: 'database' },
    options: { teardownTimeout: '5m', setupTimeout: '5m' },
    ...stages,
  });
  /** @type {ReturnType<typeof openConnection> | undefined} */
  let connection;
  const mark = markOf();
  return {
    ...test,
    iteration: test.run(() => {
      connection ??= openConnection(env.DATABASE_URL);
      for (const execute of queries) {
        execute(connection, mark);
      }
      watch.look(connection);
      thinkTime(...table.think);
    }),
  };
}

/**
 * @param {string} query
 * @param {import('../database/types.js').Query} row
 * @returns {(connection: ReturnType<typeof openConnection>, mark: string) => void} runs the query and records its metrics
 */
function measured(query, { sql, args = () => [], minRows = 0 }) {
  const tags = { query };
  const executed = { [`${query} executed`]: (/** @type {boolean} */ ok) => ok };
  return (connection, mark) => {
    const result = connection.run(sql, args(mark));
    const ok = result.ok && result.count >= minRows;
    queriesExecuted.add(1, tags);
    queryFailed.add(!ok, tags);
    k6.check(ok, executed, tags);
    if (result.ok) {
      queryDuration.add(result.ms, tags);
    }
    if (!ok) {
      const few = `${result.count} rows, expected at least ${minRows}`;
      reportStoreFailure(
        query,
        result.ok ? few : result.message,
        result.ok ? 'too_few' : undefined,
      );
    }
  };
}

/**
 * The `during` views, polled by the first VU.
 *
 * @param {DatabaseTest} table
 * @returns {{ metrics: string[], look: (connection: ReturnType<typeof openConnection>) => void }}
 */
function viewsOf({ views }) {
  const watched = Object.values(views).filter(({ when, metric }) => when === 'during' && metric);
  const rows = watched.map(({ file, every = 5, metric = '', tag = '' }) => ({
    sql: open(localPath(import.meta.resolve(`../../../${file}`))),
    trend: new Trend(metric),
    tag,
    every: every * 1000,
    due: 0,
  }));
  return {
    metrics: watched.map(({ metric = '' }) => metric),
    look(connection) {
      if (exec.vu.idInTest !== 1) {
        return;
      }
      for (const row of rows.filter(({ due }) => Date.now() >= due)) {
        row.due = Date.now() + row.every;
        for (const found of connection.run(row.sql).rows) {
          row.trend.add(Number(found.value), { [row.tag]: String(found[row.tag]) });
        }
      }
    },
  };
}
