// Compares the database with the read side at the end of a run: every table, every row, every column. Never loaded in a VU.

import k6 from 'k6';
import { tables, tracked } from '../../../config/cdc.js';
import { env } from '../../../lib/config.js';
import { hideAddresses } from '../database/failures.js';
import { markOf } from '../database/run-mark.js';
import { parseDuration } from '../../settings/duration.js';
import { stopwatch } from '../../vu/stopwatch.js';
import { differences } from './differences.js';
import { isNewest } from './follow.js';
import * as metrics from './metrics.js';
import { asText, readSetting } from './read-sides.js';

/** @typedef {import('./types.js').ReadSide} ReadSide */
/** @typedef {ReturnType<typeof import('./source.js').openConnection>} Source */
/** @typedef {Record<string, any>} Row */

/**
 * Differences of one table.
 *
 * @typedef {object} Difference
 * @property {Row[]} missing
 * @property {Row[]} duplicated
 * @property {Row[]} stale in an older state
 * @property {{ row: Row, what: string[] }[]} corrupted in the newest state, but with other values
 * @property {string[]} extra keys of documents whose row is gone
 */

/** Rows per query. */
const BATCH = 500;

/** Seconds between two comparisons. */
const PAUSE = 0.2;

/** Rows of one kind that are named in the log. */
const NAMED = 5;

/**
 * Throws if a statement failed.
 *
 * @param {import('../database/types.js').Result} result
 * @param {string} setting with the address
 * @throws the message of the driver, without addresses
 * @example failUnless(source.run('SELECT 1'), 'DATABASE_URL');
 */
export function failUnless({ ok, message }, setting) {
  if (!ok) {
    throw new Error(`${setting}: ${hideAddresses(message)}`);
  }
}

/**
 * Waits until the read side has every row in its newest state, at most CDC_DRAIN, and counts the differences.
 *
 * @param {Source} source
 * @param {ReadSide} side
 * @throws when a side is unreachable
 * @example reconcile(source, side);
 */
export function reconcile(source, side) {
  const elapsed = stopwatch();
  const written = Object.keys(tables).map((table) => ({ table, rows: rowsOf(source, table) }));
  let open = written;
  while (open.length > 0) {
    open = open.filter(({ table, rows }) => isOpen(compare(side, table, rows)));
    if (open.length === 0 || elapsed() >= parseDuration(env.CDC_DRAIN)) {
      break;
    }
    k6.sleep(PAUSE);
  }
  metrics.drainTime.add(Math.max(1, elapsed()));
  // Later events may have overwritten rows that matched before, so everything is compared again.
  for (const { table, rows } of written) {
    record(table, rows, compare(side, table, rows));
  }
}

/** @param {Difference} difference */
const isOpen = ({ missing, stale, corrupted, extra }) =>
  missing.length + stale.length + corrupted.length + extra.length > 0;

/**
 * @param {string} table
 * @param {Row[]} rows
 * @param {Difference} found
 */
function record(table, rows, { missing, duplicated, stale, corrupted, extra }) {
  const tags = { table };
  metrics.reconciled.add(rows.length, tags);
  metrics.lost.add(missing.length, tags);
  metrics.duplicated.add(duplicated.length, tags);
  metrics.stale.add(stale.length, tags);
  metrics.corrupted.add(corrupted.length, tags);
  metrics.notDeleted.add(extra.length, tags);
  console.log(
    `compared ${rows.length} rows of ${table}: ${missing.length} lost, ${duplicated.length} duplicated, ` +
      `${stale.length} stale, ${corrupted.length} corrupted, ${extra.length} not deleted`,
  );
  const { key } = tracked;
  name(
    table,
    'lost',
    missing.map((row) => row[key]),
  );
  name(
    table,
    'duplicated',
    duplicated.map((row) => row[key]),
  );
  name(
    table,
    'stale',
    stale.map((row) => row[key]),
  );
  name(
    table,
    'corrupted',
    corrupted.map(({ row, what }) => `${row[key]} (${what.join(', ')})`),
  );
  name(table, 'not deleted', extra);
}

/**
 * @param {string} table
 * @param {string} kind
 * @param {string[]} ids
 */
function name(table, kind, ids) {
  if (ids.length > 0) {
    const rest = ids.length > NAMED ? `, and ${ids.length - NAMED} more` : '';
    console.warn(`${kind} in ${table}: ${ids.slice(0, NAMED).join(', ')}${rest}`);
  }
}

/**
 * @param {Source} source
 * @param {string} table
 * @returns {Row[]} rows of the run, all columns as text
 * @throws when the database is unreachable
 */
function rowsOf(source, table) {
  const { mark, endings = [''], columns } = tables[table];
  const own = endings.map((_, n) => `right(${mark}, length($${n + 1}::text)) = $${n + 1}::text`);
  const result = source.run(
    `SELECT ${asText([tracked.key, ...columns])} FROM ${table} WHERE ${own.join(' OR ')}`,
    endings.map((ending) => markOf(undefined, ending)),
  );
  failUnless(result, 'DATABASE_URL');
  return result.rows;
}

/**
 * @param {ReadSide} side
 * @param {string} table
 * @param {Row[]} rows
 * @returns {Difference}
 * @throws when the read side is unreachable
 */
function compare(side, table, rows) {
  /** @type {Difference} */
  const found = { missing: [], duplicated: [], stale: [], corrupted: [], extra: [] };
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH);
    const documents = documentsOf(side, table, batch);
    batch.forEach((row) => sort(found, table, row, documents[row[tracked.key]] ?? []));
  }
  found.extra = extraOf(side, table, rows);
  return found;
}

/**
 * @param {ReadSide} side
 * @param {string} table
 * @param {Row[]} rows
 * @returns {Record<string, Row[]>} documents by key
 */
function documentsOf(side, table, rows) {
  const result = side.find(
    table,
    rows.map((row) => row[tracked.key]),
  );
  failUnless(result, readSetting());
  /** @type {Record<string, Row[]>} */
  const documents = {};
  for (const document of result.rows) {
    (documents[document[tracked.key]] ??= []).push(document);
  }
  return documents;
}

/**
 * @param {Difference} found is added to
 * @param {string} table
 * @param {Row} row
 * @param {Row[]} documents of that row
 */
function sort(found, table, row, documents) {
  if (documents.length === 0) {
    found.missing.push(row);
    return;
  }
  if (documents.length > 1) {
    found.duplicated.push(row);
  }
  if (table === tracked.table && documents.some((document) => !isNewest(document, newestOf(row)))) {
    found.stale.push(row);
    return;
  }
  const what = documents.flatMap((document) => differences(row, document));
  if (what.length > 0) {
    found.corrupted.push({ row, what });
  }
}

/** @param {Row} row of the tracked table */
const newestOf = (row) => ({
  revision: Number(row[tracked.revision] ?? 0),
  state: row[tracked.state],
});

/**
 * @param {ReadSide} side
 * @param {string} table
 * @param {Row[]} rows
 * @returns {string[]} keys of documents of the run that have no row any more
 */
function extraOf(side, table, rows) {
  const { mark, endings = [''] } = tables[table];
  const known = new Set(rows.map((row) => row[tracked.key]));
  const extra = new Set();
  for (const ending of endings) {
    const result = side.owned(table, mark, markOf(undefined, ending));
    if (result !== null) {
      failUnless(result, readSetting());
      result.rows
        .map((document) => document[tracked.key])
        .filter((id) => !known.has(id))
        .forEach((id) => extra.add(id));
    }
  }
  return [...extra];
}
