// The watch over a soak, with made-up answers: only their durations matter.

import { createGrowthWatch } from '../engine/vu/growth.js';
import { equal, expectations } from './expect.js';

const { thresholds, ...rest } = expectations(1);
// 12 of 44 judged samples were slower than half as much again plus 10 ms.
export const options = {
  ...rest,
  thresholds: { ...thresholds, soak_slowdown: ['rate>0.2727', 'rate<0.2728'] },
  summaryTrendStats: ['count'],
};

const took = (duration) => ({ response: { timings: { duration } }, ok: true });

const watchOf = (route) => {
  const watch = createGrowthWatch();
  return (progress, outcome) => watch(progress, route, outcome);
};

export default function growth() {
  const watch = watchOf('GET /orders');
  watch(0.01, took(9000));
  for (const ms of [100, 80, 60, 60, 60, 60, 60, 60]) {
    watch(0.1, took(ms));
  }
  watch(0.5, took(9000));
  for (let i = 0; i < 40; i += 1) {
    watch(0.8, took(i < 10 ? 161 : 160));
  }
  watch(0.99, took(9000));

  // What is outside of the windows, by a hair.
  watch(0.04999, took(9000));
  watch(0.25, took(9000));
  watch(0.74999, took(9000));
  watch(0.95, took(9000));

  // At their edges.
  const exact = watchOf('GET /orders');
  for (const progress of [0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2499]) {
    exact(progress, took(100));
  }
  exact(0.75, took(161));
  exact(0.9499, took(161));
  exact(0.76, took(160));
  exact(0.77, took(0));

  const unsure = watchOf('GET /orders');
  for (let i = 0; i < 7; i += 1) {
    unsure(0.1, took(1));
  }
  unsure(0.8, took(9000));

  // A slow route that the first window hardly had.
  const mixed = createGrowthWatch();
  for (let i = 0; i < 20; i += 1) {
    mixed(0.1, i < 7 ? 'GET /reports' : 'GET /orders', took(i < 7 ? 2000 : 1));
    mixed(0.8, 'GET /reports', took(9000));
  }
  equal('done', true, true);
}
