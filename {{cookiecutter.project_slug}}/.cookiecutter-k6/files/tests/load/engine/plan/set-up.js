// Tells the summary why setup or teardown failed. k6 runs `setup()` and `handleSummary()` in different VUs; checks reach
// both.

import k6 from 'k6';
import { SET_UP_CHECK } from '../summary/causes.js';
import { shorten } from '../vu/failures.js';

/**
 * Runs a step of setup or teardown. What it throws is thrown on, and reaches the summary as a failed check.
 *
 * @template T
 * @param {() => T} step
 * @param {string} [check] how the name of that check begins
 * @returns {T}
 * @throws what the step throws
 * @example const info = explained(() => start(load));
 */
export function explained(step, check = SET_UP_CHECK) {
  try {
    return step();
  } catch (error) {
    const text = shorten(error instanceof Error ? error.message : error);
    // Encoded: the name of a check must not hold `::`, which IPv6 addresses do.
    k6.check(null, { [`${check}${encodeURIComponent(text)}`]: () => false });
    throw error;
  }
}
