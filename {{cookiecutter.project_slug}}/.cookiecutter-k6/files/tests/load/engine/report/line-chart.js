// Line charts. k6 draws them into the page, and the page draws them again when somebody zooms or picks an endpoint: it holds the
// text of this module. Therefore it imports only what the page holds as well, see page.js.

import { clock, short } from './format.js';
import { markup } from './markup.js';

/** @typedef {import('./markup.js').Markup} Markup */
/** @typedef {import('../types/report.js').LineChart} LineChart */
/** @typedef {import('../types/report.js').Series} Series */

// All charts are drawn in these units; the page scales them. Small on purpose: a phone shows them at about
// this size, and text in them must stay legible there.
const WIDTH = 460;
const HEIGHT = 180;
const LEFT = 46;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 24;

/** The area in which lines are drawn, for other charts. */
export const AREA = Object.freeze({
  width: WIDTH,
  height: HEIGHT,
  left: LEFT,
  right: WIDTH - RIGHT,
  top: TOP,
  floor: HEIGHT - BOTTOM,
});

/** A limit is drawn up to this many times the highest value. */
const FAR = 3;

/**
 * @param {number} value
 * @returns {number} to a tenth, which is less than a pixel
 * @example units(1.234) // 1.2
 */
export function units(value) {
  return Number(value.toFixed(1));
}

/**
 * Draws lines over time.
 *
 * @param {LineChart} chart
 * @returns {Markup} a figure with a caption
 * @example lineChart({ title: 'Requests per second', at: [1, 2], series: [{ name: 'rate', values: [4, 5], tone: 'first' }] })
 */
export function lineChart(chart) {
  const { title, at, series, unit = '', least = 0, whole, limits = [] } = chart;
  const present = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const highest = Math.max(...present, least);
  // A limit far above all values would press them flat on the axis.
  const near = limits.filter((limit) => limit <= FAR * highest);
  const ticks = ticksUpTo(Math.max(highest, ...near), whole ? 1 : 0);
  const top = ticks[ticks.length - 1];
  const x = placeOf(at);
  const y = (/** @type {number} */ value) => units(AREA.floor - (value / top) * (AREA.floor - TOP));
  const inWords = [
    ...series.map((line) => summaryOf(line, unit)),
    ...limits.map((limit) => `Limit: ${short(limit)}${unit}.`),
  ].join(' ');
  return chartFigure(
    title,
    series,
    `${title}. ${inWords}`,
    markup`${ticks.map((tick) => rule(y(tick), short(tick)))}
    ${near.map((limit) => limitLine(y(limit), `limit ${short(limit)}${unit}`))}
    ${axisPlaces(at).map(
      ({ index, anchor }) =>
        markup`<text class="tick" x="${x(at[index])}" y="${HEIGHT - 7}" text-anchor="${anchor}"
          >${pointName(chart, index)}</text
        >`,
    )}
    ${series.map((line) => linePaths(line, at, x, y))} ${cursorLine(chart, x, y)}`,
  );
}

/**
 * @param {number[]} at
 * @returns {(value: number) => number} horizontal place of a time
 */
function placeOf(at) {
  const first = at.length > 1 ? at[0] : 0;
  const span = at[at.length - 1] - first || 1;
  return (value) => units(LEFT + ((value - first) / span) * (AREA.right - LEFT));
}

/**
 * The point that is nearest to a place in the chart.
 *
 * @param {number[]} at
 * @param {number} share of the width of the chart, 0 to 1
 * @returns {number} its index
 * @example indexAt([1, 2, 3], 1) // 2
 */
export function indexAt(at, share) {
  const x = placeOf(at);
  const distances = at.map((value) => Math.abs(x(value) - share * WIDTH));
  return distances.indexOf(Math.min(...distances));
}

/**
 * The values of all lines at one point.
 *
 * @param {LineChart} chart
 * @param {number} index of the point
 * @returns {string}
 * @example valuesAt(chart, 0) // '0:10: p95 12.3 ms, median 5 ms'
 */
export function valuesAt(chart, index) {
  const { series, unit = '' } = chart;
  const values = series.map(({ name, values: all }) => {
    const value = all[index];
    return `${name} ${value === null || value === undefined ? '-' : short(value) + unit}`;
  });
  return `${pointName(chart, index)}: ${values.join(', ')}`;
}

/**
 * @param {LineChart} chart
 * @param {number} index
 * @returns {string} what the horizontal axis says of a point
 */
function pointName({ at, names }, index) {
  return names?.[index] ?? clock(at[index]);
}

/**
 * A figure around a drawing.
 *
 * @param {string} title
 * @param {Series[]} series
 * @param {string} words the same for those who cannot see it
 * @param {Markup} content
 * @returns {Markup}
 * @example chartFigure('Share of the requests', [], 'p50 5 ms', drawing)
 */
