// Removes data that runs left behind in databases. Run it with `load-test.sh cleanup`.
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

/** Marked tables of all tests. @type {OwnedTable[]} */
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
      console.log(`no data of runs older than ${__ENV.CLEAN_OLDER_THAN} found`);
    }
  } catch (error) {
    exec.test.abort(
      `clean-up: ${hideAddresses(error instanceof Error ? error.message : String(error))}`,
    );
  } finally {
    connection.close();
  }
}

/** k6 needs a default function; setup() does the work. */
export default function () {}

/** Suppresses k6's summary: this was not a load test. */
export function handleSummary() {
  return {};
}

/**
 * @param {ReturnType<typeof openConnection>} connection
 * @param {string} table
 * @returns {boolean} false for tables of tests that this database is not used for
 */
function exists(connection, table) {
  const { ok, rows, message } = connection.run('SELECT to_regclass($1)::text AS name', [table]);
  if (!ok) {
    throw new Error(message);
  }
  return rows[0].name !== null;
}

/**
 * @param {string[]} ids run ids that begin with a timestamp
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
