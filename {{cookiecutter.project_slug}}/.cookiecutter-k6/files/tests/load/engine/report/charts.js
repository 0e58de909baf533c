// Charts besides those over time.

import { short } from './format.js';
import { AREA, chartFigure, linePaths, rule, ticksUpTo, units } from './line-chart.js';
import { markup } from './markup.js';

/** @typedef {import('./markup.js').Markup} Markup */

/** Bars of the latency distribution. */
const BARS = 32;

/**
 * Draws the latency distribution on a logarithmic scale. k6 keeps percentiles, no histogram: between two of them, an even
 * distribution is assumed.
 *
 * @param {import('../types/summary.js').Distribution} distribution
 * @param {import('../types/summary.js').Durations} durations of the same requests
 * @returns {Markup}
 */
export function distributionChart(distribution, { min, p50, p95, p99, max }) {
  const low = Math.max(min, 0.01);
  const high = Math.max(max, low * 1.5);
  const edges = Array.from({ length: BARS + 1 }, (_, i) => low * (high / low) ** (i / BARS));
  const below = shareBelow(distribution, low);
  const shares = edges.slice(1).map((edge, i) => below(edge) - below(edges[i]));
  const ticks = ticksUpTo(Math.max(...shares));
  const x = (/** @type {number} */ value) =>
    units(AREA.left + (Math.log(value / low) / Math.log(high / low)) * (AREA.right - AREA.left));
  const { floor } = AREA;
  const y = (/** @type {number} */ value) =>
    units(floor - (value / ticks[ticks.length - 1]) * (floor - AREA.top));
  const marks = /** @type {[string, number][]} */ ([
    ['p50', p50],
    ['p95', p95],
    ['p99', p99],
  ]);
  return chartFigure(
    'Share of the requests (%) by latency (ms)',
    [],
    `Latency distribution. ${marks.map(([name, value]) => `${name} ${short(value)} ms`).join(', ')}.`,
    markup`${ticks.map((tick) => rule(y(tick), short(tick)))}
    ${shares.map((share, i) => {
      const [left, right] = [x(edges[i]), x(edges[i + 1])];
      return markup`<rect class="bar" x="${left}" y="${y(share)}" width="${units(right - left - 1)}" height="${units(floor - y(share))}"><title>${short(edges[i])} to ${short(edges[i + 1])} ms: about ${short(share)}%</title></rect>`;
    })}
    ${marks.map(
      ([name, value], i) =>
        markup`<line class="mark" x1="${x(value)}" x2="${x(value)}" y1="${AREA.top + 13 * i}" y2="${floor}"/><text class="tick" x="${x(value) + (x(value) > AREA.width - 100 ? -4 : 4)}" y="${AREA.top + 10 + 13 * i}" text-anchor="${x(value) > AREA.width - 100 ? 'end' : 'start'}">${name} ${short(value)}</text>`,
    )}
    ${[0, BARS / 4, BARS / 2, (3 * BARS) / 4, BARS].map((i) => {
      const anchor = i === 0 ? 'start' : i === BARS ? 'end' : 'middle';
      return markup`<text class="tick" x="${x(edges[i])}" y="${AREA.height - 7}" text-anchor="${anchor}">${short(edges[i])}</text>`;
    })}`,
  );
}

/**
 * @param {import('../types/summary.js').Distribution} distribution
 * @param {number} low the shortest latency, milliseconds
 * @returns {(value: number) => number} percentage of the requests that took at most this many milliseconds
 */
function shareBelow({ percentiles, ms }, low) {
  const shares = [0, ...percentiles];
  const places = [low, ...ms].map((value) => Math.log(Math.max(value, low)));
  return (value) => {
    const place = Math.log(value);
    const i = places.findIndex((known) => known > place + 1e-9);
    if (i === -1) {
      return 100;
    }
    if (i === 0) {
      return 0;
    }
    const part = (place - places[i - 1]) / (places[i] - places[i - 1]);
    return shares[i - 1] + part * (shares[i] - shares[i - 1]);
  };
}

/**
 * Draws the spread of one endpoint's latencies on the logarithmic scale that all endpoints share: a thin
 * line from the fastest to p99, a bar from the median to p95.
 *
 * @param {import('../types/summary.js').Durations} durations
 * @param {{ low: number, high: number }} scale milliseconds
 * @returns {Markup}
 */
export function rangeBar({ min, p50, p95, p99 }, { low, high }) {
  const span = Math.log(high / low) || 1;
  const x = (/** @type {number} */ value) =>
    units(2 + (116 * Math.log(Math.max(value, low) / low)) / span);
  return markup`<svg class="range" viewBox="0 0 120 14" aria-hidden="true">
    <line x1="${x(min)}" x2="${x(p99)}" y1="7" y2="7" />
    <rect x="${x(p50)}" y="3" width="${units(Math.max(x(p95) - x(p50), 2))}" height="8" rx="2" />
  </svg>`;
}

/** Units of a sparkline; the page stretches it. */
const SPARK = Object.freeze({ width: 100, height: 30 });

/**
 * Draws a line over time without axes, for one row of many.
 *
 * @param {object} spark
 * @param {number[]} spark.at end of each point, seconds
 * @param {(number | null)[]} spark.values
 * @param {'first' | 'second' | 'bad'} spark.tone
 * @param {number} [spark.least] the axis reaches at least this value
 * @param {number[]} [spark.limits]
 * @returns {Markup}
 * @example sparkline({ at: [1, 2], values: [3, null], tone: 'first' })
 */
export function sparkline({ at, values, tone, least = 0, limits = [] }) {
  const highest = Math.max(...values.map((value) => value ?? 0), least) || 1;
  const near = limits.filter((limit) => limit <= 2 * highest);
  const top = Math.max(highest, ...near);
  const span = at[at.length - 1] - at[0] || 1;
  const x = (/** @type {number} */ value) => Math.round((SPARK.width * (value - at[0])) / span);
  const y = (/** @type {number} */ value) =>
    units(SPARK.height - 2 - (value / top) * (SPARK.height - 4));
  return markup`<svg class="spark" viewBox="0 0 ${SPARK.width} ${SPARK.height}" preserveAspectRatio="none" aria-hidden="true">${near.map(
    (limit) =>
      markup`<line class="limit" x1="0" x2="${SPARK.width}" y1="${y(limit)}" y2="${y(limit)}" />`,
  )}${linePaths({ name: '', values, tone, filled: true }, at, x, y)}</svg>`;
}
