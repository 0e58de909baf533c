// The watch over the tiers, with made-up durations: the run has to go on for its parts to come.

import exec from 'k6/execution';
import { createIsolationWatch } from '../engine/features/tenants/isolation.js';

// Half of the requests that have a limit exceed it. Those of a route that the quiet part hardly had have none.
export const options = {
  scenarios: { all: { executor: 'constant-vus', vus: 1, duration: '2s' } },
  thresholds: { tier_slowdown: ['rate>0.49', 'rate<0.51'] },
  summaryTrendStats: ['count'],
};

const watch = createIsolationWatch('professional');
let isLate = false;
let reports = 0;

export default function isolation() {
  watch.begin();
  isLate = !isLate;
  const isNoisy = exec.scenario.progress >= 0.5;
  watch.took('GET /products', isNoisy && isLate ? 161 : 100);
  if (isNoisy || reports < 9) {
    reports += 1;
    watch.took('GET /reports', 2000);
  }
}
