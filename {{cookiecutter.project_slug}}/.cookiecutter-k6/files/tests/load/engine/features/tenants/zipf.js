/**
 * Creates a seeded random number generator.
 *
 * @param {number} seed integer
 * @returns {() => number} at least 0, below 1
 * @example const random = seeded(7); random() // always the same first number
 */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Creates a sampler of ranks by Zipf's law: the probability of rank k is proportional to 1 / k^skew. Uses constant
 * memory for any number of ranks (rejection-inversion).
 *
 * @param {number} count ranks
 * @param {number} skew exponent, above 0
 * @param {() => number} [random]
 * @returns {() => number} a rank from 1 to count
 * @throws when count or skew is not above 0
 * @example const next = zipf(500, 1); next() // most often 1
 */
export function zipf(count, skew, random = Math.random) {
  if (!(count >= 1) || !(skew > 0)) {
    throw new Error(`zipf: count and skew must be above 0, got ${count} and ${skew}`);
  }
  const area = (/** @type {number} */ x) =>
    skew === 1 ? Math.log(x) : (x ** (1 - skew) - 1) / (1 - skew);
  const inverse = (/** @type {number} */ y) =>
    skew === 1 ? Math.exp(y) : (1 + y * (1 - skew)) ** (1 / (1 - skew));
  const low = area(1.5) - 1;
  const high = area(count + 0.5);
  return () => {
    for (;;) {
      const y = low + random() * (high - low);
      const rank = Math.min(count, Math.max(1, Math.round(inverse(y))));
      if (y >= area(rank + 0.5) - rank ** -skew) {
        return rank;
      }
    }
  };
}
