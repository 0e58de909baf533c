import sql from 'k6/x/sql';
import driver from 'k6/x/sql/driver/postgres';
import { withParameter } from './addresses.js';
import { now } from './clock.js';

/** @typedef {import('./types.js').Result} Result */

/** A VU does one thing at a time: it needs one connection, and no other VU can have it. */
const POOL = { max_open_conns: 1, max_idle_conns: 1, conn_max_lifetime: '10m' };

/** Longest wait for a connection, seconds. */
const CONNECT_LIMIT = 5;

/**
 * A connection of one VU. It is opened by the first statement, and again when it breaks: a script can be read, listed
 * and planned without a database.
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
   * Runs one statement. Never throws: an iteration goes on.
   *
   * @param {string} text with `$1` for values: they are never put into the text
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

  /** Gives the connection back; the next statement would open another. */
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
 * Opens a connection to PostgreSQL, for the VU that calls it: k6 cannot hand connections from one VU to another.
 *
 * @param {string} url such as `postgres://user:password@localhost:5432/shop?sslmode=disable`
 * @returns {Connection}
 * @example const { ok, rows } = openConnection(env.DATABASE_URL).run('SELECT $1::int AS n', [1]);
 */
export function openConnection(url) {
  return new Connection(url);
}

/**
 * @param {Connection} connection
 * @example closeConnection(connection)
 */
export function closeConnection(connection) {
  connection.close();
}
