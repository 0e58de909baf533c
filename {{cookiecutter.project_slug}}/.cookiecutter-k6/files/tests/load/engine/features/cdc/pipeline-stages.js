// Setup, teardown, thresholds and findings of a pipeline test. Never loaded in a VU.

import k6 from 'k6';
import { ownedByRun, tracked } from '../../../config/cdc.js';
import { env } from '../../../lib/config.js';
import { hideAddresses } from '../database/failures.js';
import { countRun, deleteRun } from '../database/ownership.js';
import { markOf, runId } from '../database/run-mark.js';
import { removedText, reportCleanUp, requireWrites } from '../database/stages.js';
import { requireStores, storeTargets } from '../database/targets.js';
import { parseDuration } from '../../settings/duration.js';
import { isNewest } from './follow.js';
import * as metrics from './metrics.js';
import { metricsOf, pipelineFindings, pipelineThresholds } from './pipeline-plan.js';
import { openReadSide, readSetting } from './read-sides.js';
import { insertCustomer, openConnection } from './source.js';

/** @typedef {import('./types.js').PipelineTest} PipelineTest */
/** @typedef {import('./types.js').ReadSide} ReadSide */

/** Rows per comparison query. */
const BATCH = 500;

/** Seconds between two comparisons. */
const PAUSE = 0.2;

/**
 * Returns the pipeline's part of the `defineTest` spec.
 *
 * @param {PipelineTest} row
 * @returns {Partial<import('../../types/suite.js').TestSpec>}
 * @example const { prepare, finish } = pipelineStages(tests.baseline);
 */
export function pipelineStages(row) {
  const settings = /** @type {const} */ (['DATABASE_URL', readSetting()]);
  return {
    targets: storeTargets(settings),
    always: ({ stages }) => pipelineThresholds(row, stages),
    findings: (results) => pipelineFindings(row, results),
    metrics: metricsOf(row),
    options: { setupTimeout: '5m', teardownTimeout: '30m' },
    prepare: () => prepare(settings, row),
    finish: () => finish(),
  };
}

/**
 * Checks that both sides are reachable, and writes the seed rows.
 *
 * @param {Parameters<typeof requireStores>[0]} settings
 * @param {PipelineTest} row
 * @throws when a side is unreachable
 */
function prepare(settings, { seeds = 0 }) {
  requireStores(settings);
  requireWrites();
  const source = openConnection();
  const side = openReadSide();
  const [sourceSetting, readSettingName] = settings;
  try {
    const asked = source.run(`SELECT count(*) AS n FROM ${tracked.table} WHERE false`);
    failUnless(asked, sourceSetting);
    failUnless(side.find(tracked.table, [crypto.randomUUID()]), readSettingName);
    for (let index = 0; index < seeds; index += 1) {
      const id = crypto.randomUUID();
      insertCustomer(source, id, `seed-${id}${markOf(undefined, '@mixed.test')}`, 'active');
    }
  } finally {
    source.close();
    side.close();
  }
}

/**
 * @param {import('../database/types.js').Result} result
 * @param {string} setting
 * @throws when the statement failed
 */
function failUnless({ ok, message }, setting) {
  if (!ok) {
    throw new Error(`${setting}: ${hideAddresses(message)}`);
  }
}

/** Compares both sides, counts the differences, and removes the rows of the run. */
function finish() {
  const source = openConnection();
  const side = openReadSide();
  try {
    reconcile(source, side);
    clean(source, side);
  } catch (error) {
    reportCleanUp(error, runId);
  } finally {
    source.close();
    side.close();
  }
}

/**
 * Waits until the read side has every remaining row in its newest state, and counts the differences.
 *
 * @param {ReturnType<typeof openConnection>} source
 * @param {ReadSide} side
 * @throws when a side is unreachable
 */
function reconcile(source, side) {
  const rows = rowsOfRun(source);
  const started = Date.now();
  const deadline = started + parseDuration(env.CDC_DRAIN);
  let difference = compare(side, rows);
  while ((difference.open.length > 0 || difference.extra > 0) && Date.now() < deadline) {
    k6.sleep(PAUSE);
    difference = compare(side, difference.extra > 0 ? rows : difference.open);
  }
  // Later events may have overwritten rows that matched before, so compare everything again.
  const { missing, stale, duplicated, extra } = compare(side, rows);
  metrics.drainTime.add(Math.max(1, Date.now() - started));
  metrics.reconciled.add(rows.length);
  metrics.lost.add(missing);
  metrics.stale.add(stale);
  metrics.duplicated.add(duplicated);
  metrics.notDeleted.add(extra);
  console.log(
    `compared ${rows.length} rows after ${Date.now() - started} ms: ${missing} lost, ` +
      `${duplicated} duplicated, ${stale} stale, ${extra} not deleted`,
  );
}

