// The shop's workload: WORKLOAD=commerce in suite.env. Same format as workload.js, which documents the fields.
// All VUs belong to the tier TIER; scripts/tiers.js runs several tiers at once.

import { mixSteps } from '../engine/features/tenants/shop.js';
import { credentialEndpoints } from '../engine/features/tenants/tenant.js';
import { HEALTH, visitHealth } from '../scripts/health.js';

/** @typedef {import('../engine/types/suite.js').WorkloadPlan} WorkloadPlan */

/**
 * Lower bound for error-rate thresholds, except in soak tests: 0.01 % of the few thousand requests that a load test
 * sends to an endpoint is less than one request. A soak test sends enough for the exact targets.
 */
const FINEST = 0.001;

const steps = mixSteps();

/**
 * The targets of config/tenants.js as thresholds. Only the init context outside VUs needs them.
 *
 * @param {number} [finest]
 */
function promised(finest = FINEST) {
  if (__VU !== 0) {
    return undefined;
  }
  const { errorTargets, timeTargets } = require('../engine/features/tenants/targets.js');
  const endpoints = steps.map((step) => step.endpoint);
  return { ...timeTargets(endpoints), ...errorTargets(endpoints, finest) };
}

/** Picks one step of `mix` in config/tenants.js per iteration. @type {WorkloadPlan & { steps: typeof steps }} */
const shopping = {
  order: 'weighted',
  steps,
  support: credentialEndpoints,
  thresholds: promised(),
  overall: 'api',
};

/** @type {Record<string, WorkloadPlan>} */
export const workload = {
  smoke: {
    ...shopping,
    order: 'sequence',
    steps: [
      { visit: visitHealth, endpoint: HEALTH, think: [1, 1] },
      ...steps.map((step) => ({
        ...step,
        think: /** @type {[number, number]} */ ([1, 1]),
      })),
    ],
  },
  load: shopping,
  stress: shopping,
  soak: { ...shopping, thresholds: promised(0) },
  spike: shopping,
  breakpoint: shopping,
};
