// @@project_name@@: load-test configuration. The file to edit first.
//
// Where things are: profiles (how much load) in config/profiles.js, thresholds (what is good) in
// config/thresholds.js, steps and weights (what the profiles do) in workload.js. Settings that differ
// between environments stand in suite.env; an environment variable of the same name wins.

import { defaultThresholds } from './config/thresholds.js';
import { profileSets } from './config/profiles.js';
import { API_PREFIX, BASE_URL, env } from './lib/config.js';

/** Tags, default thresholds and limits of every test. */
export const config = {
  project: env.PROJECT_NAME,

  /** The service under test; the settings BASE_URL and API_PREFIX. */
  baseUrl: BASE_URL,
  apiPrefix: API_PREFIX,

  /** On every sample. Keep the set small: each distinct value is a time series. */
  tags: {
    project: env.PROJECT_SLUG,
    environment: env.ENVIRONMENT,
  },

  /**
   * What a test starts from. Entries of the same name win: those of the profile in config/thresholds.js, then those of
   * the test itself. Profiles that overload the service (`stress`, `spike`, `breakpoint`) do without these.
   */
  thresholds: defaultThresholds,

  /** What k6 tags by itself. Without `url`: the route name says as much, and ids would be time series. */
  systemTags: [
    'name',
    'method',
    'status',
    'error_code',
    'check',
    'group',
    'scenario',
    'expected_response',
  ],

  /** Statistics of every trend, in the console and in summary.json. */
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'count'],
};

/** The profiles of the active set: `{ smoke: {...}, load: {...}, ... }`. */
export const scenarios = rowOf(profileSets, env.PROFILE_SET, 'PROFILE_SET');

/** The same under the names of earlier documents, for scripts that do without `defineTest`. */
export const profiles = scenarios;
export const options = { thresholds: config.thresholds, tags: config.tags };

/**
 * Looks a profile of the active set up.
 *
 * @param {string} name
 * @returns {import('./engine/types/suite.js').Shape}
 * @throws when the set has no such profile; the message lists those it has
 * @example getScenarioConfig('smoke') // { executor: 'constant-vus', vus: 1, duration: '1m' }
 */
export function getScenarioConfig(name) {
  return rowOf(scenarios, name, 'PROFILE');
}

/**
 * @template T
 * @param {Record<string, T>} table
 * @param {string} name
 * @param {string} setting
 * @returns {T}
 */
function rowOf(table, name, setting) {
  if (!Object.hasOwn(table, name)) {
    const names = Object.keys(table);
    const place = setting === 'PROFILE' ? ` in PROFILE_SET=${env.PROFILE_SET}` : '';
    throw new Error(
      `${setting}=${name}: unknown${place}, expected one of ${names.join(', ')}. Try: ${setting}=${names[0]}`,
    );
  }
  return table[name];
}
