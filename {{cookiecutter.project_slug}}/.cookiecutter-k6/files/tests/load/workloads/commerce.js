// The shop's workload: WORKLOAD=commerce in suite.env. Same shape as workload.js, which says what the fields mean.
// Everybody is a tenant of the tier TIER; several tiers at once: scripts/tiers.js.

import { mixSteps } from '../engine/features/tenants/shop.js';
import { credentialEndpoints } from '../engine/features/tenants/tenant.js';
import { HEALTH, visitHealth } from '../scripts/health.js';

/** @typedef {import('../engine/types/suite.js').WorkloadPlan} WorkloadPlan */

/**
 * Smallest share of failed requests that ordinary runs are judged by: 0.01 % of the few thousand that a load test
 * sends to an endpoint is less than one request. A soak test sends enough for the figures of the table.
 */
const FINEST = 0.001;

const steps = mixSteps();

/**
 * The targets of config/tenants.js as thresholds; k6 needs them once, not in every VU.
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

/** One step of the mix in config/tenants.js at a time, by weight. @type {WorkloadPlan & { steps: typeof steps }} */
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
