import { auth } from './auth.js';
import { HEALTH_PRESETS } from './health.js';
import {
  choice,
  duration,
  flag,
  headers,
  integer,
  limits,
  list,
  number,
  pairs,
  path,
  secret,
  secretHeaders,
  text,
  url,
} from './kinds.js';
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
  HEALTH_PRESET: choice(
    Object.keys(HEALTH_PRESETS),
    undefined,
    'Health paths and words of a well-known stack; the settings below take precedence',
  ),
  HEALTH_PATHS: list(
    [],
    'Health paths from the base, comma-separated; default `<API_PREFIX>/health`',
    /^\/\S*$/,
    'comma-separated paths that start with /, such as /health,/api/v1/health',
  ),
  HEALTH_STATUSES: list(
    ['2xx'],
    'Statuses that count as healthy; the words are looked at in 2xx responses only',
    /^[1-5](\d\d|xx)$/,
    'comma-separated statuses or classes, such as 2xx or 200,204,401',
  ),
  HEALTH_STATUS_WORDS: list(
    [],
    'Words that count as healthy, in a field of a JSON document or as the whole text, in any case; default `healthy,ok,up,pass,alive,ready,true`; `empty` accepts a response without a body, `*` any response',
  ),
  HEALTH_FIELDS: list(
    ['status', 'health', 'healthy'],
    'Fields of a JSON health document that may hold the word; the first one present counts',
    /^[^\s,]+$/,
    'comma-separated fields, such as status or checks.0.state',
  ),
  READINESS: choice(
    /** @type {const} */ (['health', 'answer', 'tcp', 'none']),
    'health',
    'How readiness is determined: `health` requests the health paths, `answer` accepts any HTTP response, `tcp` an open port, `none` does not wait',
  ),
  OPENAPI_PATH: path(
    '/openapi.json',
    'Path of the OpenAPI document from the base; a run leaves it out if there is none, `/none` stops asking',
  ),
  ROOT_PATH: path('/', 'Path of the root page from the base'),
  REQUEST_TIMEOUT: duration('30s', 'Longest wait for one response'),
};

const requests = {
  HEADERS: headers('Headers of every request, `Name: value`, several separated by `|`'),
  SECRET_HEADERS: secretHeaders('The same for headers that hold secrets, such as gateway tokens'),
  HOST_HEADER: text('', 'Value of the header `Host`, if it differs from the host in `BASE_URL`'),
  HOSTS: pairs(
    'Addresses of host names that do not resolve: `name=address`, comma-separated',
    'name=address, comma-separated, such as api.example.com=127.0.0.1:8443',
  ),
  CLIENT_CERT: text('', 'PEM file with the client certificate, absolute or relative to tests/load'),
  CLIENT_KEY: text('', 'PEM file with its private key; default: it is in `CLIENT_CERT`'),
  CLIENT_KEY_PASSWORD: secret('Password of the private key'),
  INSECURE_SKIP_TLS_VERIFY: flag(false, 'Accepts any TLS certificate; announced in the log'),
};

const load = {
  ENVIRONMENT: text('local', 'Value of the tag `environment`'),
  PROFILE_SET: text('core', 'Active set of profiles (`config/profiles.js`)'),
  PROFILE: text('', 'Profile of the set to run; default: the one the script brings'),
  WORKLOAD: {
    ...text(
      '',
      'What the profiles do: files of `workloads/`, or tests in `scripts/` that export a `journey`, comma-separated; `core` for `workload.js` alone; default: your own journeys, else those of an option, else `core`',
    ),
    /** @param {string} raw */
    read: (raw) => (/^\w[\w-]*(,\w[\w-]*)*$/.test(raw) ? raw : undefined),
    accepts: 'names of files in workloads/ or scripts/ without extension, comma-separated, or core',
  },
  VUS: integer(
    1,
    100000,
    undefined,
    'Virtual users at the peak; every stage scales in proportion, to at least one',
  ),
  RATE: integer(
    1,
    100000,
    undefined,
    'Iterations per second at the peak, instead of keeping a number of VUs; `VUS` is then the most VUs',
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
  CONFIRM_TARGET: list([], 'The hosts you mean to load, spelled out'),
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

const wrapper = {
  ALL_TESTS: text(
    '',
    'Wrapper only: the tests that `all` runs, comma-separated; default every test',
  ),
  START_COMMAND: text('', 'Wrapper only: command that starts the service if it does not answer'),
  START_DIR: text('.', 'Wrapper only: folder the command runs in, relative to the project'),
  START_TIMEOUT: duration('60s', 'Wrapper only: longest wait for a service it started'),
  WAIT_TIMEOUT: duration('30s', 'Longest wait for the service to become healthy before a run'),
  TIMELINE: flag(true, 'Records metrics over time for the report'),
  RESULTS_DIR: text('', 'Folder of the summary; default `tests/load/results`'),
  KEEP_RUNS: integer(
    1,
    100_000,
    undefined,
    'Wrapper only: most runs in the results folder; after a run, the oldest that nobody named are removed; default all',
  ),
  RUN_ID: text('', 'Names this run in tags, files and test data; set by the wrapper'),
  GIT_COMMIT: text('', 'Commit of the project, for the summary; set by the wrapper'),
  RUN_K6_VERSION: text('', 'Version of k6, for the summary; set by the wrapper'),
  GENERATOR_LIMITS: limits(
    ['descriptors', 'processes', 'ports', 'conntrack', 'memory', 'space', 'cores'],
    'What this machine has for the load: file descriptors, processes, local ports, tracked connections, free memory and address space (MB), cores; measured by the wrapper',
  ),
};

/** The settings by topic, as docs/settings.md shows them. */
export const GROUPS = {
  'The service': service,
  'Every request': requests,
  'The load': load,
  'Pass/fail criteria': criteria,
  Safety: safety,
  Authentication: auth,
  'The run': wrapper,
};

/** Every setting of the engine by name. */
export const SETTINGS = {
  ...service,
  ...requests,
  ...load,
  ...criteria,
  ...safety,
  ...auth,
  ...wrapper,
};
