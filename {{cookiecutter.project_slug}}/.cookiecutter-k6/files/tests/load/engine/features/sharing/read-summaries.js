// Reads the summaries of finished runs. Only at init: k6 opens files there alone.

/** @typedef {import('../../types/summary.js').Summary} Summary */

/**
 * @param {string} paths one path of a summary.json per line
 * @returns {Summary[]} in that order; files that are no summary are left out: they may have been edited or cut off
 * @example readSummaries(__ENV.SUMMARIES)
 */
export function readSummaries(paths) {
  return paths
    .split('\n')
    .filter((path) => path !== '')
    .flatMap((path) => {
      const summary = read(path);
      return isSummary(summary) ? [summary] : [];
    });
}

/**
 * @param {string} path
 * @returns {any} undefined if it cannot be read
 */
function read(path) {
  try {
    return JSON.parse(open(path));
  } catch {
    return undefined;
  }
}

/**
 * @param {any} value
 * @returns {value is Summary} whether it has all that is shown of a summary
 */
function isSummary(value) {
  return (
    typeof value?.passed === 'boolean' &&
    typeof value.timestamp === 'string' &&
    typeof value.run?.test === 'string' &&
    typeof value.metrics?.requests === 'number' &&
    Array.isArray(value.reasons) &&
    Array.isArray(value.endpoints)
  );
}
