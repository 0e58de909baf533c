import { clock, short } from './format.js';
import { markup } from './markup.js';

/** @typedef {import('./markup.js').Markup} Markup */
/** @typedef {import('../types/report.js').Series} Series */

// All charts are drawn in these units; the page scales them. Small on purpose: a phone shows them at about
// this size, and text in them must stay legible there.
const WIDTH = 460;
const HEIGHT = 180;
const LEFT = 46;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 24;

/** A limit is drawn up to this many times the highest value. */
const FAR = 3;

/** @param {number} value */
const units = (value) => Number(value.toFixed(1));

/**
 * Draws lines over time.
 *
 * @param {object} chart
 * @param {string} chart.title what the axis shows, unit included
 * @param {number[]} chart.at end of each point, seconds
 * @param {Series[]} chart.series
 * @param {string} [chart.unit] behind each figure
 * @param {(value: number) => string} [chart.label] names a place on the horizontal axis
 * @param {number} [chart.least] the axis reaches at least this value
 * @param {boolean} [chart.whole] the axis counts in whole numbers
 * @param {number[]} [chart.limits] thresholds, drawn as dashed lines
 * @returns {Markup} a figure with a caption
 * @example lineChart({ title: 'Requests per second', at: [1, 2], series: [{ name: 'rate', values: [4, 5], tone: 'first' }] })
 */
export function lineChart({ title, at, series, unit = '', label = clock, least = 0, ...more }) {
  const { whole, limits = [] } = more;
  const present = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const highest = Math.max(...present, least);
  // A limit far above all values would press them flat on the axis.
  const shown = limits.filter((limit) => limit <= FAR * highest);
  const ticks = ticksUpTo(Math.max(highest, ...shown), whole ? 1 : 0);
  const top = ticks[ticks.length - 1];
  const first = at.length > 1 ? at[0] : 0;
  const last = at[at.length - 1];
  const x = (/** @type {number} */ value) =>
    units(LEFT + ((value - first) / (last - first || 1)) * (WIDTH - LEFT - RIGHT));
  const y = (/** @type {number} */ value) =>
    units(HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM));
  return figure(
    title,
    series,
    `${title}. ${[...series.map((line) => inWords(line, unit)), ...limits.map((limit) => `Limit: ${short(limit)}${unit}.`)].join(' ')}`,
    markup`${ticks.map((tick) => rule(y(tick), short(tick)))}
    ${shown.map((limit) => limitLine(y(limit), `limit ${short(limit)}${unit}`))}
    ${axisPlaces(at).map(
      ({ value, anchor }) =>
        markup`<text class="tick" x="${x(value)}" y="${HEIGHT - 7}" text-anchor="${anchor}"
          >${label(value)}</text
        >`,
    )}
    ${series.map((line) => drawn(line, at, x, y))} ${readouts(at, series, { x, unit, label })}`,
  );
}

/**
 * @param {string} title
 * @param {Series[]} series
 * @param {string} words the same for those who cannot see it
 * @param {Markup} content
 * @returns {Markup}
 */
function figure(title, series, words, content) {
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
function inWords({ name, values }, unit) {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) {
    return `${name}: no figures.`;
  }
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  const [low, high] = [Math.min(...present), Math.max(...present)].map(short);
  return `${name}: from ${low} to ${high}${unit}, on average ${short(mean)}${unit}.`;
}

/**
 * @param {number} y
 * @param {string} label
 * @returns {Markup} a horizontal line of the grid
 */
function rule(y, label) {
  return markup`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" />
    <text class="tick" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${label}</text>`;
}

/**
 * @param {number} y
 * @param {string} label
 * @returns {Markup} a threshold
 */
function limitLine(y, label) {
  return markup`<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" />
    <text class="tick" x="${WIDTH - RIGHT}" y="${y < TOP + 14 ? y + 14 : y - 4}" text-anchor="end">${label}</text>`;
}

/**
 * @param {number[]} at
 * @returns {{ value: number, anchor: string }[]} first, middle and last place of the axis
 */
