import mongo from 'k6/x/mongo';
import { withParameter } from '../database/addresses.js';
import { now } from '../database/clock.js';

/** @typedef {import('../database/types.js').Result} Result */
/** @typedef {import('./types.js').ReadSide} ReadSide */

/** Server selection timeout in milliseconds. The extension's default is 10 seconds, on every attempt. */
const SERVER_LIMIT = 2000;

/** Minimum time between two connection attempts, milliseconds. */
const RETRY_AFTER = 5000;

/**
 * Opens a connection to MongoDB for the calling VU, on first use.
 *
 * @param {string} url address with the name of the database as its path
 * @param {string} database
 * @param {{ key: string }} options field that identifies a document
 * @returns {ReadSide}
 * @example const { ok, rows } = openConnection(env.MONGODB_URL, 'shop', { key: 'id' }).find('customers', [id]);
 */
export function openConnection(url, database, { key }) {
  const address = withParameter(url, 'serverSelectionTimeoutMS', String(SERVER_LIMIT));
  /** @type {import('k6/x/mongo').Client | null} */
  let client = null;
  let asked = -Infinity;

  /**
   * @param {(connected: import('k6/x/mongo').Client) => Record<string, any>[]} ask
   * @returns {Result}
   */
  const attempt = (ask) => {
    const started = now();
    try {
      if (client === null && now() - asked >= RETRY_AFTER) {
        asked = now();
        client = mongo.newClient(address);
      }
      if (client === null) {
        return failure(started, 'no server responds');
      }
      const rows = ask(client);
      return { ok: true, rows, count: rows.length, ms: now() - started, message: '' };
    } catch (error) {
      return failure(started, error instanceof Error ? error.message : String(error));
    }
  };
  const matching = (/** @type {string} */ column, /** @type {string} */ mark) => ({
    [column]: { $regex: `${mark.replace(/[^A-Za-z0-9]/g, '\\$&')}$` },
  });

  return {
    find: (table, ids) =>
      attempt((connected) => {
        const filter = { [key]: ids.length === 1 ? ids[0] : { $in: ids } };
        return connected.find(database, table, filter, null, 0).map(readable);
      }),
    owned: (table, column, mark) =>
      attempt((connected) =>
        connected.find(database, table, matching(column, mark), null, 0).map(readable),
      ),
    remove: (table, column, mark) =>
      attempt((connected) => {
        connected.deleteMany(database, table, matching(column, mark));
        return [];
      }),
    close() {
      client?.disconnect();
      client = null;
    },
  };
}

/**
 * @param {number} started
 * @param {string} message
 * @returns {Result}
 */
function failure(started, message) {
  return { ok: false, rows: [], count: 0, ms: now() - started, message };
}

/** Copies a document: plain objects are faster to read than Go maps. @param {any} document */
function readable(document) {
  return { ...document };
}
