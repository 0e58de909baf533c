// The shop's workload: WORKLOAD=commerce in suite.env. Same shape as workload.js, which says what the fields mean.
// Everybody is a tenant of the tier TIER; several tiers at once: scripts/tiers.js.

import { mixSteps } from '../lib/tenants/shop.js';
import { credentialEndpoints } from '../lib/tenants/tenant.js';
import { HEALTH, visitHealth } from '../scripts/health.js';

/** @typedef {import('../types/suite.js').WorkloadPlan} WorkloadPlan */

/** One step of the mix in config/tenants.js at a time, by weight. @type {WorkloadPlan} */
const shopping = { order: 'weighted', steps: mixSteps(), support: credentialEndpoints };

/** @type {Record<string, WorkloadPlan>} */
export const commerce = {
  smoke: {
    order: 'sequence',
    support: credentialEndpoints,
    steps: [
      { visit: visitHealth, endpoint: HEALTH, think: [1, 1] },
      ...shopping.steps.map((step) => ({
        ...step,
        think: /** @type {[number, number]} */ ([1, 1]),
      })),
    ],
  },
  load: shopping,
  stress: shopping,
  soak: shopping,
  spike: shopping,
  breakpoint: shopping,
};
