import { env } from './config.js';

/**
 * A unique name for test data that tells which run created it.
 *
 * @param {string} label
 * @returns {string} `<label> <milliseconds> <run>-<VU>-<iteration>`
 * @example uniqueName('Load Test Mission') // 'Load Test Mission 1767225600000 run-3-17'
 */
export function uniqueName(label) {
  return `${label} ${Date.now()} ${origin()}`;
}

/**
 * Tells whether `uniqueName` made a text in this iteration.
 *
 * @param {string} text
 * @returns {boolean}
 * @example isUniqueName(uniqueName('Order')) // true
 */
export function isUniqueName(text) {
  return text.endsWith(` ${origin()}`) && /\d{13} \S+$/.test(text);
}

/** @returns {string} where a name is made */
function origin() {
  return `${env.RUN_ID || 'run'}-${__VU}-${__ITER}`;
}
