/**
 * The median of some numbers.
 *
 * @param {number[]} values at least one
 * @returns {number}
 * @example median([3, 1, 2]) // 2
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Number of runs to ignore when computing the spread: the slowest fifth. Other work on the machine only slows runs
 * down, and a single disturbed run would raise the limit so far that nothing exceeds it.
 *
 * @param {number} runs
 * @returns {number}
 * @example disturbed(10) // 2
 */
export function disturbed(runs) {
  return Math.floor(runs / 5);
}

/** Correction for trimming: ratio of the standard deviation of normal values to that of their lower four fifths. */
const TRIMMED = 1.35;

/**
 * The relative spread of some values: the standard deviation of their logarithms without the slowest fifth. Logarithms,
 * because latencies vary by factors.
 *
 * @param {number[]} values positive numbers
 * @returns {number | null} null for fewer than three values
 * @example spread([10, 10, 10]) // 0
 */
export function spread(values) {
  if (values.length < 3) {
    return null;
  }
  const left = disturbed(values.length);
  const logs = values
    .map(Math.log)
    .sort((a, b) => a - b)
    .slice(0, values.length - left);
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const squares = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return (left > 0 ? TRIMMED : 1) * Math.sqrt(squares / (logs.length - 1));
}

/**
 * Upper bound for the next value, as a factor on the median of `runs` previous values with this spread: a prediction
 * interval of the t distribution.
 *
 * @param {number} relativeSpread
 * @param {number} runs
 * @param {number} risk probability that the next value exceeds the bound, 0 to 0.5
 * @returns {number} at least 1
 * @example predictionFactor(0.02, 10, 0.01) // 1.065
 */
export function predictionFactor(relativeSpread, runs, risk) {
  const freedom = runs - 1 - disturbed(runs);
  return Math.exp(tQuantile(1 - risk, freedom) * relativeSpread * Math.sqrt(1 + 1 / runs));
}

/**
 * Quantile of the t distribution, by its expansion around the normal distribution. The error is 1 % at four degrees of
 * freedom and decreases with more.
 *
 * @param {number} probability 0.5 to 1
 * @param {number} freedom degrees of freedom, at least 2
 * @returns {number}
 */
export function tQuantile(probability, freedom) {
  const z = normalQuantile(probability);
  const z3 = z ** 3;
  const z5 = z ** 5;
  const z7 = z ** 7;
  return (
    z +
    (z3 + z) / (4 * freedom) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom ** 3)
  );
}

/**
 * Quantile of the normal distribution (Abramowitz and Stegun 26.2.23, error below 0.0005).
 *
 * @param {number} probability 0.5 to 1
 * @returns {number}
 */
function normalQuantile(probability) {
  const t = Math.sqrt(-2 * Math.log(1 - probability));
  return (
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t ** 2) /
      (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3)
  );
}
