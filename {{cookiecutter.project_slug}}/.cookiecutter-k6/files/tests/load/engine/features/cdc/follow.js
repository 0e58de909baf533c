import k6 from 'k6';
import { tracked } from '../../../config/cdc.js';
import { reportOnce } from '../../vu/failures.js';
import { now } from '../database/clock.js';
import { reportStoreFailure } from '../database/failures.js';
import { differences } from './differences.js';
import * as metrics from './metrics.js';

/** @typedef {import('./types.js').Find} Find */
/** @typedef {import('./types.js').ReadSide} ReadSide */
/** @typedef {import('./types.js').Written} Written */

/**
 * Polls the read side for the newest state of a row until it appears or the time is up, and records the latency.
 *
 * @param {ReadSide} side
 * @param {Written} row its `seen` and `found` are updated
 * @param {Find} find
 * @param {{ startedAt: number, writeMs: number, operation: string }} write when the write began, and how long it took
 * @returns {{ found: boolean, document: Record<string, any> | undefined, attempts: number, totalMs: number, confirmMs: number }}
 * @example const { found } = follow(side, row, { after: 1, tries: 15, every: 0.2 }, write);
 */
export function follow(side, row, { after, tries, every }, { startedAt, writeMs, operation }) {
  const count = typeof tries === 'number' ? tries : tries(__VU);
  const deadline = startedAt + writeMs + (after + count * every) * 1000;
  let attempts = 0;
  let confirmMs = 0;
  /** @type {Record<string, any> | undefined} */
  let document;
  let couldRead = false;
  while (document === undefined) {
    if (attempts > 0) {
      k6.sleep(Math.max(0.001, Math.min(every, (deadline - now()) / 1000)));
    }
    attempts += 1;
    const result = look(side, row);
    couldRead = result.ok;
    confirmMs = result.ms;
    document = result.rows.find((found) => isNewest(found, row));
    if (document === undefined && now() >= deadline) {
      break;
    }
  }
  const totalMs = now() - startedAt;
  row.found = document !== undefined;
  metrics.recordCdcLatency(startedAt, startedAt + totalMs);
  if (row.found) {
    metrics.recordSuccess(operation);
  } else {
    metrics.recordFailure(operation);
    // A read side that cannot be asked says nothing about the pipeline.
    metrics.missed.add(couldRead ? 1 : 0);
  }
  return { found: row.found, document, attempts, totalMs, confirmMs };
}

/**
 * Checks a row before it is deleted: it must exist exactly once, in its newest state and with its values. A row that has
 * not arrived (yet), or rows of other tables that refer to it, are left for the comparison at the end of the run.
 *
 * @param {ReadSide} side
 * @param {Written} row
 * @returns {boolean} whether the row may be deleted
 * @example if (settle(side, row)) { deleteCustomer(source, row.id); }
 */
export function settle(side, row) {
  const { ok, rows } = look(side, row);
  if (!ok || rows.length === 0 || !row.found || !hasReferring(side, row)) {
    return false;
  }
  metrics.reconciled.add(1);
  metrics.duplicated.add(rows.length > 1 ? 1 : 0);
  metrics.stale.add(rows.every((found) => isNewest(found, row)) ? 0 : 1);
  const wrong = rows.flatMap((found) => differences(row.values, found));
  if (wrong.length > 0) {
    metrics.corrupted.add(1);
    reportOnce('corrupted', () => `${tracked.table} ${row.id}: ${wrong.join(', ')}`);
  }
  return true;
}

/**
 * @param {ReadSide} side
 * @param {Written} row
 * @returns {boolean} whether the rows that refer to it have arrived
 */
function hasReferring(side, { referring }) {
  return referring.every(({ table, id }) => {
    const { ok, rows } = side.find(table, [id]);
    return ok && rows.length > 0;
  });
}

/**
 * @param {ReadSide} side
 * @param {Written} row
 * @returns {import('../database/types.js').Result}
 */
function look(side, row) {
  const result = side.find(tracked.table, [row.id]);
  if (!result.ok) {
    metrics.readErrors.add(1);
    reportStoreFailure('find', result.message);
    return result;
  }
  metrics.readDuration.add(result.ms);
  for (const found of result.rows) {
    const revision = Number(found[tracked.revision] ?? 0);
    // Only this VU writes and polls the row, so it must never see an older revision than before.
    metrics.outOfOrder.add(revision < row.seen ? 1 : 0);
    row.seen = Math.max(row.seen, revision);
  }
  return result;
}

/**
 * Returns whether a document has the newest state of its row.
 *
 * @param {Record<string, any>} found
 * @param {Pick<Written, 'revision' | 'state'>} row
 * @returns {boolean}
 * @example isNewest({ status: 'active', revision: 2 }, { state: 'active', revision: 2 }) // true
 */
export function isNewest(found, { revision, state }) {
  return tracked.revision === ''
    ? found[tracked.state] === state
    : Number(found[tracked.revision]) >= revision && found[tracked.state] === state;
}
