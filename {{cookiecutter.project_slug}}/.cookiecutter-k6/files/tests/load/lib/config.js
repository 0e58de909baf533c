import { SharedArray } from 'k6/data';

/** @typedef {ReturnType<typeof import('../engine/settings/reading.js').readEnvironment>} Environment */

/**
 * Every setting of engine/settings/table.js, validated and typed: environment, then suite.env, then default.
 *
 * Read once per run and shared: k6 gives each VU its own copy of every module, and a thousand VUs should not
 * carry a thousand settings tables. `require` instead of `import` for the same reason.
 *
 * @type {Environment}
 */
export const env = new SharedArray('settings', () => [
  require('../engine/settings/reading.js').readEnvironment(),
])[0];

/** Base of every URL, without a trailing slash: `http://localhost:8000`. May hold credentials. */
export const BASE_URL = env.target.href;

/** Path in front of every API route: `/api/v1`, or an empty string. */
export const API_PREFIX = env.API_PREFIX;

/** `BASE_URL` followed by `API_PREFIX`. */
export const API_URL = `${BASE_URL}${API_PREFIX}`;

/** Health paths from the base; the first is the one the health journey measures. */
export const HEALTH_PATHS = env.HEALTH_PATHS;

/** Whether requests may change data: always on a local target, elsewhere only when asked for. */
export const writesAllowed = env.target.isLocal || env.ALLOW_WRITES;

/** Password of the users that come with the suite; refused anywhere but on a local target. */
export const DEFAULT_PASSWORD = 'loadtest123';

/** Headers and time limit that every request starts from. */
export const defaultOptions = Object.freeze({
  headers: Object.freeze({
    'Content-Type': 'application/json',
    Accept: 'application/json',
    ...env.requestHeaders,
  }),
  timeout: env.REQUEST_TIMEOUT,
});
