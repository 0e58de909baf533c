// The mission server's workload: WORKLOAD=missions in suite.env. Every profile runs health, missions and specs in
// turn; the tests named after them run only one.

import { Rate, Trend } from 'k6/metrics';
import { resources } from '../config/resources.js';
import { pause } from '../lib/define.js';
import { inTurn } from '../lib/helpers.js';
import { resource } from '../lib/resources.js';
import { HEALTH, visitHealth } from '../scripts/health.js';

/** @typedef {import('../engine/types/suite.js').WorkloadPlan} WorkloadPlan */

const errors = new Rate('errors');
const healthCheckDuration = new Trend('health_check_duration', true);

/** @type {import('../engine/types/suite.js').Journey} */
const health = {
  endpoints: [HEALTH],
  metrics: ['errors', 'health_check_duration'],
  thresholds: {
    [`errors{name:${HEALTH.name}}`]: ['rate<0.01'],
    health_check_duration: ['p(95)<100'],
  },
  run: (observe) => {
    const outcome = visitHealth();
    errors.add(!outcome.ok, { name: HEALTH.name });
    if (outcome.response.status !== 0) {
      healthCheckDuration.add(outcome.response.timings.duration);
    }
    observe?.(HEALTH, outcome);
    pause(0.5);
  },
};

/** @type {WorkloadPlan} */
const everything = {
  journey: inTurn([health, resource(resources.missions), resource(resources.specs)]),
};

/** @type {Record<string, WorkloadPlan>} */
export const workload = {
  smoke: everything,
  load: everything,
  stress: everything,
  soak: everything,
  spike: everything,
  breakpoint: everything,
};
