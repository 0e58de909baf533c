/**
 * Percentiles that each segment records of its trend metrics. They are denser where thresholds usually are: merged
 * percentiles are accurate to 0.5 below p90 and to 0.05 above.
 */
export const RANKS = Object.freeze([
  ...steps(1, 89, 1),
  ...steps(900, 999, 10),
  ...steps(9991, 9999, 100),
]);

/**
 * @param {number} from
 * @param {number} to
 * @param {number} parts divisor
 * @returns {number[]}
 */
function steps(from, to, parts) {
  return Array.from({ length: to - from + 1 }, (_, i) => (from + i) / parts);
}

/**
 * Distribution of one segment's samples: `values[i]` is the quantile of `shares[i]`.
 *
 * @typedef {object} Spread
 * @property {number} count number of samples
 * @property {number[]} shares ascending, from 0 to 1
 * @property {number[]} values
 */

/**
 * Distribution of several segments: two points per value, with the fraction of samples below it and up to it.
 *
 * @typedef {[share: number, value: number][]} Curve
 */

/**
 * Merges the distributions of several segments.
 *
 * @param {Spread[]} spreads
 * @returns {Curve} empty without samples
 * @example quantile(mixed([{ count: 3, shares: [0, 0.5, 1], values: [1, 2, 4] }]), 0.95)
 */
export function mixed(spreads) {
  const parts = spreads.filter(({ count }) => count > 0);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const values = [...new Set(parts.flatMap((part) => part.values))].sort((a, b) => a - b);
  const sums = values.map(() => [0, 0]);
  for (const part of parts) {
    let at = 0;
    values.forEach((value, i) => {
      while (at < part.values.length && part.values[at] < value) {
        at += 1;
      }
      const first = at;
      let last = first;
      while (last + 1 < part.values.length && part.values[last + 1] === value) {
        last += 1;
      }
      const below = shareBelow(part, first, value);
      const upTo = part.values[last] === value ? part.shares[last] : below;
      sums[i][0] += (below * part.count) / total;
      sums[i][1] += (upTo * part.count) / total;
    });
  }
  return values.flatMap((value, i) => [
    [sums[i][0], value],
    [sums[i][1], value],
  ]);
}

/**
 * @param {Spread} part
 * @param {number} at index of the first value that is not below `value`
 * @param {number} value
 * @returns {number} fraction of samples below the value, interpolated
 */
function shareBelow({ shares, values }, at, value) {
  if (at === 0) {
    return 0;
  }
  if (at === values.length) {
    return 1;
  }
  const [low, high] = [values[at - 1], values[at]];
  return shares[at - 1] + ((shares[at] - shares[at - 1]) * (value - low)) / (high - low);
}

/**
 * A quantile of merged segments.
 *
 * @param {Curve} curve
 * @param {number} share 0 to 1
 * @returns {number} 0 without samples
 * @example quantile(curve, 0.95)
 */
export function quantile(curve, share) {
  if (curve.length === 0) {
    return 0;
  }
  // Not the first point: the second one has the same value.
  let [low, high] = [1, curve.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (curve[middle][0] < share - 1e-12) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const [[shareBefore, before], [shareAfter, after]] = [curve[low - 1], curve[low]];
  const part = shareAfter > shareBefore ? (share - shareBefore) / (shareAfter - shareBefore) : 1;
  return before + (after - before) * Math.min(1, Math.max(0, part));
}
