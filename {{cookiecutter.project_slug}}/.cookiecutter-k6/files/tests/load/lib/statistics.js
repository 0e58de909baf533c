/** Shares of the requests whose latency the summary holds: enough for a smooth curve. */
export const DISTRIBUTION = Object.freeze([
  1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 97.5, 99, 99.5,
  99.9,
]);

/**
 * @param {number} share percent
 * @returns {string} what k6 calls that percentile of a trend
 * @example statOf(50) // 'med'
 */
export function statOf(share) {
  return share === 50 ? 'med' : `p(${share})`;
}

/** Statistics that k6 computes of every trend at the end of a run. */
export const TREND_STATS = Object.freeze([
  'avg',
  'min',
  'max',
  'count',
  ...DISTRIBUTION.map(statOf),
]);
