import sql from 'k6/x/sql';
import driver from 'k6/x/sql/driver/postgres';
import { withParameter } from './addresses.js';
import { now } from './clock.js';

/** @typedef {import('./types.js').Result} Result */

/** One connection per VU: a VU runs one statement at a time, and VUs cannot share a pool. */
const POOL = { max_open_conns: 1, max_idle_conns: 1, conn_max_lifetime: '10m' };

/** Connect timeout in seconds. */
const CONNECT_LIMIT = 5;

/**
 * The connection of one VU. It opens with the first statement, so a script can be inspected and planned without a
 * database, and reopens when it breaks.
 */
class Connection {
  /** @param {string} url */
  constructor(url) {
    const limited = withParameter(url, 'connect_timeout', String(CONNECT_LIMIT));
    this.url = withParameter(limited, 'application_name', 'k6');
    /** @type {import('k6/x/sql').Database | null} */
    this.pool = null;
  }

  /**
   * Runs one statement. Never throws, so that the iteration continues.
   *
   * @param {string} text SQL with `$1`, `$2`, … for values, which are never interpolated
   * @param {readonly unknown[]} [args]
   * @returns {Result}
   */
  run(text, args = []) {
    const started = now();
    try {
      this.pool ??= sql.open(driver, this.url, POOL);
      if (returnsRows(text)) {
        const rows = this.pool.query(text, ...args);
        return { ok: true, rows, count: rows.length, ms: now() - started, message: '' };
      }
      const count = this.pool.exec(text, ...args).rowsAffected();
      return { ok: true, rows: [], count, ms: now() - started, message: '' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, rows: [], count: 0, ms: now() - started, message };
    }
  }

  /** Closes the connection. The next statement opens a new one. */
  close() {
    try {
      this.pool?.close();
    } finally {
      this.pool = null;
    }
  }
}

/** @param {string} text */
function returnsRows(text) {
  return (
    /^(\s|--.*\n)*(select|with|values|show|explain|table)\b/i.test(text) ||
    /\breturning\b/i.test(text)
  );
}

/**
 * Opens a connection to PostgreSQL for the calling VU. VUs cannot share connections.
 *
 * @param {string} url such as `postgres://user:password@localhost:5432/shop?sslmode=disable`
 * @returns {Connection}
 * @example const { ok, rows } = openConnection(env.DATABASE_URL).run('SELECT $1::int AS n', [1]);
 */
export function openConnection(url) {
  return new Connection(url);
}

/**
 * Closes a connection.
 *
 * @param {Connection} connection
 * @example closeConnection(connection)
 */
export function closeConnection(connection) {
  connection.close();
}
