// Distinguishes a leak from noise. Pure functions, used by the VU that samples the service's memory.

/** @typedef {{ at: number, mb: number }} Reading `at` in milliseconds */

/**
 * Memory trend after the warm-up.
 *
 * @typedef {object} MemoryTrend
 * @property {number} perHour estimated growth, MB per hour
 * @property {number} least lower bound of the growth, MB per hour; -Infinity when nothing is certain
 * @property {number} warmUpMb growth during the warm-up, MB
 */

/** Numbers of blocks to try: many suit fast noise, few suit slow noise. */
const BLOCKS = [24, 12, 8];

/** Quantile of the normal distribution: at most one false alarm in a thousand runs. */
const CERTAINTY = 3.09;

/** Upper bound of the autocorrelation: uneven growth, such as under uneven load, looks correlated too. */
const MAX_CORRELATION = 0.6;

const HOUR_MS = 3_600_000;

/**
 * Estimates the memory trend despite noise such as a garbage collector's sawtooth. A leak raises the floor, the memory
 * that remains after everything possible has been freed. So only the lowest reading of each block counts.
 *
 * The slope is the median of the slopes between all pairs of blocks (Theil-Sen), which tolerates 29 % outliers. Its
 * lower bound comes from the ranks of those slopes, independent of the distribution of the noise. It is lower when
 * neighbouring blocks are correlated, as in a memory that drifts.
 *
 * @param {Reading[]} readings in order
 * @param {number} warmUp fraction of the time to skip at the start, 0 to 1
 * @returns {MemoryTrend | null} null with too few readings
 * @example trendOf(readings, 0.25)?.least // 212.5
 */
export function trendOf(readings, warmUp) {
  const first = readings[0]?.at ?? 0;
  const start = first + ((readings[readings.length - 1]?.at ?? 0) - first) * warmUp;
  const rest = readings.filter(({ at }) => at >= start);
  const trends = BLOCKS.filter((count) => count <= rest.length).map((count) =>
    trendOfBlocks(blocksOf(rest, count)),
  );
  if (trends.length === 0) {
    return null;
  }
  const surest = trends.reduce((best, each) => (each.least > best.least ? each : best));
  const [floor] = blocksOf(rest, BLOCKS[BLOCKS.length - 1]);
  return { ...surest, warmUpMb: rest.length < readings.length ? floor.mb - readings[0].mb : 0 };
}

/**
 * @param {Reading[]} readings
 * @param {number} count
 * @returns {Reading[]} the lowest reading of each block, at the block's middle
 */
function blocksOf(readings, count) {
  const edge = (/** @type {number} */ i) => Math.floor((i * readings.length) / count);
  return Array.from({ length: count }, (_, i) => {
    const part = readings.slice(edge(i), edge(i + 1));
    return {
      at: (part[0].at + part[part.length - 1].at) / 2,
      mb: Math.min(...part.map(({ mb }) => mb)),
    };
  });
}

/**
 * @param {Reading[]} blocks
 * @returns {{ perHour: number, least: number }}
 */
function trendOfBlocks(blocks) {
  const n = blocks.length;
  const slopes = slopesOf(blocks);
  const slope =
    (slopes[Math.floor((slopes.length - 1) / 2)] + slopes[Math.ceil((slopes.length - 1) / 2)]) / 2;
  const correlation = autocorrelation(blocks.map(({ at, mb }) => mb - slope * at));
  // Kendall: standard deviation of rising minus falling pairs without a trend, widened for correlated blocks.
  const spread =
    Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18) * Math.sqrt((1 + correlation) / (1 - correlation));
  const rank = Math.floor((slopes.length - CERTAINTY * spread) / 2);
  return { perHour: slope * HOUR_MS, least: rank < 0 ? -Infinity : slopes[rank] * HOUR_MS };
}

/**
 * @param {Reading[]} blocks
 * @returns {number[]} MB per millisecond, sorted
 */
function slopesOf(blocks) {
  const slopes = [];
  for (let i = 0; i < blocks.length; i += 1) {
    for (let j = i + 1; j < blocks.length; j += 1) {
      slopes.push((blocks[j].mb - blocks[i].mb) / Math.max(1, blocks[j].at - blocks[i].at));
    }
  }
  return slopes.sort((a, b) => a - b);
}

/**
 * @param {number[]} residuals MB
 * @returns {number} correlation of neighbours, 0 to MAX_CORRELATION, corrected for the small sample
 */
function autocorrelation(residuals) {
  const mean = residuals.reduce((sum, value) => sum + value, 0) / residuals.length;
  const off = residuals.map((value) => value - mean);
  const whole = off.reduce((sum, value) => sum + value * value, 0);
  const neighbours = off.reduce((sum, value, i) => sum + (i > 0 ? value * off[i - 1] : 0), 0);
  // Less than a kilobyte is rounding.
  const found = whole > residuals.length * 1e-6 ? neighbours / whole : 0;
  return Math.min(MAX_CORRELATION, Math.max(0, found + (1 + 3 * found) / residuals.length));
}
