// Finds and removes the rows of a run. Loaded only in setup, teardown and cleanup.

import k6 from 'k6';
import { markOf } from './run-mark.js';

/** @typedef {import('./types.js').OwnedTable} OwnedTable */
/** @typedef {ReturnType<typeof import('./postgres.js').openConnection>} Connection */

/** Rows per DELETE statement, so that shared tables are not locked for long. */
const BATCH = 1000;

/** Attempts per statement, in case the connection breaks. */
const TRIES = 3;

const NAME = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/;

/**
 * @param {OwnedTable} owned
 * @returns {OwnedTable}
 * @throws when the table or column is not a plain identifier
 */
function checked(owned) {
  for (const name of [owned.table, owned.column]) {
    if (!NAME.test(name)) {
      throw new Error(
        `config: '${name}' is not a valid table or column name: expected letters, digits and underscores, ` +
          'such as orders or shop.orders',
      );
    }
  }
  return owned;
}

/**
 * Deletes the rows of a run in the order of the list (referring tables first). Compares the end of the column with the
 * complete mark, without patterns: the run `a` does not match rows of `a-b`, and `%` is an ordinary character.
 *
 * @param {Connection} connection
 * @param {readonly OwnedTable[]} tables
 * @param {string} id id of the run
 * @returns {Record<string, number>} removed rows by table
 * @throws when a statement fails several times in a row
 * @example deleteRun(connection, owned, 'nightly-1') // { orders: 2, customers: 1 }
 */
export function deleteRun(connection, tables, id) {
  /** @type {Record<string, number>} */
  const removed = {};
  for (const { table, column, endings = [''] } of tables.map(checked)) {
    removed[table] = removed[table] ?? 0;
    for (const ending of endings) {
      const text =
        `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(` +
        `SELECT ctid FROM ${table} WHERE right(${column}, length($1::text)) = $1::text LIMIT ${BATCH}))`;
      let count = BATCH;
      while (count === BATCH) {
        count = runWithRetries(connection, text, [markOf(id, ending)]).count;
        removed[table] += count;
      }
    }
  }
  return removed;
}

/**
 * Counts the rows of a run.
 *
 * @param {Connection} connection
 * @param {readonly OwnedTable[]} tables
 * @param {string} id id of the run
 * @returns {number}
 * @throws when a statement fails several times in a row
 */
export function countRun(connection, tables, id) {
  let count = 0;
  for (const { table, column, endings = [''] } of tables.map(checked)) {
    for (const ending of endings) {
      const text = `SELECT count(*) AS n FROM ${table} WHERE right(${column}, length($1::text)) = $1::text`;
      count += Number(runWithRetries(connection, text, [markOf(id, ending)]).rows[0].n);
    }
  }
  return count;
}

/**
 * Lists the runs that have rows in the database. Finds only ids that begin with a timestamp, as the wrapper's do.
 *
 * @param {Connection} connection
 * @param {readonly OwnedTable[]} tables
 * @returns {string[]}
 * @throws when a statement fails several times in a row
 */
export function runsOf(connection, tables) {
  const found = new Set();
  for (const { table, column, endings = [''] } of tables.map(checked)) {
    for (const ending of endings) {
      const pattern = `\\+([0-9]{8}T[0-9]{6}Z-[A-Za-z0-9._-]+)${ending.replace(/[^A-Za-z0-9]/g, '\\$&')}$`;
      const text = `SELECT DISTINCT substring(${column} from $1) AS id FROM ${table} WHERE ${column} ~ $1`;
      runWithRetries(connection, text, [pattern]).rows.forEach(({ id }) => found.add(String(id)));
    }
  }
  return [...found].sort();
}

/**
 * @param {Connection} connection
 * @param {string} text
 * @param {unknown[]} args
 * @returns {import('./types.js').Result} result of the first successful attempt
 * @throws when all attempts fail
 */
function runWithRetries(connection, text, args) {
  let result = connection.run(text, args);
  for (let tries = 1; !result.ok && tries < TRIES; tries += 1) {
    k6.sleep(tries);
    connection.close();
    result = connection.run(text, args);
  }
  if (!result.ok) {
    throw new Error(result.message);
  }
  return result;
}
