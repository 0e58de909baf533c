// Read sides: where a pipeline ends, selected by CDC_READ. Only the extension of the selected kind is required.

import { readSides, tables, tracked } from '../../../config/cdc.js';
import { env } from '../../../lib/config.js';
import { now } from '../database/clock.js';

/** @typedef {import('./types.js').ReadSide} ReadSide */
/** @typedef {import('../database/types.js').Result} Result */

/** Opens the selected kind. Runs when this file is loaded, because `require` works only in the init context. */
const open = {
  mongodb: () => {
    const { openConnection } = require('./mongodb.js');
    const database = env.databases.MONGODB_URL?.database || 'test';
    return () => openConnection(env.MONGODB_URL, database, readSides.mongodb);
  },
  http: () => {
    const http = require('k6/http');
    return () => httpSide(http, readSides.http.path);
  },
  sql: () => {
    const { openConnection } = require('../database/postgres.js');
    return () => sqlSide(openConnection(env.READ_URL));
  },
}[env.CDC_READ]();

/**
 * Opens the read side for the calling VU.
 *
 * @returns {ReadSide}
 * @example const side = openReadSide(); side.find('customers', [id]);
 */
export function openReadSide() {
  return open();
}

/** Setting with the address of the read side. @returns {'MONGODB_URL' | 'READ_URL'} */
export function readSetting() {
  return env.CDC_READ === 'mongodb' ? 'MONGODB_URL' : 'READ_URL';
}

/**
 * @param {any} http
 * @param {string} path
 * @returns {ReadSide} an API that returns one document per request
 */
function httpSide(http, path) {
  return {
    find(table, ids) {
      const started = now();
      const rows = [];
      for (const id of ids) {
        const name = path.replace('{table}', table);
        const response = http.get(`${env.READ_URL}${name.replace('{id}', id)}`, {
          tags: { name: `GET ${name}` },
          responseCallback: http.expectedStatuses(200, 404),
        });
        if (response.status !== 200 && response.status !== 404) {
          const message = `status ${response.status} ${response.error}`;
          return { ok: false, rows: [], count: 0, ms: now() - started, message };
        }
        rows.push(...(response.status === 200 ? [response.json()].flat() : []));
      }
      return { ok: true, rows, count: rows.length, ms: now() - started, message: '' };
    },
    owned: () => null,
    remove: () => null,
    close() {},
  };
}

/**
 * Selects columns as text, which drivers return alike for every type.
 *
 * @param {string[]} columns
 * @returns {string}
 * @example asText(['id']) // 'id::text AS id'
 */
export const asText = (columns) => columns.map((name) => `${name}::text AS ${name}`).join(', ');

/**
 * @param {ReturnType<typeof import('../database/postgres.js').openConnection>} connection
 * @returns {ReadSide} tables with the same names as in the source
 */
function sqlSide(connection) {
  const { key } = tracked;
  const ending = (/** @type {string} */ column) => `right(${column}, length($1::text)) = $1::text`;
  return {
    find: (table, ids) =>
      connection.run(
        `SELECT ${asText([key, ...tables[table].columns])} FROM ${table} WHERE ${key}::text = ANY (string_to_array($1, ','))`,
        [ids.join(',')],
      ),
    owned: (table, column, mark) =>
      connection.run(`SELECT ${asText([key])} FROM ${table} WHERE ${ending(column)}`, [mark]),
    remove: (table, column, mark) =>
      connection.run(`DELETE FROM ${table} WHERE ${ending(column)}`, [mark]),
    close: () => connection.close(),
  };
}
