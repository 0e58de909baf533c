// Rows of test data for your tests, from a CSV or JSON file. All VUs share one copy.

import { SharedArray } from 'k6/data';
import exec from 'k6/execution';
import { localPath } from '../engine/settings/paths.js';

/**
 * A row: field name -> value. In a CSV file, all values are text.
 *
 * @typedef {Record<string, any>} Row
 */

/**
 * Reads a file with rows. Call it at init.
 *
 * @param {string} file CSV with a first line of names, or JSON with a list; absolute or relative to tests/load
 * @returns {readonly Row[]}
 * @throws when the file is missing, broken or has no rows
 * @example const products = readRows('data/products.csv');
 */
export function readRows(file) {
  const isAbsolute = /^([A-Za-z]:)?[\\/]/.test(file);
  const path = isAbsolute ? file : localPath(import.meta.resolve(`../${file}`));
  return new SharedArray(`rows of ${file}`, () => {
    const text = open(path);
    const rows = /\.json$/i.test(file)
      ? require('../engine/settings/json.js').parseJson(text, file)
      : require('../engine/settings/csv.js').parseCsv(text, file);
    if (!Array.isArray(rows) || rows.length === 0) {
      throw new Error(`${file}: expected a list of rows, found none`);
    }
    return rows;
  });
}

/**
 * Rows in turn: each iteration of the test takes the next row, and starts again after the last. Iterations are
 * counted across all VUs, so two VUs use the same row at the same time only if there are more VUs than rows.
 *
 * @template T
 * @param {readonly T[]} rows
 * @returns {T} the same one for the whole iteration
 * @example const product = rowInTurn(products);
 */
export function rowInTurn(rows) {
  return rows[exec.scenario.iterationInTest % rows.length];
}

/**
 * The row of this VU: VU 1 always takes the first one, VU 2 the second one. With more VUs than rows, VUs share them.
 *
 * @template T
 * @param {readonly T[]} rows
 * @returns {T}
 * @example const { cart } = rowOfVu(carts);
 */
export function rowOfVu(rows) {
  return rows[Math.max(0, exec.vu.idInTest - 1) % rows.length];
}

/**
 * A random row at each call.
 *
 * @template T
 * @param {readonly T[]} rows
 * @returns {T}
 * @example const { term } = randomRow(searches);
 */
export function randomRow(rows) {
  return rows[Math.floor(Math.random() * rows.length)];
}

/**
 * Each row exactly once: for vouchers, or orders to import. Use it with the executor `shared-iterations` and as many
 * iterations as there are rows; with more, the remaining ones get none.
 *
 * @template T
 * @param {readonly T[]} rows
 * @returns {T | undefined} undefined: all rows have been taken
 * @example const voucher = rowOnce(vouchers);
 */
export function rowOnce(rows) {
  return rows[exec.scenario.iterationInTest];
}
