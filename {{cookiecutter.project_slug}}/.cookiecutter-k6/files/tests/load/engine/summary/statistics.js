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

/**
 * @param {number} value
 * @returns {number} to three decimals: a millionth of a second is noise
 * @example rounded(1.23456) // 1.235
 */
export function rounded(value) {
  return Math.round(value * 1000) / 1000;
}

/**
 * @param {number} value 0 to 1
 * @returns {number} to six decimals: a limit of one in a thousand needs more than `rounded` keeps
 * @example roundedShare(0.06249999999) // 0.0625
 */
export function roundedShare(value) {
  return Math.round(value * 1_000_000) / 1_000_000;
}

/**
 * @param {any} values of a trend
 * @returns {import('../types/summary.js').Durations | null} null without samples
 * @example durationsOf(data.metrics.http_req_duration?.values)
 */
export function durationsOf(values) {
  return values === undefined || !(values.count > 0)
    ? null
    : {
        avg: rounded(values.avg),
        min: rounded(values.min),
        p50: rounded(values.med),
        p90: rounded(values['p(90)']),
        p95: rounded(values['p(95)']),
        p99: rounded(values['p(99)']),
        max: rounded(values.max),
      };
}
