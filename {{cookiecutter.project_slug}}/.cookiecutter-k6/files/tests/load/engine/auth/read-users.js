// Reads a file with test users. Once per run.

import { parseCsv } from '../settings/csv.js';
import { parseJson } from '../settings/json.js';

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
  const rows = /\.json$/i.test(file) ? parseJson(text, file) : parseCsv(text, file);
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
