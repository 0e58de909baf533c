import { sloSets } from '../../config/thresholds.js';
import { DATABASES, EXAMPLES, parseAddress } from '../features/database/addresses.js'; // @feature sql
import { tiers } from '../../config/tenants.js'; // @feature multi_tenant
import { parseDuration } from './duration.js';
import { parseSocketUrl } from '../features/sockets/socket-settings.js'; // @feature websocket
import { parseHttpUrl } from './url.js';

/**
 * Every setting of the suite, in one table: what it accepts, its default and its meaning.
 * `engine/settings/reading.js` reads them; the README's table is checked against this one.
 *
 * A reader takes the raw text and returns the value, or `undefined` when the text is not accepted.
 *
 * @template T
 * @typedef {object} Setting
 * @property {(raw: string) => T | undefined} read
 * @property {string} accepts what to write, shown in error messages
 * @property {T} fallback the value when nothing is set
 * @property {string} about one line for the documentation
 * @property {boolean} [secret] true: taken from the environment only, never shown
 */

/**
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 */
const text = (fallback, about) => ({ read: (raw) => raw, accepts: 'any text', fallback, about });
// @feature auth {

/**
 * @param {string} about
 * @returns {Setting<string>}
 */
const secret = (about) => ({ ...text('', about), secret: true });
// @feature }

/**
 * @template {number | undefined} F
 * @param {number} min
 * @param {number} max
 * @param {F} fallback
 * @param {string} about
 * @returns {Setting<number | F>}
 */
const integer = (min, max, fallback, about) => ({
  read: (raw) =>
    /^[1-9]\d{0,8}$/.test(raw) && Number(raw) >= min && Number(raw) <= max
      ? Number(raw)
      : undefined,
  accepts: `a whole number from ${min} to ${max}, such as ${Math.max(min, Math.min(10, max))}`,
  fallback,
  about,
});

/**
 * @param {number} min
 * @param {number} max
 * @param {number} fallback
 * @param {string} about
 * @returns {Setting<number>}
 */
const number = (min, max, fallback, about) => ({
  read: (raw) =>
    /^\d{1,9}(\.\d{1,9})?$/.test(raw) && Number(raw) >= min && Number(raw) <= max
      ? Number(raw)
      : undefined,
  accepts: `a number from ${min} to ${max}, such as 0.5`,
  fallback,
  about,
});

/**
 * @template {string | undefined} F
 * @param {F} fallback
 * @param {string} about
 * @returns {Setting<string | F>}
 */
const duration = (fallback, about) => ({
  read: (raw) => (parseDuration(raw) >= 1000 ? raw : undefined),
  accepts: 'a duration with a unit of at least 1s, such as 30s, 5m, 1m30s or 2h',
  fallback,
  about,
});

/**
 * @template {string} C
 * @template {C | undefined} F
 * @param {readonly C[]} choices
 * @param {F} fallback
 * @param {string} about
 * @returns {Setting<C | F>}
 */
const choice = (choices, fallback, about) => ({
  read: (raw) => choices.find((candidate) => candidate === raw),
  accepts: `one of ${choices.join(', ')}`,
  fallback,
  about,
});

/**
 * @param {boolean} fallback
 * @param {string} about
 * @returns {Setting<boolean>}
 */
const flag = (fallback, about) => ({
  read: (raw) => (raw === 'true' ? true : raw === 'false' ? false : undefined),
  accepts: 'true or false',
  fallback,
  about,
});

/**
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 */
const url = (fallback, about) => ({
  read: (raw) => parseHttpUrl(raw)?.href,
  accepts:
    'http:// or https://, a host, optionally a port (1-65535) and a path, such as http://localhost:8000',
  fallback,
  about,
});

/**
 * @param {string} fallback
 * @param {string} about
 * @returns {Setting<string>}
 */
const path = (fallback, about) => ({
  read: (raw) => (/^\/[^\s,]*$/.test(raw) ? raw : undefined),
  accepts: 'a path that starts with /, such as /health',
  fallback,
  about,
});

/**
 * @param {string[]} fallback
 * @param {string} about
 * @param {RegExp} [item] what each entry must match
 * @param {string} [accepts]
 * @returns {Setting<string[]>}
 */
const list = (fallback, about, item = /^\S.*$/, accepts = 'a comma-separated list') => ({
  read: (raw) => {
    const items = raw
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    return items.length > 0 && items.every((entry) => item.test(entry)) ? items : undefined;
  },
  accepts,
  fallback,
  about,
});
// @feature multi_tenant {

const tierNames = Object.keys(tiers);
// @feature }

