import k6 from 'k6';
import { env } from './config.js';

const scale = env.THINK_TIME;

/**
 * Pauses, scaled by `THINK_TIME`.
 *
 * @param {number} seconds
 * @example pause(0.1)
 */
export function pause(seconds) {
  if (scale > 0 && seconds > 0) {
    k6.sleep(seconds * scale);
  }
}

/**
 * Pauses like a person would: some random time between two bounds, scaled by `THINK_TIME`.
 *
 * @param {number} [min] seconds
 * @param {number} [max] seconds
 * @example thinkTime(0.5, 1)
 */
export function thinkTime(min = 1, max = 3) {
  if (scale > 0) {
    k6.sleep(randomBetween(min, max) * scale);
  }
}

/**
 * A random number, fractions included.
 *
 * @param {number} min
 * @param {number} max
 * @returns {number} at least min, below max
 * @example randomBetween(0.5, 1) // 0.73...
 */
export function randomBetween(min, max) {
  return min + Math.random() * (max - min);
}
