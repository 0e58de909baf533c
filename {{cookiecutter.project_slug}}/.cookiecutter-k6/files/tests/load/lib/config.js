import { SharedArray } from 'k6/data';

/** @typedef {ReturnType<typeof import('../engine/settings/reading.js').readEnvironment>} Environment */

/** What every VU reads, in one element: k6 parses an element anew at each access. */
const ALWAYS = [
  'target',
  'secrets',
  'requestHeaders',
  'API_PREFIX',
  'ALLOW_WRITES',
  'HEALTH_FIELDS',
  'HEALTH_PATHS',
  'HEALTH_STATUSES',
  'HEALTH_STATUS_WORDS',
  'REQUEST_TIMEOUT',
  'THINK_TIME',
];

/**
 * First what every VU reads, then one element per setting, sorted by name. `require` loads the reader of the settings
 * once, not in every VU.
 */
const shared = new SharedArray('settings', () => {
  const settings = Object.entries(require('../engine/settings/reading.js').readEnvironment());
  return [
    Object.fromEntries(settings.filter(([name]) => ALWAYS.includes(name))),
    ...settings
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  ];
});

/**
 * Finds a setting by binary search.
 *
 * @param {string} key
 * @returns {any} undefined if there is no such setting
 */
function find(key) {
  let low = 1;
  let high = shared.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const setting = shared[middle];
    if (setting.name === key) {
      return setting.value;
    }
    if (setting.name < key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return undefined;
}

/**
 * Every setting of engine/settings/table.js, validated and typed: environment, then suite.env, then default.
 *
 * Read once per run and shared. A VU copies a setting on first use: copies of all of them would take a tenth of its
 * memory. So the settings cannot be enumerated.
 *
 * @type {Environment}
 */
export const env = /** @type {Environment} */ (
  new Proxy(/** @type {Record<PropertyKey, any>} */ ({ ...shared[0] }), {
    get: (copies, name) =>
      name in copies || typeof name === 'symbol' ? copies[name] : (copies[name] = find(name)),
    set: () => false,
  })
);

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

// Earlier names, kept for existing scripts. New scripts import them from lib/auth.js and config/thresholds.js.

/**
 * The default headers with a bearer token.
 *
 * @param {string} [token] left out or empty: the default headers alone
 * @returns {Readonly<Record<string, string>>}
 * @example http.get(`${API_URL}/items`, { headers: authHeaders(token) })
 */
export function authHeaders(token) {
  return token
    ? { ...defaultOptions.headers, Authorization: `Bearer ${token}` }
    : defaultOptions.headers;
}

/** @param {'health' | 'api_read' | 'api_write'} row */
const standard = (row) => require('../config/thresholds.js').standardThresholds[row];

/** Thresholds by family of requests. Read when asked for: few scripts do, and every VU would keep them. */
export const standardThresholds = Object.freeze({
  get health() {
    return standard('health');
  },
  get api_read() {
    return standard('api_read');
  },
  get api_write() {
    return standard('api_write');
  },
});
