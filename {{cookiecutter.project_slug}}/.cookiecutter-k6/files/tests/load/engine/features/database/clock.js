import exec from 'k6/execution';

/**
 * The time in milliseconds with fractions, for differences: `Date` only knows whole ones. Outside of
 * iterations, where k6 has no such clock, it is `Date`'s.
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