/** @typedef {{ id: string, revision: number, state: string }} Row */

/**
 * @param {ReturnType<typeof openConnection>} source
 * @returns {Row[]} rows of the run in the database
 * @throws when the database is unreachable
 */
function rowsOfRun(source) {
  const { table, key, column, endings, revision, state } = tracked;
  const result = source.run(
    `SELECT ${key}::text AS id, ${revision || '0'} AS revision, ${state} AS state FROM ${table} ` +
      `WHERE ${endings.map((_, n) => `right(${column}, length($${n + 1}::text)) = $${n + 1}::text`).join(' OR ')}`,
    endings.map((ending) => markOf(undefined, ending)),
  );
  failUnless(result, 'DATABASE_URL');
  return /** @type {Row[]} */ (result.rows);
}

/**
 * @param {ReadSide} side
 * @param {Row[]} rows
 * @returns {{ missing: number, stale: number, duplicated: number, extra: number, open: Row[] }}
 * @throws when the read side is unreachable
 */
function compare(side, rows) {
  const found = { missing: 0, stale: 0, duplicated: 0, extra: 0, open: /** @type {Row[]} */ ([]) };
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH);
    const result = side.find(
      tracked.table,
      batch.map(({ id }) => id),
    );
    failUnless(result, readSetting());
    for (const row of batch) {
      const documents = result.rows.filter((document) => document[tracked.key] === row.id);
      const isStale = documents.some((document) => !isNewest(document, row));
      found.missing += documents.length === 0 ? 1 : 0;
      found.duplicated += documents.length > 1 ? 1 : 0;
      found.stale += isStale ? 1 : 0;
      if (documents.length === 0 || isStale) {
        found.open.push(row);
      }
    }
  }
  const known = new Set(rows.map(({ id }) => id));
  for (const ending of tracked.endings) {
    const result = side.owned(tracked.table, tracked.column, markOf(undefined, ending));
    if (result !== null) {
      failUnless(result, readSetting());
      const others = result.rows.map((document) => document[tracked.key]);
      found.extra += new Set(others.filter((id) => !known.has(id))).size;
    }
  }
  return found;
}

/**
 * Removes the rows of the run from the database and, if the pipeline does not do so, from the read side.
 *
 * @param {ReturnType<typeof openConnection>} source
 * @param {ReadSide} side
 * @throws when some rows could not be removed
 */
function clean(source, side) {
  const removed = deleteRun(source, ownedByRun, runId);
  const left =
    countRun(source, ownedByRun, runId) + clear(side, runId, parseDuration(env.CDC_DRAIN));
  if (left > 0) {
    throw new Error(`${left} rows or documents could not be removed`);
  }
  console.log(`removed ${removedText(removed)} of run ${runId}, on both sides`);
}

/**
 * Waits until the pipeline has removed a run's documents from the read side, then removes the remaining ones.
 *
 * @param {ReadSide} side
 * @param {string} id id of the run
 * @param {number} timeoutMs
 * @returns {number} documents that could not be removed
 * @throws when the read side is unreachable
 * @example clear(side, 'nightly-1', 30000)
 */
export function clear(side, id, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  const marks = ownedByRun.flatMap(({ table, column, endings = [''] }) =>
    endings.map((ending) => ({ table, column, mark: markOf(id, ending) })),
  );
  const count = () =>
    marks.reduce((sum, { table, column, mark }) => {
      const result = side.owned(table, column, mark);
      if (result !== null) {
        failUnless(result, readSetting());
      }
      return sum + (result?.count ?? 0);
    }, 0);
  let left = count();
  while (left > 0 && Date.now() < deadline) {
    k6.sleep(PAUSE);
    left = count();
  }
  if (left > 0) {
    console.warn(`${left} documents of run ${id} were not removed by the pipeline; removing them`);
    marks.forEach(({ table, column, mark }) => side.remove(table, column, mark));
    left = count();
  }
  return left;
}
