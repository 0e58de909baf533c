// Setup, teardown, thresholds and findings of a pipeline test. Never loaded in a VU.

import k6 from 'k6';
import { ownedByRun, tracked } from '../../../config/cdc.js';
import { env } from '../../../lib/config.js';
import { countRun, deleteRun } from '../database/ownership.js';
import { markOf, runId } from '../database/run-mark.js';
import { removedText, reportCleanUp, requireWrites } from '../database/stages.js';
import { requireStores, storeTargets } from '../database/targets.js';
import { parseDuration } from '../../settings/duration.js';
import { stopwatch } from '../../vu/stopwatch.js';
import { metricsOf, pipelineFindings, pipelineThresholds } from './pipeline-plan.js';
import { openReadSide, readSetting } from './read-sides.js';
import { failUnless, reconcile } from './reconcile.js';
import { insertCustomer, openConnection } from './source.js';

/** @typedef {import('./types.js').PipelineTest} PipelineTest */
/** @typedef {import('./types.js').ReadSide} ReadSide */

/** Seconds between two looks at the read side. */
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
    always: (load) => pipelineThresholds(row, load),
    findings: (results, run) => pipelineFindings(row, results, run),
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
    plant(source, side, seeds);
  } finally {
    source.close();
    side.close();
  }
}

/**
 * Writes the seed rows and waits until the read side has them: the load starts on a pipeline that works.
 *
 * @param {ReturnType<typeof openConnection>} source
 * @param {ReadSide} side
 * @param {number} count
 * @throws when they do not arrive within CDC_DRAIN
 */
function plant(source, side, count) {
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  for (const id of ids) {
    insertCustomer(source, id, `seed-${id}${markOf(undefined, '@mixed.test')}`, 'active');
  }
  const elapsed = stopwatch();
  const arrived = () => (count === 0 ? 0 : side.find(tracked.table, ids).count);
  while (arrived() < count) {
    if (elapsed() > parseDuration(env.CDC_DRAIN)) {
      const missing = count - arrived();
      // k6 runs no teardown after a failed setup.
      deleteRun(source, ownedByRun, runId);
      throw new Error(
        `${missing} of ${count} seed rows did not reach ${readSetting()} within ${env.CDC_DRAIN}: start the pipeline, ` +
          'or raise CDC_DRAIN',
      );
    }
    k6.sleep(PAUSE);
  }
}

/** Compares both sides, counts the differences, and removes the rows of the run. */
function finish() {
  const source = openConnection();
  const side = openReadSide();
  try {
    reconcile(source, side);
  } catch (error) {
    // Nothing was compared: the threshold on `cdc_reconciled` fails the run.
    console.error(`the sides could not be compared: ${error}`);
  }
  try {
    clean(source, side);
  } catch (error) {
    reportCleanUp(error, runId);
  } finally {
    source.close();
    side.close();
  }
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
  const elapsed = stopwatch();
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
  while (left > 0 && elapsed() < timeoutMs) {
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
