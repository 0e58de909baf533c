// The users that virtual users log in as.

import { SharedArray } from 'k6/data';
import { DEFAULT_PASSWORD, env } from '../../lib/config.js';
import { localPath } from '../settings/paths.js';

/** @typedef {{ email: string, password: string }} User */

const file = env.USERS_FILE;

/** Where a run begins with `USERS_BY=hash`: runs at the same time, and those of one day, then take different users. */
const start = env.USERS_BY === 'hash' ? hashOf(env.RUN_ID || String(Date.now())) : 0;

/**
 * @param {string} text
 * @returns {number} FNV-1a, 32 bits
 */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

const execution = env.USERS_BY === 'turn' ? require('k6/execution') : undefined;

/**
 * @returns {number} place in the list of the user that is to log in now; set-up takes the first one
 */
const place =
  execution === undefined
    ? () => start + Math.max(0, __VU - 1)
    : () => (__VU === 0 ? 0 : execution.scenario.iterationInTest);

/** @returns {User[]} */
const readUsers = () => {
  const isAbsolute = /^([A-Za-z]:)?[\\/]/.test(file);
  const path = isAbsolute ? file : localPath(import.meta.resolve(`../../${file}`));
  return require('./read-users.js').parseUsers(open(path), file);
};

/** One copy for all VUs; empty when nobody logs in as one of them. */
const users = new SharedArray('users', () => (env.TEST_USER_EMAIL ? [] : readUsers()));

/** A file that is kept out of the repository may hold real passwords. */
const isSecretFile = /\.secret\.(csv|json)$/.test(file);

/** Whether the password that was given is no secret. Asked once: each request needs it, and users may be many. */
const isPublished =
  !env.target.isLocal &&
  new SharedArray('published password', () => [
    [
      DEFAULT_PASSWORD,
      ...(isSecretFile ? [] : readUsers().map(({ password }) => password)),
    ].includes(env.TEST_USER_PASSWORD),
  ])[0];

/** @type {{ at: number, user: User }} */
const last = { at: -1, user: { email: '', password: '' } };

/**
 * The test user of the calling VU: distinct as long as there are enough in USERS_FILE.
 *
 * @returns {User}
 * @throws when the password is a published one and the target is not local
 * @example const user = currentUser();
 */
export function currentUser() {
  const at = place();
  if (last.at !== at) {
    // A copy for each request would be costly.
    Object.assign(last, { at, user: userAt(at) });
  }
  return last.user;
}

/**
 * @param {number} at
 * @returns {User}
 */
function userAt(at) {
  const listed = /** @type {User} */ (users[at % users.length]);
  const user = {
    email: env.TEST_USER_EMAIL || listed.email,
    password: env.TEST_USER_PASSWORD || listed?.password || DEFAULT_PASSWORD,
  };
  if (!env.target.isLocal && !env.TEST_USER_PASSWORD && !(isSecretFile && listed)) {
    throw new Error(
      `TEST_USER_PASSWORD is not set: the passwords in ${file} are for local targets only. ` +
        'Run: export TEST_USER_EMAIL=... TEST_USER_PASSWORD=... ' +
        'or keep the users in a file that git ignores: USERS_FILE=data/users.secret.csv',
    );
  }
  if (isPublished) {
    throw new Error(
      `TEST_USER_PASSWORD: a password that stands in ${file} or comes with the suite is for local targets ` +
        'only. Give the test users of the service another one and run: export TEST_USER_PASSWORD=...',
    );
  }
  return user;
}
