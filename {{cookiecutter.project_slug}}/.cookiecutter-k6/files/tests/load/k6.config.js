// @@project_name@@: load-test configuration. Edit this file first.
//
// Related files: config/profiles.js (how much load), config/thresholds.js (pass/fail criteria) and
// workload.js (the steps that the profiles run). Settings that differ between environments belong in
// suite.env; an environment variable of the same name takes precedence.

import { defaultThresholds } from './config/thresholds.js';
import { profileSets } from './config/profiles.js';
import { API_PREFIX, BASE_URL, env } from './lib/config.js';

/** Tags, default thresholds and limits of every test. */
export const config = {
  project: env.PROJECT_NAME,

  /** The service under test; the settings BASE_URL and API_PREFIX. */
  baseUrl: BASE_URL,
  apiPrefix: API_PREFIX,

  /** Tags of every sample. Keep the set small: each distinct value creates a time series. */
  tags: {
    project: env.PROJECT_SLUG,
    environment: env.ENVIRONMENT,
  },

  /**
   * Default thresholds. Profile thresholds in config/thresholds.js override entries of the same name, and thresholds
   * of the test override both. Profiles that overload the service (`stress`, `spike`, `breakpoint`) ignore the defaults.
   */
  thresholds: defaultThresholds,

  /** k6's system tags. `url` is left out: `name` identifies the route, and each id in a URL would create a time series. */
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

  /** Statistics of every trend metric, in the console and in summary.json. */
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'count'],
};

/** The profiles of the active set: `{ smoke: {...}, load: {...}, ... }`. */
export const scenarios = rowOf(profileSets, env.PROFILE_SET, 'PROFILE_SET');

/** The same under the names of earlier documents, for scripts that do without `defineTest`. */
export const profiles = scenarios;
export const options = { thresholds: config.thresholds, tags: config.tags };

/**
 * Looks up a profile of the active set.
 *
 * @param {string} name
 * @returns {import('./engine/types/suite.js').Shape}
 * @throws when the set has no such profile; the message lists the available ones
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
    const [first] = names;
    const known = names.join(', ');
    const place = setting === 'PROFILE' ? ` in PROFILE_SET=${env.PROFILE_SET}` : '';
    throw new Error(
      `${setting}=${name}: unknown${place}, expected one of ${known}. Try: ${setting}=${first}`,
    );
  }
  return table[name];
}
