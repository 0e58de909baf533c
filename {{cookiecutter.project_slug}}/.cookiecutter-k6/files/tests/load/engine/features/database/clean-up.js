// Removes what runs left in databases. Run by `load-test.sh cleanup`, not by hand.
//
// needs k6/x/sql k6/x/sql/driver/postgres

import exec from 'k6/execution';
import { env } from '../../../lib/config.js';
import { parseDuration } from '../../settings/duration.js';
import { guardTarget } from '../../plan/guard.js';
import { hooksOf } from '../registry.js';
import { hideAddresses } from './failures.js';
import { deleteRun, runsOf } from './ownership.js';
import { openConnection } from './postgres.js';
import { removedText, requireWrites } from './stages.js';
import { requireStores, storeTargets } from './targets.js';

/** @typedef {import('./types.js').OwnedTable} OwnedTable */

const STORES = /** @type {const} */ (['DATABASE_URL']);

const hooks = hooksOf('cleanUp');

/** Tables of all tests. @type {OwnedTable[]} */
const OWNED = hooks.flatMap(({ owned }) => owned?.() ?? []);

export const options = { iterations: 1, vus: 1, setupTimeout: '10m' };

export function setup() {
  guardTarget(undefined, { targets: storeTargets(STORES) });
  hooks.forEach(({ targets }) => guardTarget(undefined, { targets: targets?.() ?? [] }));
  requireStores(STORES);
  requireWrites();
  const connection = openConnection(env.DATABASE_URL);
  try {
    const present = OWNED.filter(({ table }) => exists(connection, table));
    const runs = __ENV.CLEAN_RUN ? [__ENV.CLEAN_RUN] : olderThan(runsOf(connection, present));
    for (const id of runs) {
      const removed = deleteRun(connection, present, id);
      console.log(`removed ${removedText(removed)} of run ${id}`);
      hooks.forEach(({ removeRun }) => removeRun?.(id));
    }
    if (runs.length === 0) {
      console.log(`no run older than ${__ENV.CLEAN_OLDER_THAN} has left anything`);
    }
  } catch (error) {
    exec.test.abort(
      `clean-up: ${hideAddresses(error instanceof Error ? error.message : String(error))}`,
    );
  } finally {
    connection.close();
  }
}

/** Nothing is left to do. */
export default function () {}

/** Without this k6 shows figures of a run that was none. */
export function handleSummary() {
  return {};
}

/**
 * @param {ReturnType<typeof openConnection>} connection
 * @param {string} table
 * @returns {boolean} a database need not have the tables of every test
 */
function exists(connection, table) {
  const { ok, rows, message } = connection.run('SELECT to_regclass($1)::text AS name', [table]);
  if (!ok) {
    throw new Error(message);
  }
  return rows[0].name !== null;
}

/**
 * @param {string[]} ids that begin with the time of the run
 * @returns {string[]}
 */
function olderThan(ids) {
  const limit = Date.now() - parseDuration(__ENV.CLEAN_OLDER_THAN ?? '');
  return ids.filter((id) => {
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id) ?? [];
    return (
      Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s)) <= limit
    );
  });
}