// @feature sql {
/**
 * The address of a database: it may hold a password.
 *
 * @param {keyof typeof DATABASES} name
 * @param {string} about
 * @returns {Setting<string>}
 */
const store = (name, about) => ({
  read: (raw) => (parseAddress(raw, DATABASES[name]) === null ? undefined : raw),
  accepts:
    `an address of the form ${DATABASES[name].join(':// or ')}://, a host, optionally a port and a database, ` +
    `such as ${EXAMPLES[name]}; a parameter may not name another host`,
  fallback: '',
  about,
  secret: true,
});

// @feature }
export const SETTINGS = {
  PROJECT_NAME: text('Service', 'Name of the service, shown in banners and reports'),
  PROJECT_SLUG: text('service', 'Short name of the service; value of the tag `project`'),
  BACKEND_PORT: integer(1, 65535, 8000, 'Port of the service when `BASE_URL` is not set'),
  BASE_URL: url('', 'Where the service is; default `http://localhost:<BACKEND_PORT>`'),
  API_PREFIX: {
    ...path('', 'Path in front of every API route; `/` means none'),
    /** @param {string} raw */
    read: (raw) => (/^\/[^\s,]*$/.test(raw) ? raw.replace(/\/+$/, '') : undefined),
    accepts: 'a path that starts with /, such as /api/v1; a single / for none',
  },
  HEALTH_PATHS: list(
    [],
    'Health paths from the base, comma-separated; default `<API_PREFIX>/health`',
    /^\/\S*$/,
    'comma-separated paths that start with /, such as /health,/api/v1/health',
  ),
  HEALTH_STATUS_WORDS: list(
    ['healthy', 'ok'],
    "What the health document's `status` may say; `*` accepts any word",
  ),
  READINESS: choice(
    /** @type {const} */ (['health', 'answer']),
    'health',
    'What tells that the service is up: its health documents, or any HTTP answer',
  ),
  OPENAPI_PATH: path('/openapi.json', 'Path of the OpenAPI document from the base'),
  ROOT_PATH: path('/', 'Path of the root page from the base'),

  ENVIRONMENT: text('local', 'Value of the tag `environment`'),
  PROFILE_SET: text('core', 'Which set of profiles is active (`config/profiles.js`)'),
  PROFILE: text('', 'Which profile of the set to run; default: the one the script brings'),
  VUS: integer(
    1,
    100000,
    undefined,
    'Virtual users at the peak; every stage scales in proportion, to one user at least',
  ),
  DURATION: duration(
    undefined,
    'Length of every hold; a profile without holds lasts this long in all',
  ),
  TIME_SCALE: number(
    0.001,
    100,
    1,
    'Stretches every stage that `DURATION` does not set; 0.05 rehearses a profile 20 times faster',
  ),
  THINK_TIME: number(0, 10, 1, 'Multiplies every pause between requests; 0 removes them'),
  SLO: choice(
    /** @type {(keyof typeof sloSets)[]} */ (Object.keys(sloSets)),
    undefined,
    'Adds a set of service-level thresholds (`config/thresholds.js`)',
  ),
  THRESHOLDS: text(
    '',
    'Replaces thresholds for this run: `metric=expression`, several separated by `;`',
  ),
  SEGMENT: {
    ...text('', 'The part of the run that this k6 has, such as `1/4`; set by the wrapper'),
    /** @param {string} raw */
    read: (raw) => {
      const [, index, of] = /^(\*|[1-9]\d{0,2})\/([2-9]|[1-9]\d{1,2})$/.exec(raw) ?? [];
      return of !== undefined && (index === '*' || Number(index) <= Number(of)) ? raw : undefined;
    },
    accepts: 'part/parts, such as 1/4, or */4 where something else deals the parts out',
  },
  REQUEST_TIMEOUT: duration('30s', 'Longest wait for one response'),

  ALLOWED_HOSTS: list([], 'Hosts that may be loaded without confirmation: exact or `*.suffix`'),
  ALLOW_REMOTE: flag(false, 'With `CONFIRM_TARGET`: allows one host that is not listed'),
  CONFIRM_TARGET: text('', 'The host you mean to load, spelled out'),
  ALLOW_HEAVY: flag(
    false,
    'Allows stress, spike and breakpoint, and lifts the caps, off this machine',
  ),
  ALLOW_WRITES: flag(false, 'Allows requests that change data, off this machine'),
  MAX_REMOTE_VUS: integer(1, 100000, 100, 'Most virtual users against a host that is not local'),
  MAX_REMOTE_RATE: integer(
    1,
    100_000,
    100,
    'Most arrivals a second against a host that is not local, of loads that are given as a rate',
  ),
  MAX_REMOTE_DURATION: duration('1h', 'Longest run against a host that is not local'),
  INSECURE_SKIP_TLS_VERIFY: flag(false, 'Accepts any TLS certificate; announced in the log'),

  START_COMMAND: text('', 'Wrapper only: command that starts the service when it does not answer'),
  START_DIR: text('.', 'Wrapper only: folder the command runs in, relative to the project'),
  START_TIMEOUT: duration('60s', 'Wrapper only: longest wait for a service it started'),
  WAIT_TIMEOUT: duration('30s', 'Longest wait for the service to become healthy before a run'),
  // @feature auth {

  AUTH_MODE: choice(
    /** @type {const} */ (['none', 'api-key', 'login']),
    'none',
    'How requests prove who they are',
  ),
  API_KEY: secret('Key sent as a bearer token when `AUTH_MODE=api-key`'),
  LOGIN_PATH: path('/auth/login', 'Login route below `API_PREFIX`'),
  REFRESH_PATH: path('/auth/refresh', 'Token renewal route below `API_PREFIX`'),
  ME_PATH: path('/user/me', 'Route below `API_PREFIX` that says who is logged in'), // @feature login
  TEST_USER_EMAIL: text('', 'Logs in as this user instead of those in `data/users.json`'),
  TEST_USER_PASSWORD: secret('Password of the test users, instead of those in `data/users.json`'),
  RESOURCE_PATH: path(
    '/items',
    'Protected resource below `API_PREFIX` that api-authenticated uses',
  ),
  // @feature }
  // @feature resources {

  RESOURCES: list([], 'Rows of `config/resources.js` that the test `resources` runs; default: all'),
  // @feature }
  // @feature workloads {
  WORKLOAD: text('core', 'What the profiles do: core (`workload.js`) or a file of `workloads/`'),
  // @feature }
  // @feature sql {

  DATABASE_URL: store('DATABASE_URL', 'Database that is tested, or whose changes are captured'),
  // @feature cdc {
  MONGODB_URL: store('MONGODB_URL', 'Where the pipeline ends, with the name of the database'),
  READ_URL: store('READ_URL', 'The same when it is an API or another PostgreSQL'),
  CDC_READ: choice(
    /** @type {const} */ (['mongodb', 'http', 'sql']),
    'mongodb',
    'What the pipeline ends in; chooses the row of `readSides` in `config/cdc.js`',
  ),
  CDC_DRAIN: duration(
    '30s',
    'Longest wait at the end of a run until the pipeline has caught up; what is not there then is lost',
  ),
  // @feature }
  // @feature }
  // @feature websocket {

  WS_PROTOCOL: choice(
    /** @type {const} */ (['raw', 'socketio']),
    'raw',
    'What is spoken on sockets; chooses the row of `config/sockets.js`',
  ),
  WS_URL: {
    ...text(
      '',
      'Where the sockets are; default `BASE_URL` as ws:// or wss://, followed by `WS_PATH`',
    ),
    /** @param {string} raw */
    read: (raw) => parseSocketUrl(raw)?.href,
    accepts:
      'ws:// or wss://, a host, optionally a port and a path, such as ws://localhost:8000/ws',
  },
  WS_PATH: path(
    '',
    'Path of the sockets from the base; default by protocol, `/ws` or `/socket.io/`',
  ),
  WS_NAMESPACE: path('/', 'Namespace of Socket.IO'),
  WS_CHANNELS: list([], 'Channels that sockets subscribe to in turn; default by protocol'),
  WS_SOCKETS: integer(1, 10000, 1, 'Sockets per virtual user'),
  WS_SESSION: duration(undefined, 'How long a socket stays open; default by protocol, 30s or 60s'),
  WS_TOKEN_IN: choice(
    /** @type {const} */ (['query', 'header', 'message']),
    'query',
    'Where a socket carries the token: `?token=`, a bearer header, or the connect packet of Socket.IO',
  ),
  // @feature }
  // @feature multi_tenant {

  TIER: choice(
    tierNames,
    undefined,
    'Tenant whose credentials requests carry (`config/tenants.js`); default: the last row, `rate-limit`: the first',
  ),
  TIERS: list(
    [],
    'Tiers that the test `tiers` loads, comma-separated; default: those that one machine can load',
    /^\w+$/,
    'comma-separated names of config/tenants.js, such as free,starter',
  ),
  TIER_KEY: {
    ...list(
      [],
      'Key of each tier, `tier=key,tier=key`, sent as bearer token',
      /^\w+=\S+$/,
      'comma-separated tier=key, such as free=k1,starter=k2',
    ),
    secret: true,
  },
  TIER_LOAD: choice(
    /** @type {const} */ (['users', 'rate']),
    'users',
    "What `tiers` keeps constant: each tier's users, or its requests per second",
  ),
  NOISY_TIER: choice(tierNames, tierNames[0], 'Tier that bothers the others in the test `tiers`'),
  RATE_LIMIT: integer(
    1,
    1_000_000,
    undefined,
    'Requests that the tier `TIER` may make in a window; default: its row in `config/tenants.js`',
  ),
  RATE_LIMIT_WINDOW: duration(
    undefined,
    "Window of the limit; default: what the service's headers tell, else the tier's row",
  ),
  RATE_LIMIT_TOLERANCE: number(
    0.01,
    1,
    0.1,
    'Share by which a limit may be off, and its recovery late',
  ),
  FLASH_SALE_PRODUCT: text('flash-sale-product-001', 'Product that the test `flash-sale` buys'),
  FLASH_SALE_STOCK: integer(
    1,
    999_999_999,
    undefined,
    'Stock to set before the sale; default: what is there',
  ),
  FLASH_SALE_FIELD: text('stock', 'Field of `GET /inventory/{id}` that tells the stock'),
  METRICS_URL: text(
    '/metrics',
    'Where the service tells its memory: a path below `API_PREFIX`, or a whole URL, asked without credentials',
  ),
  MEMORY_FIELD: text(
    '',
    'Figure that is the memory, in MB unless its name ends with bytes, kb or gb; default ' +
      '`process.memory_usage_mb` (JSON) or `process_resident_memory_bytes` (Prometheus)',
  ),
  MEMORY_LIMIT: number(0.1, 1_000_000, 30, 'MB an hour by which the memory may grow for sure'),
  WARM_UP: number(0, 0.9, 0.25, 'Share of the run that is no part of the trend of the memory'),
  RATE_FROM: integer(1, 100_000, 10, 'Requests a second that `breaking-point` begins with'),
  RATE_TO: integer(2, 100_000, 1000, 'Requests a second that `breaking-point` ends with'),
  RATE_GROWTH: number(
    1.01,
    4,
    1.1,
    'Each step of `breaking-point` is this many times the one before',
  ),
  KNEE_P95: integer(1, 60_000, 500, 'Milliseconds within which 95 % of the requests are answered'),
  BULK_ROWS: integer(1, 100_000, 100, 'Rows in one request of `bulk-import`'),
  DATA_SEED: integer(1, 999_999_999, 1, 'Which test data is made; the same number, the same rows'),
  REPORT_WITHIN: duration('30s', 'Longest wait for a report of the test `reports`'),
  // @feature }

  TIMELINE: flag(true, 'Wrapper only: records figures over time for the report'),
  BASELINE: {
    ...text('', 'Compares with `baselines/<name>.json`; set by the wrapper for `--compare`'),
    /** @param {string} raw */
    read: (raw) => (/^\w[\w.-]*$/.test(raw) ? raw : undefined),
    accepts: 'the name of a file in baselines/, without .json',
  },

  // @feature openapi {
  OPENAPI_INCLUDE: list(
    [],
    'Operations the openapi test sends: `tag:NAME`, `method:GET`, names or ids with `*`, comma-separated; default all',
  ),
  OPENAPI_EXCLUDE: list([], 'Operations the openapi test leaves out, written the same way'),
  OPENAPI_WRITES: choice(
    /** @type {const} */ (['smoke', 'always', 'never']),
    'smoke',
    'When the openapi test sends operations that change data; off this machine also `ALLOW_WRITES`',
  ),
  OPENAPI_OPTIONAL: number(
    0,
    1,
    0,
    'Share of the optional properties and parameters that the openapi test sends',
  ),
  OPENAPI_KEY: {
    ...text(
      '',
      'Credential for every security scheme of the document without variables of its own',
    ),
    secret: true,
  },
  OPENAPI_SEED: integer(
    1,
    999_999_999,
    undefined,
    'Repeats the values of an earlier openapi run; default: other ones each time',
  ),

  // @feature }
  RESULTS_DIR: text('', 'Folder of the summary; default `tests/load/results`'),
  RUN_ID: text('', 'Names this run in tags, files and test data; set by the wrapper'),
  GIT_COMMIT: text('', 'Commit of the project, for the summary; set by the wrapper'),
  RUN_K6_VERSION: text('', 'Version of k6, for the summary; set by the wrapper'),
};
