import { env } from './config.js';

/**
 * A name for test data that no other request uses, and that tells which run made it.
 *
 * @param {string} label
 * @returns {string} `<label> <milliseconds> <run>-<VU>-<iteration>`
 * @example uniqueName('Load Test Mission') // 'Load Test Mission 1767225600000 run-3-17'
 */
export function uniqueName(label) {
  return `${label} ${Date.now()} ${env.RUN_ID || 'run'}-${__VU}-${__ITER}`;
}
