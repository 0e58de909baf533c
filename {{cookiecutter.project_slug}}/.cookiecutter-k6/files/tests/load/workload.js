// WHAT the files in scenarios/ do: the steps and think times of each profile. Edit this file next.
//
// A step calls one endpoint; the functions that do so are in scripts/. Add a row to add a step to a profile.
// `think` is the pause after the step in seconds: [min, max]. `order: 'sequence'` runs every step in each
// iteration; `order: 'weighted'` picks one step per iteration by `weight` (the weights must add up to 1), after each
// was taken once.
//
// `load`, `soak` and `spike` run your own tests instead, as soon as one of them exports a `journey` (docs/own-tests.md).

import { env } from './lib/config.js';
import { variant } from './lib/http.js';
import { plansOfJourneys } from './lib/scenario.js';
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

/** The plan of each profile. `WORKLOAD` overrides the plans above: see `plansOf`. */
export const workload = { ...core, ...plansOf(env.WORKLOAD) };

/**
 * @param {string} names of files, comma-separated: in workloads/ with their own plans, or in scripts/ with a journey
 * @returns {Record<string, WorkloadPlan>} the journeys run in turn, in load, soak and spike
 * @throws when a file is missing, or has neither
 */
function plansOf(names) {
  const modules = names.split(',').flatMap((name) => (name === 'core' ? [] : [moduleOf(name)]));
  const journeys = modules.flatMap(({ journey }) => journey ?? []);
  const plans = modules.map(({ workload: own }) => own);
  return Object.assign({}, ...plans, plansOfJourneys(journeys));
}

/**
 * @param {string} name
 * @returns {{ journey?: import('./engine/types/suite.js').Journey, workload?: Record<string, WorkloadPlan> }}
 */
function moduleOf(name) {
  const places = [
    () => require(`./workloads/${name}.js`),
    () => require(`./scripts/${name}.js`),
    () => require(`./scripts/${name}.ts`),
  ];
  let problem = `there is no workloads/${name}.js or scripts/${name}.js`;
  for (const load of places) {
    try {
      const module = load();
      if (module.journey !== undefined || module.workload !== undefined) {
        return module;
      }
      problem = `scripts/${name} exports no journey, see docs/own-tests.md`;
    } catch (error) {
      problem = String(error).includes("couldn't be found") ? problem : String(error);
    }
  }
  throw new Error(`WORKLOAD=${name}: ${problem}`);
}
