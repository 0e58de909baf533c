// Mistakes in the definition of a test that k6 would pass over: what they were meant to judge would go unjudged.

import { parseKey, isBuiltIn } from './thresholds.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */

/** Members of `options` that the plan makes. */
const PLANNED = {
  scenarios: 'put the load into `defaultLoad`, further scenarios into `companions`',
  thresholds: 'put them into `thresholds` of the test',
  vus: 'put the load into `defaultLoad`',
  duration: 'put the load into `defaultLoad`',
  iterations: 'put the load into `defaultLoad`',
  stages: 'put the load into `defaultLoad`',
};

/**
 * @param {TestSpec} spec
 * @throws when a threshold of the test is about an endpoint or a metric that it does not have, or when `options`
 *   replaces load or thresholds
 * @example refuseMistakes(spec);
 */
export function refuseMistakes(spec) {
  const problems = [
    ...wrongOptions(spec),
    ...Object.keys(spec.thresholds ?? {}).flatMap(wrongKey(spec)),
  ];
  if (problems.length > 0) {
    throw new Error(`the test '${spec.name}' is not what it says:\n  ${problems.join('\n  ')}`);
  }
}

/**
 * @param {TestSpec} spec
 * @returns {string[]}
 */
function wrongOptions({ options = {} }) {
  return Object.entries(PLANNED)
    .filter(([name]) => name in options)
    .map(([name, advice]) => `options.${name} would replace what the suite plans: ${advice}`);
}

/**
 * @param {TestSpec} spec
 * @returns {(key: string) => string[]}
 */
function wrongKey({ endpoints, support = [], metrics }) {
  const names = [...endpoints, ...support].map(({ name }) => name);
  const kinds = endpoints.map(({ kind }) => kind);
  return (key) => {
    const [, metric, tag, value] = parseKey(key);
    if (tag === 'name' && value !== 'api' && !names.includes(value.split(',')[0])) {
      return [
        `threshold '${key}': there is no endpoint '${value}'. Endpoints: ${names.join(', ')}`,
      ];
    }
    if (tag === 'kind' && !kinds.includes(value.split(',')[0])) {
      return [
        `threshold '${key}': no endpoint is of that kind. Kinds: ${[...new Set(kinds)].join(', ')}`,
      ];
    }
    return Array.isArray(metrics) && !isBuiltIn(metric) && !metrics.includes(metric)
      ? [`threshold '${key}': ${metric} is not in \`metrics\`. Add it there if the test feeds it`]
      : [];
  };
}