export function chartFigure(title, series, words, content) {
  const legend =
    series.length > 1 &&
    series.map(({ name, tone }) => markup`<span class="key ${tone}">${name}</span>`);
  return markup`<figure>
    <figcaption>${title}${legend}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words}">${content}</svg>
  </figure> `;
}

/**
 * @param {Series} line
 * @param {string} unit
 * @returns {string}
 */
function summaryOf({ name, values }, unit) {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) {
    return `${name}: no values.`;
  }
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const [low, high] = [Math.min(...present), Math.max(...present)].map(short);
  return `${name}: from ${low} to ${high}${unit}, ${short(mean)}${unit} on average.`;
}

/**
 * @param {number} y
 * @param {string} label
 * @returns {Markup} a horizontal line of the grid
 * @example rule(10, '500')
 */
export function rule(y, label) {
  return markup`<line class="grid" x1="${LEFT}" x2="${AREA.right}" y1="${y}" y2="${y}" />
    <text class="tick" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

/**
 * @param {number} y
 * @param {string} label
 * @returns {Markup} a threshold
 */
function limitLine(y, label) {
  return markup`<line class="limit" x1="${LEFT}" x2="${AREA.right}" y1="${y}" y2="${y}" />
    <text class="tick" x="${AREA.right}" y="${y < TOP + 14 ? y + 14 : y - 4}" text-anchor="end">${label}</text>`;
}

/**
 * @param {LineChart} chart
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @returns {Markup | undefined} a line at the point that is looked at, with a dot on each line of the chart
 */
function cursorLine({ at, series, cursor }, x, y) {
  if (cursor === undefined) {
    return undefined;
  }
  const place = x(at[cursor]);
  return markup`<line class="cursor" x1="${place}" x2="${place}" y1="${TOP}" y2="${AREA.floor}" />
    ${series.map(({ values, tone }) => {
      const value = values[cursor];
      return (
        value !== null &&
        markup`<circle class="dot ${tone}" cx="${place}" cy="${y(value)}" r="4" />`
      );
    })}`;
}

/**
 * @param {number[]} at
 * @returns {{ index: number, anchor: string }[]} first, middle and last point of the axis
 */
function axisPlaces(at) {
  const last = at.length - 1;
  const places = [...new Set([0, Math.floor(last / 2), last])];
  return places.map((index) => ({
    index,
    anchor: index === 0 && last > 0 ? 'start' : index === last && last > 0 ? 'end' : 'middle',
  }));
}

/**
 * Draws one line. It is broken where a value is missing; a value between two gaps is a dot.
 *
 * @param {Series} line
 * @param {number[]} at
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @returns {Markup[]}
 * @example linePaths(series, [1, 2], (value) => value, (value) => value)
 */
export function linePaths({ values, tone, filled }, at, x, y) {
  return stretchesOf(values).map(([from, to]) => {
    if (from === to) {
      const value = /** @type {number} */ (values[from]);
      return markup`<path class="line point ${tone}" d="M${x(at[from])} ${y(value)}h.1" />`;
    }
    const path = [];
    for (let i = from; i <= to; i += 1) {
      path.push(`${x(at[i])} ${y(/** @type {number} */ (values[i]))}`);
    }
    const line = `M${path.join('L')}`;
    const base = y(0);
    const area =
      filled &&
      markup`<path class="area ${tone}" d="${line}L${x(at[to])} ${base}L${x(at[from])} ${base}Z" />`;
    return markup`${area}<path class="line ${tone}" d="${line}" />`;
  });
}

/**
 * @param {(number | null)[]} values
 * @returns {[from: number, to: number][]} stretches without a gap
 */
function stretchesOf(values) {
  /** @type {[number, number][]} */
  const stretches = [];
  values.forEach((value, i) => {
    if (value === null) {
      return;
    }
    const last = stretches[stretches.length - 1];
    if (last && last[1] === i - 1) {
      last[1] = i;
    } else {
      stretches.push([i, i]);
    }
  });
  return stretches;
}

/**
 * Values for the marks of an axis.
 *
 * @param {number} highest
 * @param {number} [smallestStep] 1 for things that are counted
 * @returns {number[]} round numbers from 0 to at least `highest`
 * @example ticksUpTo(9) // [0, 2.5, 5, 7.5, 10]
 */
export function ticksUpTo(highest, smallestStep = 0) {
  const target = highest > 0 ? highest : 1;
  const magnitude = 10 ** Math.floor(Math.log10(target / 3));
  const step =
    [1, 2, 2.5, 5, 10]
      .map((factor) => factor * magnitude)
      .find(
        (size) =>
          size * 4 >= target &&
          size >= smallestStep &&
          (smallestStep === 0 || Number.isInteger(size)),
      ) ?? 10 * magnitude;
  const count = Math.max(1, Math.ceil(Number((target / step).toFixed(6))));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
