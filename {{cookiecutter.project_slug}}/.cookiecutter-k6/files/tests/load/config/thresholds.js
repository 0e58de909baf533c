/**
 * Pass/fail criteria: plain k6 thresholds (metric -> expressions), milliseconds.
 *
 * Every test also gets, on top of these: a minimum count per scenario and per endpoint (a threshold
 * without samples passes in k6), and the error and check rates below once more for every single endpoint,
 * so that a red run names the endpoint.
 */

/** @typedef {import('../engine/types/suite.js').Thresholds} Thresholds */

/**
 * The targets every test starts from, as `config.thresholds` of k6.config.js; what stands in the row of a profile
 * or in a journey comes before them, and profiles that overload the service (`heavyProfiles`) do without them.
 * A `{name:...}` threshold applies to the tests that declare that endpoint; `{name:api}` stands for every API
 * endpoint without a target of its own.
 *
 * @satisfies {Thresholds}
 */
export const defaultThresholds = {
  http_req_duration: ['p(95)<500'],
  http_req_failed: ['rate<0.01'],
  checks: ['rate>0.95'],
  'http_req_duration{name:health}': ['p(95)<100'],
  'http_req_duration{name:api}': ['p(95)<500'],
};

/** Targets for a family of requests. */
export const standardThresholds = {
  health: { duration: ['p(95)<100', 'p(99)<200'], failed: ['rate<0.001'] },
  api_read: { duration: ['p(95)<300', 'p(99)<500'], failed: ['rate<0.01'] },
  api_write: { duration: ['p(95)<500', 'p(99)<1000'], failed: ['rate<0.01'] },
};

/** The service comes back after the peak. */
const recovery = {
  'http_req_duration{stage:recovery}': defaultThresholds.http_req_duration,
  'http_req_failed{stage:recovery}': defaultThresholds.http_req_failed,
  'http_reqs{stage:recovery}': ['count>0'],
};

const smoke = { checks: ['rate>0.99'] };

/** The defaults and a limit on the slowest 1 %, also for the metrics that the scenarios feed themselves. */
const load = {
  http_req_duration: [...defaultThresholds.http_req_duration, 'p(99)<1000'],
  error_rate: defaultThresholds.http_req_failed,
  health_duration: defaultThresholds['http_req_duration{name:health}'],
  api_duration: defaultThresholds['http_req_duration{name:api}'],
};

const stress = {
  http_req_duration: ['p(95)<2000'],
  http_req_failed: ['rate<0.10'],
  checks: ['rate>0.80'],
};

const soak = {
  checks: ['rate>0.99'],
  // Requests of the last fifth that are much slower than the same VU's first ones.
  soak_slowdown: ['rate<0.10'],
};

const spike = { ...stress, ...recovery };

/** Ends the run as soon as half of all requests so far have failed; the summary names the step. */
const breakpoint = {
  http_req_failed: [{ threshold: 'rate<0.5', abortOnFail: true, delayAbortEval: '10s' }],
  checks: ['rate>0.5'],
};

const core = { smoke, load, stress, soak, spike, breakpoint };

const desk = {
  http_req_duration: ['p(95)<200', 'p(99)<500'],
  http_req_failed: ['rate<0.01'],
  checks: ['rate>0.95'],
};

/** Answers as they should be, without those that failed fast or late. */
const light = { 'http_req_duration{expected_response:true}': ['p(99)<1500'] };

/**
 * Thresholds by profile set and profile, same names as `config/profiles.js`; what a row does not name is as in
 * `defaultThresholds`.
 *
 * @satisfies {Record<string, Record<string, Thresholds>>}
 */
export const profileThresholds = {
  core,
  'stress-150': core,
  light: {
    ...core,
    smoke: { ...smoke, ...light },
    load: { ...load, ...light },
    soak: { ...soak, ...light },
  },
  saas: {
    ...core,
    stress: { ...stress, http_req_duration: ['p(95)<1000'] },
  },
  extended: {
    ...core,
    stress: { ...stress, http_req_duration: ['p(95)<1000'] },
  },
  cdc: { ...core, baseline: { checks: ['rate>0.95'] } },
  desk: {
    ...core,
    'smoke-ramping': smoke,
    load: { ...load, ...desk },
    stress: { ...stress, http_req_duration: ['p(95)<1000'], http_req_failed: ['rate<0.05'] },
    soak: { ...soak, ...desk },
  },
};

/**
 * Throughput that a profile has to reach, by profile set and profile (requests per second of the whole run). It applies
 * to files in scenarios/ that run the workload of the same name with all of the profile's users and no longer pauses.
 *
 * @satisfies {Record<string, Record<string, Thresholds>>}
 */
export const throughput = {
  desk: {
    load: { http_reqs: ['rate>100'] },
    stress: { http_reqs: ['rate>100'] },
    soak: { http_reqs: ['rate>100'] },
    spike: { http_reqs: ['rate>100'] },
  },
};

/**
 * Service-level objectives, added to any test by `SLO=<name>`. `loadSized` targets apply only to profiles
 * of `loadSizedProfiles`; the rates in them (requests per second) also need enough users with short pauses: 50
 * users who wait four seconds make about 20 a second, whatever the service could do.
 */
export const sloSets = {
  target: {
    thresholds: {
      http_req_duration: ['p(50)<50', 'p(95)<200', 'p(99)<500'],
      http_req_failed: ['rate<0.001'],
    },
    loadSized: { http_reqs: ['rate>1000'] },
  },
  critical: {
    thresholds: {
      http_req_duration: ['p(50)<100', 'p(95)<500', 'p(99)<1000'],
      http_req_failed: ['rate<0.01'],
    },
    loadSized: { http_reqs: ['rate>500'] },
  },
  /** At most one error in a thousand under normal load. */
  strict: {
    thresholds: { http_req_failed: ['rate<0.001'] },
    loadSized: {},
  },
  /** A help desk at work. */
  desk: {
    thresholds: desk,
    loadSized: { http_reqs: ['rate>100'] },
  },
  /** A product with many tenants. Its rate takes several load generators. */
  saas: {
    thresholds: { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.001'] },
    loadSized: { http_reqs: ['rate>10000'] },
  },
};
