// Which thresholds a test has to meet, before they are expanded per endpoint.

import { env } from '../../lib/config.js';
import { hooksOf } from '../features/registry.js';
import {
  heavyProfiles,
  loadSizedProfiles,
  profileThresholds,
  sloSets,
  standardThresholds,
  throughput,
  userConfig,
} from '../settings/user-files.js';
import { peakVus } from './profiles.js';
import { addThresholds, isMisspelt, parseOverrides } from './thresholds.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */

const { config, getScenarioConfig } = userConfig();
const features = hooksOf('plan');

/**
 * @param {string | undefined} profile
 * @returns {boolean} whether the profile is meant to overload the service
 * @example isHeavy('stress') // true
 */
export function isHeavy(profile) {
  return profile !== undefined && heavyProfiles.includes(profile);
}

/**
 * Merges the pass/fail criteria of a test. It starts from the defaults; the profile's thresholds replace them,
 * and the test's own, which are stricter than those of an ordinary profile, replace both. A profile that is
 * meant to overload the service replaces them all.
 *
 * @param {TestSpec} spec
 * @param {string | undefined} profile
 * @param {number} [vus] at the peak of this run
 * @returns {Thresholds}
 * @throws when THRESHOLDS names a metric that k6 does not have
 * @example targetsOf(spec, 'load').http_req_failed // ['rate<0.01']
 */
export function targetsOf(spec, profile, vus = 0) {
  const set = /** @type {Record<string, Record<string, Thresholds>>} */ (profileThresholds)[
    env.PROFILE_SET
  ];
  const byProfile = profile === undefined ? undefined : set?.[profile];
  const base = isHeavy(profile)
    ? (byProfile ?? config.thresholds)
    : { ...config.thresholds, ...byProfile, ...ownTargets(spec) };
  const slo = env.SLO === undefined ? undefined : sloSets[env.SLO];
  const loadSized = profile !== undefined && loadSizedProfiles.includes(profile);
  return {
    ...addThresholds(
      addThresholds(base, { ...slo?.thresholds, ...(loadSized ? slo?.loadSized : {}) }),
      throughputOf(spec, profile, vus),
    ),
    ...overrides(),
  };
}

/**
 * @param {TestSpec} spec
 * @param {string | undefined} profile
 * @param {number} vus at the peak of this run
 * @returns {Thresholds} on the number of requests; none for other workloads, fewer users or longer pauses
 */
function throughputOf(spec, profile, vus) {
  if (profile === undefined || spec.profile === undefined || env.RATE !== undefined) {
    return {};
  }
  const rows = /** @type {Record<string, Record<string, Thresholds>>} */ (throughput);
  const isWhole =
    env.WORKLOAD === env.PROFILE_SET &&
    vus >= peakVus(getScenarioConfig(profile)) &&
    env.THINK_TIME <= 1;
  return isWhole ? (rows[env.PROFILE_SET]?.[profile] ?? {}) : {};
}

/**
 * Leaves out what this test cannot measure: a test without endpoints sends no requests.
 *
 * @param {TestSpec} spec
 * @param {Thresholds} targets
 * @returns {Thresholds}
 * @example measurable({ ...spec, endpoints: [] }, { http_req_failed: ['rate<0.01'] }) // {}
 */
export function measurable(spec, targets) {
  const meant = { ...targets, ...narrowed(spec.overall, targets, overrides()) };
  return Object.fromEntries(
    Object.entries(meant).filter(([metric]) => {
      const fed = features.map(({ feeds }) => feeds?.(spec, metric)).find((is) => is !== undefined);
      return fed ?? (spec.endpoints.length > 0 || !metric.startsWith('http_'));
    }),
  );
}

/** Limits on the duration of all responses, of those in one load step, and of the expected ones. */
const OVERALL = /^http_req_duration(?:\{((?:stage|expected_response):[^,}]+)\})?$/;

/**
 * Applies limits on the duration of all responses to one kind of endpoint only. In a mix with reports that may
 * take seconds they would measure how many of the requests were reports. Those of THRESHOLDS stay as they are.
 *
 * @param {string | undefined} kind undefined: nothing changes
 * @param {Thresholds} thresholds
 * @param {Thresholds} asked what THRESHOLDS asks for
 * @returns {Thresholds} those that change
 * @example narrowed('api', { http_req_duration: ['p(95)<500'] }, {})
 *   // { http_req_duration: [], 'http_req_duration{kind:api}': ['p(95)<500'] }
 */
export function narrowed(kind, thresholds, asked) {
  /** @type {Thresholds} */
  const changed = {};
  for (const [key, expressions] of Object.entries(kind === undefined ? {} : thresholds)) {
    const match = OVERALL.exec(key);
    if (match && asked[key] === undefined) {
      const narrow = `http_req_duration{${match[1] ? `${match[1]},` : ''}kind:${kind}}`;
      changed[key] = [];
      changed[narrow] = thresholds[narrow] ?? expressions;
    }
  }
  return changed;
}

/**
 * The thresholds of the setting THRESHOLDS.
 *
 * @returns {Thresholds}
 * @throws when it names a metric of k6's own that k6 does not have
 * @example overrides() // { http_req_failed: ['rate<0.02'] }
 */
export function overrides() {
  const wanted = parseOverrides(env.THRESHOLDS);
  const unknown = Object.keys(wanted).find(isMisspelt);
  if (unknown !== undefined) {
    throw new Error(
      `THRESHOLDS=${env.THRESHOLDS}: k6 has no metric ${unknown}, such as http_req_duration, http_req_failed, ` +
        'http_reqs, checks or iterations',
    );
  }
  return wanted;
}

/**
 * Logs the thresholds of THRESHOLDS that this test has no samples for. That is no mistake when several tests
 * run one after the other, but it should not go unnoticed.
 *
 * @param {() => Partial<Thresholds>} thresholds of the run
 * @example warnOfIgnored(() => exec.test.options.thresholds ?? {});
 */
export function warnOfIgnored(thresholds) {
  const asked = Object.keys(parseOverrides(env.THRESHOLDS));
  // k6 makes a new copy of its options at each access.
  const known = asked.length > 0 ? thresholds() : {};
  for (const key of asked) {
    if (known[key] === undefined && !key.endsWith('{name:api}')) {
      console.log(`THRESHOLDS: ${key} is left out, this test has no samples for it`);
    }
  }
}

/**
 * @param {TestSpec} spec
 * @returns {Thresholds} the test's own thresholds, after those of `standardThresholds`
 */
function ownTargets({ standard, endpoints, thresholds }) {
  /** @type {Thresholds} */
  const targets = {};
  const add = (/** @type {{ duration: string[], failed: string[] }} */ row, tag = '') => {
    targets[`http_req_duration${tag}`] = row.duration;
    targets[`http_req_failed${tag}`] = row.failed;
  };
  if (standard !== undefined) {
    add(standardThresholds[standard]);
  }
  for (const kind of /** @type {const} */ (['api_read', 'api_write'])) {
    if (endpoints.some((endpoint) => endpoint.kind === kind)) {
      add(standardThresholds[kind], `{kind:${kind}}`);
    }
  }
  return { ...targets, ...thresholds };
}