function axisPlaces(at) {
  const last = at.length - 1;
  const places = [...new Set([0, Math.floor(last / 2), last])];
  return places.map((index) => ({
    value: at[index],
    anchor: index === 0 && last > 0 ? 'start' : index === last && last > 0 ? 'end' : 'middle',
  }));
}

/**
 * Draws one line; it is broken where there is no figure, and a figure alone is a dot.
 *
 * @param {Series} line
 * @param {number[]} at
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @returns {Markup[]}
 */
function drawn({ values, tone, filled }, at, x, y) {
  return runsOf(values).map(([from, to]) => {
    if (from === to) {
      const value = /** @type {number} */ (values[from]);
      return markup`<circle class="dot ${tone}" cx="${x(at[from])}" cy="${y(value)}" r="3" />`;
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
function runsOf(values) {
  /** @type {[number, number][]} */
  const runs = [];
  values.forEach((value, i) => {
    if (value === null) {
      return;
    }
    const last = runs[runs.length - 1];
    if (last && last[1] === i - 1) {
      last[1] = i;
    } else {
      runs.push([i, i]);
    }
  });
  return runs;
}

/**
 * One strip per point, whose title the browser shows under the pointer.
 *
 * @param {number[]} at
 * @param {Series[]} series
 * @param {{ x: (value: number) => number, unit: string, label: (value: number) => string }} scale
 * @returns {Markup[]}
 */
function readouts(at, series, { x, unit, label }) {
  const width = (WIDTH - LEFT - RIGHT) / Math.max(at.length - 1, 1);
  return at.map((place, i) => {
    const figures = series.map(({ name, values }) => {
      const value = values[i];
      return `${name} ${value === null || value === undefined ? '-' : short(value) + unit}`;
    });
    return markup`<rect
      class="hover"
      x="${units(x(place) - width / 2)}"
      y="${TOP}"
      width="${units(width)}"
      height="${HEIGHT - TOP - BOTTOM}"
      ><title>${label(place)}: ${figures.join(', ')}</title></rect
    >`;
  });
}

/**
 * @param {number} highest
 * @param {number} [smallestStep] 1 for things that are counted
 * @returns {number[]} round numbers from 0 to at least `highest`
 */
function ticksUpTo(highest, smallestStep = 0) {
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

/** Bars of the latency distribution. */
const BARS = 32;

/**
 * Draws how the latencies are spread, on a logarithmic scale. k6 keeps percentiles, no histogram: what lies
 * between two of them is taken as evenly spread.
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
    units(LEFT + (Math.log(value / low) / Math.log(high / low)) * (WIDTH - LEFT - RIGHT));
  const floor = HEIGHT - BOTTOM;
  const y = (/** @type {number} */ value) =>
    units(floor - (value / ticks[ticks.length - 1]) * (HEIGHT - TOP - BOTTOM));
  const marks = /** @type {[string, number][]} */ ([
    ['p50', p50],
    ['p95', p95],
    ['p99', p99],
  ]);
  return figure(
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
        markup`<line class="mark" x1="${x(value)}" x2="${x(value)}" y1="${TOP + 13 * i}" y2="${floor}"/><text class="tick" x="${x(value) + (x(value) > WIDTH - 100 ? -4 : 4)}" y="${TOP + 10 + 13 * i}" text-anchor="${x(value) > WIDTH - 100 ? 'end' : 'start'}">${name} ${short(value)}</text>`,
    )}
    ${[0, BARS / 4, BARS / 2, (3 * BARS) / 4, BARS].map((i) => {
      const anchor = i === 0 ? 'start' : i === BARS ? 'end' : 'middle';
      return markup`<text class="tick" x="${x(edges[i])}" y="${HEIGHT - 7}" text-anchor="${anchor}">${short(edges[i])}</text>`;
    })}`,
  );
}

/**
 * @param {import('../types/summary.js').Distribution} distribution
 * @param {number} low the shortest latency, milliseconds
 * @returns {(value: number) => number} percent of the requests that took at most so many milliseconds
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
