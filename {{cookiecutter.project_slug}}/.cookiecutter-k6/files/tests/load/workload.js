// WHAT the files in scenarios/ do: which steps a profile takes, with which pauses. The file to edit next.
//
// A step is a visit of one endpoint, written in scripts/. Add a row to add it to a profile; `think` is the
// pause after it in seconds (from, to). `order: 'sequence'` takes every step in each iteration,
// `order: 'weighted'` one of them by `weight` (the weights add up to 1).

import { env } from './lib/config.js';
import { variant } from './lib/http.js';
import { OPENAPI, visitOpenapi } from './scripts/api-public.js';
import { HEALTH, visitHealth } from './scripts/health.js';

/** @typedef {import('./engine/types/suite.js').WorkloadPlan} WorkloadPlan */

/** People reading: a glance at health, then the API. */
const browsing = /** @satisfies {WorkloadPlan} */ ({
  order: 'sequence',
  steps: [
    { visit: visitHealth, endpoint: HEALTH, group: 'health', think: [1, 2] },
    { visit: visitOpenapi, endpoint: OPENAPI, group: 'api', think: [2, 4] },
  ],
});

/** A service under pressure may be slow: more patience, and a check that says how slow is too slow. */
const hammering = /** @satisfies {WorkloadPlan} */ ({
  order: 'sequence',
  steps: [
    {
      visit: visitHealth,
      endpoint: variant(HEALTH, { timeout: '10s' }),
      think: [0.5, 0.5],
      maxDuration: 2000,
    },
  ],
});

/** @satisfies {Record<string, WorkloadPlan>} */
const core = {
  smoke: {
    order: 'sequence',
    steps: [
      { visit: visitHealth, endpoint: HEALTH, think: [1, 1] },
      { visit: visitOpenapi, endpoint: OPENAPI, think: [1, 1] },
    ],
  },
  load: browsing,
  stress: hammering,
  soak: browsing,
  spike: browsing,
  breakpoint: hammering,
};

/** The plan of each profile. WORKLOAD names another file that exports some: `workloads/<name>.js`. */
export const workload = env.WORKLOAD === 'core' ? core : { ...core, ...plansOf(env.WORKLOAD) };

/**
 * @param {string} name of a file in workloads/
 * @returns {Record<string, WorkloadPlan>}
 * @throws when there is no such file
 */
function plansOf(name) {
  try {
    return require(`./workloads/${name}.js`).workload;
  } catch (error) {
    throw new Error(`WORKLOAD=${name}: cannot load workloads/${name}.js: ${error}`, {
      cause: error,
    });
  }
}
