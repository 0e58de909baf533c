// What a test of a database does before and after the load. Loaded in set-up and teardown only.

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

/** Clean-ups that did not work: something of ours may be left. */
const cleanUpErrors = new Counter('cleanup_errors');

/**
 * Refuses to write where nobody allowed it.
 *
 * @throws when a database is not local and ALLOW_WRITES is not set
 * @example requireWrites()
 */
export function requireWrites() {
  const local = Object.values(env.databases).every((database) => database?.isLocal);
  if (!local && !env.ALLOW_WRITES) {
    throw new Error(
      'this test writes rows, and its database is not on this machine or a private network. ' +
        'If that is meant: ALLOW_WRITES=true',
    );
  }
}

/**
 * What a test of a database needs once: thresholds, what it does before and after the load, what it says. Made at init:
 * k6 opens files only then.
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
 * Puts the rows of a test into its database. What was written before something failed is removed again: k6 does not
 * run a teardown after a set-up that failed.
 *
 * @param {DatabaseTest} table
 * @throws when the database cannot be reached or does not take the rows
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
 * @returns {string} what to try; empty when there is nothing to say
 */
function hintFor(message) {
  if (/SSL is not enabled/i.test(message)) {
    return '; a server without TLS needs ?sslmode=disable';
  }
  if (/relation .* does not exist/i.test(message)) {
    return '; the tables are named in config/database.js';
  }
  return '';
}

/**
 * Removes what the run made, and shows the views that are for afterwards.
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
      throw new Error(`${left} rows are left`);
    }
    console.log(`removed ${removedText(removed)} of run ${runId}`);
  } catch (error) {
    reportCleanUp(error, runId);
  }
}

/**
 * Says that something may be left, and how to remove it.
 *
 * @param {unknown} error
 * @param {string} id of the run
 * @example catch (error) { reportCleanUp(error, runId); }
 */
export function reportCleanUp(error, id) {
  cleanUpErrors.add(1);
  const message = error instanceof Error ? error.message : String(error);
  console.error(
    `clean-up: ${hideAddresses(message)}; rows of run ${id} may be left. ` +
      `Later: ./scripts/load-test.sh cleanup ${id}`,
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
      : `${name}: not shown, ${hideAddresses(message)}`,
  );
}

/**
 * @param {Record<string, any>} row whose columns come in any order
 * @returns {string} figures first, texts last
 */
function lineOf(row) {
  const names = Object.keys(row).sort();
  const figures = names.filter((name) => typeof row[name] === 'number');
  const texts = names.filter((name) => typeof row[name] !== 'number');
  return [
    ...figures.map((name) => `${name} ${row[name]}`.padEnd(18)),
    ...texts.map((name) => row[name]),
  ].join(' ');
}
