// What a database test does before and after the load. Never loaded in a VU.

import { Counter } from 'k6/metrics';
import { env } from '../../../lib/config.js';
import { localPath } from '../../settings/paths.js';
import { hideAddresses } from './failures.js';
import { countRun, deleteRun } from './ownership.js';
import { openConnection } from './postgres.js';
import { queryFindings, queryThresholds } from './store-plan.js';
import { requireStores, storeTargets } from './targets.js';
import { markOf, runId } from './run-mark.js';

/** @typedef {import('./types.js').DatabaseTest} DatabaseTest */

/** Failed cleanups: rows of the run may be left behind. */
const cleanUpErrors = new Counter('cleanup_errors');

/**
 * Refuses to write to remote databases unless ALLOW_WRITES=true.
 *
 * @throws when a database is remote and ALLOW_WRITES is not set
 * @example requireWrites()
 */
export function requireWrites() {
  const local = Object.values(env.databases).every((database) => database?.isLocal);
  if (!local && !env.ALLOW_WRITES) {
    throw new Error(
      'this test writes rows, and its database is neither on this machine nor in a private network. ' +
        'To allow it: ALLOW_WRITES=true',
    );
  }
}

/**
 * Returns the thresholds, setup, teardown and findings of a database test. Call it in the init context, because k6
 * opens files only there.
 *
 * @param {DatabaseTest} table
 * @returns {Pick<import('../../types/suite.js').TestSpec, 'targets' | 'always' | 'findings' | 'prepare' | 'finish'>}
 * @example const { prepare, finish } = stagesOf(database);
 */
export function stagesOf(table) {
  const views = Object.entries(table.views)
    .filter(([, { when }]) => when === 'after')
    .map(([name, { file }]) => ({
      name,
      sql: open(localPath(import.meta.resolve(`../../../${file}`))),
    }));
  const queries = Object.keys(table.queries);
  return {
    targets: storeTargets(['DATABASE_URL']),
    always: () => queryThresholds(queries, table.thresholds),
    findings: (metrics) => queryFindings(queries, metrics),
    prepare: () => seed(table),
    finish: () => cleanUp(table, views),
  };
}

/**
 * Inserts the seed rows. If that fails, removes the rows that were already written: k6 runs no teardown after a failed
 * setup.
 *
 * @param {DatabaseTest} table
 * @throws when the database cannot be reached or rejects the rows
 */
function seed(table) {
  requireStores(['DATABASE_URL']);
  requireWrites();
  const connection = openConnection(env.DATABASE_URL);
  try {
    let count = 0;
    for (const { sql, args } of table.seed) {
      const result = connection.run(sql, args(markOf()));
      if (!result.ok) {
        throw new Error(`DATABASE_URL: ${hideAddresses(result.message)}${hintFor(result.message)}`);
      }
      count += result.count;
    }
    console.log(`seeded ${count} rows of run ${runId}`);
  } catch (error) {
    remove(connection, table);
    throw error;
  } finally {
    connection.close();
  }
}

/**
 * @param {string} message
 * @returns {string} what to try; empty if there is no hint
 */
function hintFor(message) {
  if (/SSL is not enabled/i.test(message)) {
    return '; a server without TLS needs ?sslmode=disable';
  }
  if (/relation .* does not exist/i.test(message)) {
    return '; set the names of your tables in config/database.js';
  }
  return '';
}

/**
 * Shows the `after` views, then removes the rows of the run.
 *
 * @param {DatabaseTest} table
 * @param {{ name: string, sql: string }[]} views
 */
function cleanUp(table, views) {
  const connection = openConnection(env.DATABASE_URL);
  views.forEach(({ name, sql }) => showView(connection, name, sql));
  remove(connection, table);
  connection.close();
}

/**
 * @param {ReturnType<typeof openConnection>} connection
 * @param {DatabaseTest} table
 */
function remove(connection, table) {
  try {
    const removed = deleteRun(connection, table.owned, runId);
    const left = countRun(connection, table.owned, runId);
    if (left > 0) {
      throw new Error(`${left} rows could not be removed`);
    }
    console.log(`removed ${removedText(removed)} of run ${runId}`);
  } catch (error) {
    reportCleanUp(error, runId);
  }
}

/**
 * Reports a failed cleanup and how to repeat it.
 *
 * @param {unknown} error
 * @param {string} id id of the run
 * @example catch (error) { reportCleanUp(error, runId); }
 */
export function reportCleanUp(error, id) {
  cleanUpErrors.add(1);
  const message = error instanceof Error ? error.message : String(error);
  console.error(
    `cleanup failed: ${hideAddresses(message)}; rows of run ${id} may be left. ` +
      `To remove them: ./scripts/load-test.sh cleanup ${id}`,
  );
}

/**
 * @param {Record<string, number>} removed rows by table
 * @returns {string}
 * @example removedText({ tickets: 1000 }) // '1000 from tickets'
 */
export function removedText(removed) {
  return Object.entries(removed)
    .map(([table, count]) => `${count} from ${table}`)
    .join(', ');
}

/**
 * @param {ReturnType<typeof openConnection>} connection
 * @param {string} name
 * @param {string} sql
 */
function showView(connection, name, sql) {
  const { ok, rows, message } = connection.run(sql);
  console.log(
    ok
      ? `${name}:\n${rows.map((row) => `  ${lineOf(row)}`).join('\n')}`
      : `${name}: query failed, ${hideAddresses(message)}`,
  );
}

/**
 * @param {Record<string, any>} row columns in any order
 * @returns {string} numbers first, texts last
 */
function lineOf(row) {
  const names = Object.keys(row).sort();
  const numbers = names.filter((name) => typeof row[name] === 'number');
  const texts = names.filter((name) => typeof row[name] !== 'number');
  return [
    ...numbers.map((name) => `${name} ${row[name]}`.padEnd(18)),
    ...texts.map((name) => row[name]),
  ].join(' ');
}
