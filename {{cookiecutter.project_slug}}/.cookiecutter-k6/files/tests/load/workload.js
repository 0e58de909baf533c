// WHAT the files in scenarios/ do: the steps and think times of each profile. Edit this file next.
//
// A step calls one endpoint; the functions that do so are in scripts/. Add a row to add a step to a profile.
// `think` is the pause after the step in seconds: [min, max]. `order: 'sequence'` runs every step in each
// iteration; `order: 'weighted'` picks one step per iteration by `weight` (the weights must add up to 1).

import { env } from './lib/config.js';
import { variant } from './lib/http.js';
import { OPENAPI, visitOpenapi } from './scripts/api-public.js';
import { HEALTH, visitHealth } from './scripts/health.js';

/** @typedef {import('./engine/types/suite.js').WorkloadPlan} WorkloadPlan */

/** Read-only browsing: the health endpoint, then the API. */
const browsing = /** @satisfies {WorkloadPlan} */ ({
  order: 'sequence',
  steps: [
    { visit: visitHealth, endpoint: HEALTH, group: 'health', think: [1, 2] },
    { visit: visitOpenapi, endpoint: OPENAPI, group: 'api', think: [2, 4] },
  ],
});

/** For overload: a longer timeout, and a check that fails responses slower than `maxDuration` milliseconds. */
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

/** The plan of each profile. `WORKLOAD=<name>` overrides plans with those exported by `workloads/<name>.js`. */
export const workload = env.WORKLOAD === 'core' ? core : { ...core, ...plansOf(env.WORKLOAD) };

/**
 * @param {string} name file in workloads/, without extension
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
