import { Rate } from 'k6/metrics';

/** Share of the last requests that are much slower than the first ones of the same VU. */
const soakSlowdown = new Rate('soak_slowdown');

/** Parts of the run that are compared: after the ramp, before the end. */
const FIRST_WINDOW = { from: 0.05, to: 0.25 };
const LAST_WINDOW = { from: 0.75, to: 0.95 };

/** With fewer first samples of a route, a VU records nothing about it. */
const FEWEST_SAMPLES = 8;

/** Slower means: half as much again as the slowest of the first window, and 10 ms for noise. */
const FACTOR = 1.5;
const NOISE_MS = 10;

/**
 * Watches whether a service gets slower during a soak test. Each VU compares itself: thresholds cannot compare two
 * windows, but the share of samples beyond the VU's own limit can have one. Each route has its own limit: chance may
 * leave the slow ones out of the first window.
 *
 * @returns {(progress: number, route: string, outcome: import('../types/suite.js').Outcome) => void} call per request;
 *   progress runs from 0 to 1
 * @example const watch = createGrowthWatch(); watch(exec.scenario.progress, endpoint.name, outcome);
 */
export function createGrowthWatch() {
  /** @type {Map<string, { count: number, slowest: number }>} */
  const routes = new Map();
  return (progress, route, { response }) => {
    const { duration } = response.timings;
    const first = routes.get(route) ?? { count: 0, slowest: 0 };
    if (progress >= FIRST_WINDOW.from && progress < FIRST_WINDOW.to) {
      first.count += 1;
      first.slowest = Math.max(first.slowest, duration);
      routes.set(route, first);
    } else if (
      progress >= LAST_WINDOW.from &&
      progress < LAST_WINDOW.to &&
      first.count >= FEWEST_SAMPLES
    ) {
      soakSlowdown.add(duration > first.slowest * FACTOR + NOISE_MS);
    }
  };
}
