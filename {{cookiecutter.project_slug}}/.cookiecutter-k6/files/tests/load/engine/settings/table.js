import { choice, duration, flag, integer, list, number, path, secret, text, url } from './kinds.js';
import { sloSets } from './user-files.js';

// Every setting of the suite, in groups: what it accepts, its default and its meaning. `reading.js` reads them,
// docs/settings.md lists them. Features bring settings of their own: engine/features/NAME/settings.js.

const service = {
  PROJECT_NAME: text('Service', 'Name of the service, shown in banners and reports'),
  PROJECT_SLUG: text('service', 'Short name of the service; the value of the tag `project`'),
  BACKEND_PORT: integer(1, 65535, 8000, 'Port of the service when `BASE_URL` is not set'),
  BASE_URL: url('', 'Address of the service; default `http://localhost:<BACKEND_PORT>`'),
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
    'Values of `status` in the health document that count as healthy; `*` accepts any word',
  ),
  READINESS: choice(
    /** @type {const} */ (['health', 'answer']),
    'health',
    'How readiness is determined: `health` asks the health paths, `answer` accepts any HTTP response',
  ),
  OPENAPI_PATH: path('/openapi.json', 'Path of the OpenAPI document from the base'),
  ROOT_PATH: path('/', 'Path of the root page from the base'),
  REQUEST_TIMEOUT: duration('30s', 'Longest wait for one response'),
  INSECURE_SKIP_TLS_VERIFY: flag(false, 'Accepts any TLS certificate; announced in the log'),
};

const load = {
  ENVIRONMENT: text('local', 'Value of the tag `environment`'),
  PROFILE_SET: text('core', 'Active set of profiles (`config/profiles.js`)'),
  PROFILE: text('', 'Profile of the set to run; default: the one the script brings'),
  WORKLOAD: {
    ...text('core', 'What the profiles do: `core` (`workload.js`) or a file of `workloads/`'),
    /** @param {string} raw */
    read: (raw) => (/^\w[\w-]*$/.test(raw) ? raw : undefined),
    accepts: 'core, or the name of a file in workloads/ without .js',
  },
  VUS: integer(
    1,
    100000,
    undefined,
    'Virtual users at the peak; every stage scales in proportion, to at least one',
  ),
  DURATION: duration(undefined, 'Length of every hold; total duration if the profile has no hold'),
  TIME_SCALE: number(
    0.001,
    100,
    1,
    'Stretches every stage that `DURATION` does not set; 0.05 rehearses a profile 20 times faster',
  ),
  THINK_TIME: number(0, 10, 1, 'Multiplies every pause between requests; 0 removes them'),
  SEGMENT: {
    ...text('', 'Share of the run executed here, such as `1/4`; set by the wrapper'),
    /** @param {string} raw */
    read: (raw) => {
      const [, index, of] = /^(\*|[1-9]\d{0,2})\/([2-9]|[1-9]\d{1,2})$/.exec(raw) ?? [];
      return of !== undefined && (index === '*' || Number(index) <= Number(of)) ? raw : undefined;
    },
    accepts: 'part/parts, such as 1/4, or */4 where something else assigns the parts',
  },
};

const criteria = {
  SLO: choice(
    /** @type {(keyof typeof sloSets)[]} */ (Object.keys(sloSets)),
    undefined,
    'Adds a set of service-level thresholds (`config/thresholds.js`)',
  ),
  THRESHOLDS: text(
    '',
    'Replaces thresholds for this run: `metric=expression`, several separated by `;`',
  ),
  BASELINE: {
    ...text('', 'Compares with `baselines/<name>.json`; set by the wrapper for `--compare`'),
    /** @param {string} raw */
    read: (raw) => (/^\w[\w.-]*$/.test(raw) ? raw : undefined),
    accepts: 'the name of a file in baselines/, without .json',
  },
};

const safety = {
  ALLOWED_HOSTS: list([], 'Hosts that may be loaded without confirmation: exact or `*.suffix`'),
  ALLOW_REMOTE: flag(false, 'With `CONFIRM_TARGET`: allows one host that is not listed'),
  CONFIRM_TARGET: text('', 'The host you mean to load, spelled out'),
  ALLOW_HEAVY: flag(
    false,
    'Allows stress, spike and breakpoint, and lifts the caps, for hosts that are not local',
  ),
  ALLOW_WRITES: flag(false, 'Allows requests that change data on hosts that are not local'),
  MAX_REMOTE_VUS: integer(
    1,
    100000,
    100,
    'Maximum number of virtual users against a host that is not local',
  ),
  MAX_REMOTE_RATE: integer(
    1,
    100_000,
    100,
    'Maximum arrival rate per second against a host that is not local',
  ),
  MAX_REMOTE_DURATION: duration('1h', 'Maximum duration against a host that is not local'),
};

const auth = {
  AUTH_MODE: choice(
    /** @type {const} */ (['none', 'api-key', 'login']),
    'none',
    'How requests authenticate',
  ),
  API_KEY: secret('Key sent as a bearer token when `AUTH_MODE=api-key`'),
  LOGIN_PATH: path('/auth/login', 'Login route below `API_PREFIX`'),
  REFRESH_PATH: path('/auth/refresh', 'Token renewal route below `API_PREFIX`'),
  ME_PATH: path('/user/me', 'Route below `API_PREFIX` that returns the current user'),
  TEST_USER_EMAIL: text('', 'Logs in as this user instead of those in `data/users.json`'),
  TEST_USER_PASSWORD: secret('Password of the test users, instead of those in `data/users.json`'),
  RESOURCE_PATH: path('/items', 'Protected resource below `API_PREFIX`, for api-authenticated'),
};

const wrapper = {
  ALL_TESTS: text(
    '',
    'Wrapper only: the tests that `all` runs, comma-separated; default every test',
  ),
  START_COMMAND: text('', 'Wrapper only: command that starts the service if it does not answer'),
  START_DIR: text('.', 'Wrapper only: folder the command runs in, relative to the project'),
  START_TIMEOUT: duration('60s', 'Wrapper only: longest wait for a service it started'),
  WAIT_TIMEOUT: duration('30s', 'Longest wait for the service to become healthy before a run'),
  TIMELINE: flag(true, 'Wrapper only: records metrics over time for the report'),
  RESULTS_DIR: text('', 'Folder of the summary; default `tests/load/results`'),
  RUN_ID: text('', 'Names this run in tags, files and test data; set by the wrapper'),
  GIT_COMMIT: text('', 'Commit of the project, for the summary; set by the wrapper'),
  RUN_K6_VERSION: text('', 'Version of k6, for the summary; set by the wrapper'),
};

/** The settings by topic, as docs/settings.md shows them. */
export const GROUPS = {
  'The service': service,
  'The load': load,
  'Pass/fail criteria': criteria,
  Safety: safety,
  Authentication: auth,
  'The run': wrapper,
};

/** Every setting of the engine by name. */
export const SETTINGS = { ...service, ...load, ...criteria, ...safety, ...auth, ...wrapper };
