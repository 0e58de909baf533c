// Tells a leak from noise. Pure; runs in the one VU that samples the service's memory.

/** @typedef {{ at: number, mb: number }} Reading `at` in milliseconds */

/**
 * What the readings behind the warm-up say, MB per hour.
 *
 * @typedef {object} MemoryTrend
 * @property {number} perHour by which the memory grows
 * @property {number} least by which it grows for sure; -Infinity: nothing is sure
 * @property {number} warmUpMb by which it grew during the warm-up
 */

/** Into how many blocks the readings are put: many when the noise is quick, few when it is slow. */
const BLOCKS = [24, 12, 8];

/** Quantile of the normal distribution: one steady run in a thousand may look like a leak. */
const CERTAINTY = 3.09;

/** Blocks count as alike up to here: growth that is not even, such as under uneven load, looks alike too. */
const MOST_ALIKE = 0.6;

const HOUR_MS = 3_600_000;

/**
 * Finds the trend of a memory that also makes noise, such as a garbage collector's saw teeth. A leak lifts the floor:
 * what is left when everything that can be freed has been. So of each block of readings the lowest counts.
 *
 * The slope is the median of the slopes between all pairs of blocks (Theil and Sen): any three in ten of them may be
 * wrong. Its lower bound comes from the ranks of those slopes, whatever the noise's distribution, and lies lower
 * when blocks that follow each other are alike, as in a memory that wanders.
 *
 * @param {Reading[]} readings in order
 * @param {number} warmUp share of the time that is left out at the start, 0 to 1
 * @returns {MemoryTrend | null} null: too few readings
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
  const alike = likeness(blocks.map(({ at, mb }) => mb - slope * at));
  // Kendall: rising pairs minus falling ones spread this much when there is no trend.
  const spread = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18) * Math.sqrt((1 + alike) / (1 - alike));
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
 * @param {number[]} rest what the slope does not explain
 * @returns {number} correlation of neighbours, 0 to 0.6, put right for so few values
 */
function likeness(rest) {
  const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
  const off = rest.map((value) => value - mean);
  const whole = off.reduce((sum, value) => sum + value * value, 0);
  const beside = off.reduce((sum, value, i) => sum + (i > 0 ? value * off[i - 1] : 0), 0);
  // What is less than a kilobyte is rounding.
  const found = whole > rest.length * 1e-6 ? beside / whole : 0;
  return Math.min(MOST_ALIKE, Math.max(0, found + (1 + 3 * found) / rest.length));
}
