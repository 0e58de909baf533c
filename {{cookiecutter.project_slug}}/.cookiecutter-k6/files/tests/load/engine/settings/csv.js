// Tables in CSV. Once per run.

import { complete } from './json.js';

/**
 * Parses CSV as spreadsheets write it: commas, quotes, a line of names.
 *
 * @param {string} text
 * @param {string} file its name, for messages
 * @returns {Record<string, string>[]}
 * @throws when a row has more or fewer fields than there are names
 * @example parseCsv('a,b\n1,"x, y"\n', 'rows.csv') // [{ a: '1', b: 'x, y' }]
 */
export function parseCsv(text, file) {
  const [names = [], ...rows] = fieldsOf(complete(text, file).replace(/^\uFEFF/, ''), file);
  return rows.map((row, index) => {
    if (row.length !== names.length) {
      throw new Error(
        `${file}, row ${index + 2}: ${row.length} fields, but the first line names ${names.length}`,
      );
    }
    return Object.fromEntries(names.map((name, column) => [name.trim(), row[column]]));
  });
}

/**
 * @param {string} text
 * @param {string} file
 * @returns {string[][]} the fields of each line that is not empty
 */
function fieldsOf(text, file) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) {
      throw new Error(
        `${file}, row ${rows.length + 1}: a quote is not closed, or is inside an unquoted field`,
      );
    }
    row.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
    if (match[3] !== ',') {
      if (row.length > 1 || row[0] !== '') {
        rows.push(row);
      }
      row = [];
    }
  }
  return rows;
}
