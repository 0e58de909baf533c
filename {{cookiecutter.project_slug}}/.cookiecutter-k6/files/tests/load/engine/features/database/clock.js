import exec from 'k6/execution';

/**
 * A clock for measuring durations, in milliseconds with fractions; `Date` has whole milliseconds only. Outside of
 * iterations k6 has no such clock, so `Date` is used.
 *
 * @returns {number}
 * @example const started = now(); work(); trend.add(now() - started);
 */
export function now() {
  try {
    return exec.instance.currentTestRunDuration;
  } catch {
    return Date.now();
  }
}
