import { Rate } from 'k6/metrics';

/** Share of the last requests that are much slower than the first ones of the same VU. */
const soakSlowdown = new Rate('soak_slowdown');

/** Parts of the run that are compared: after the ramp, before the end. */
const FIRST_WINDOW = { from: 0.05, to: 0.25 };
const LAST_WINDOW = { from: 0.75, to: 0.95 };

/** A VU with fewer first samples records nothing. */
const FEWEST_SAMPLES = 3;

/** Slower means: half as much again as the slowest of the first window, and 10 ms for noise. */
const FACTOR = 1.5;
const NOISE_MS = 10;

/**
 * Watches whether a service gets slower during a soak test. Each VU compares itself: thresholds cannot compare two
 * windows, but the share of samples beyond the VU's own limit can have one.
 *
 * @returns {(progress: number, outcome: import('../types/suite.js').Outcome) => void} call per request;
 *   progress runs from 0 to 1
 * @example const watch = createGrowthWatch(); watch(exec.scenario.progress, outcome);
 */
export function createGrowthWatch() {
  let count = 0;
  let slowest = 0;
  return (progress, { response }) => {
    const { duration } = response.timings;
    if (progress >= FIRST_WINDOW.from && progress < FIRST_WINDOW.to) {
      count += 1;
      slowest = Math.max(slowest, duration);
    } else if (
      progress >= LAST_WINDOW.from &&
      progress < LAST_WINDOW.to &&
      count >= FEWEST_SAMPLES
    ) {
      soakSlowdown.add(duration > slowest * FACTOR + NOISE_MS);
    }
  };
}
