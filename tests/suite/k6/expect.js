// Assertions for tests that run inside k6.

import { check } from 'k6';
import { Counter } from 'k6/metrics';

const assertions = new Counter('assertions');

/** Tells assertions from the checks of the suite, which may fail on purpose. */
const MARK = { assertion: 'yes' };

/**
 * Options of a test: one iteration, every assertion holds, and at least so many were made. Without the
 * count a test that ends in an exception would pass.
 *
 * @param {number} least
 * @example export const options = expectations(12);
 */
export function expectations(least) {
  return {
    vus: 1,
    iterations: 1,
    thresholds: { 'checks{assertion:yes}': ['rate==1'], assertions: [`count>=${least}`] },
  };
}

/**
 * @param {unknown} value
 * @returns {string} JSON that also tells undefined and NaN from null
 */
function written(value) {
  const special = (_, inner) => (inner === undefined || Number.isNaN(inner) ? `(${inner})` : inner);
  return JSON.stringify(value, special);
}

/**
 * @param {string} name what is expected, for people
 * @param {unknown} found
 * @param {unknown} wanted compared as JSON: the order of keys counts
 * @example equal('one minute', parseDuration('1m'), 60000)
 */
export function equal(name, found, wanted) {
  assertion(name, written(found) === written(wanted), written(wanted), written(found));
}

/**
 * Compares a value with what it was when somebody last looked at it (tests/support/expected.py).
 *
 * @param {string} name what it is
 * @param {unknown} value
 * @example shows('sixes', makeValue({ make: 'int', min: 1, max: 6 }, source(1)))
 */
export function shows(name, value) {
  console.log(`= ${name}: ${written(value)}`);
}

/**
 * @param {() => unknown} make
 * @returns {unknown} what it makes, or the text of what it throws
 * @example shows('parsed', outcome(() => JSON.parse('{')))
 */
export function outcome(make) {
  try {
    return make();
  } catch (error) {
    return String(error);
  }
}

/**
 * @param {...unknown[]} lists
 * @returns {unknown[][]} every combination of their elements; the last list varies first
 * @example combinations([1, 2], ['a', 'b']) // [[1, 'a'], [1, 'b'], [2, 'a'], [2, 'b']]
 */
export function combinations(...lists) {
  return lists.reduce(
    (some, list) => some.flatMap((row) => list.map((one) => [...row, one])),
    [[]],
  );
}

/**
 * @param {string} name
 * @param {boolean} found
 * @example holds('not negative', x >= 0)
 */
export function holds(name, found) {
  equal(name, found, true);
}

/**
 * @param {string} name
 * @param {() => unknown} action
 * @param {RegExp} message
 * @example throws('an empty list', () => randomItem([]), /empty/)
 */
export function throws(name, action, message) {
  let found = '(nothing thrown)';
  try {
    action();
  } catch (error) {
    found = String(error);
  }
  assertion(name, message.test(found), String(message), found);
}

/**
 * @param {string} name
 * @param {boolean} good
 * @param {string} wanted
 * @param {string} found
 */
function assertion(name, good, wanted, found) {
  if (!good) {
    console.error(`${name}: expected ${wanted}, found ${found}`);
  }
  assertions.add(1);
  // k6 keeps '::' for groups.
  check(null, { [name.replaceAll('::', ': :')]: () => good }, MARK);
}
