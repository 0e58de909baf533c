/** A number as databases write it: a leading zero makes it a text, such as a postal code. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/**
 * Compares values of a row with those of a document: numbers by value, everything else as text.
 *
 * @param {Record<string, any>} row
 * @param {Record<string, any>} document
 * @returns {string[]} one sentence per column that differs
 * @example differences({ total: '12.50' }, { total: 13 }) // ["total is '13' instead of '12.50'"]
 */
export function differences(row, document) {
  const found = [];
  for (const column of Object.keys(row)) {
    if (!isSame(row[column], document[column])) {
      found.push(`${column} is '${document[column]}' instead of '${row[column]}'`);
    }
  }
  return found;
}

/**
 * @param {unknown} written
 * @param {unknown} read
 * @returns {boolean}
 */
function isSame(written, read) {
  const [a, b] = [String(written ?? ''), String(read ?? '')];
  return a === b || (NUMBER.test(a) && NUMBER.test(b) && Number(a) === Number(b));
}
