// Reads a file with test users. Once per run.

/** @typedef {import('./users.js').User} User */

/** Names that the column or field with the user may have. */
const USER_NAMES = ['email', 'username', 'user', 'login', 'name'];

/**
 * Parses a list of test users.
 *
 * @param {string} text JSON, `[{"email", "password"}, ...]`, or CSV with a line of names
 * @param {string} file its name, for messages
 * @returns {User[]}
 * @throws when there are no users in it, or a row has no user or password
 * @example parseUsers('email,password\na@example.com,pw\n', 'users.csv')
 */
export function parseUsers(text, file) {
  const rows = /\.json$/i.test(file) ? JSON.parse(text) : parseCsv(text, file);
  if (!Array.isArray(rows) || rows.length === 0) {
    throw new Error(`USERS_FILE=${file}: expected a list of users, found none`);
  }
  return rows.map((row, index) => {
    const name = USER_NAMES.find((candidate) => row[candidate]);
    if (name === undefined || !row.password) {
      throw new Error(
        `USERS_FILE=${file}: user ${index + 1} needs ${USER_NAMES.join(', ')} and password`,
      );
    }
    return { ...row, email: row[name], password: row.password };
  });
}

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
  const [names = [], ...rows] = fieldsOf(text.replace(/^\uFEFF/, ''));
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
 * @returns {string[][]} the fields of each line that is not empty
 */
function fieldsOf(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) {
      throw new Error(
        `CSV: a quote is not closed, or stands inside a field (row ${rows.length + 1})`,
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
