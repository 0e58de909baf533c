import { rounded } from '../summary/statistics.js';

/** @typedef {import('../types/report.js').Timeline} Timeline */

/** Most points of a chart: more than a screen can show, few enough for a small page. */
const MAX_POINTS = 120;

/** What the charts show: how many, the share that failed, how long they took. */
export const REQUESTS = {
  count: 'http_reqs',
  failed: 'http_req_failed',
  duration: 'http_req_duration',
};

/**
 * Reads what k6's web dashboard records (`K6_WEB_DASHBOARD_RECORD`): one JSON document a line. A snapshot is a
 * list of figures, one entry per metric in alphabetical order; which metrics there are is announced before.
 *
 * k6 records per period, for all requests of the run, set-up included.
 *
 * @param {string} text
 * @param {typeof REQUESTS} [source] metrics that are read
 * @returns {Timeline | null} null when there is no whole period in it
 * @example readTimeline(open('/results/run/.timeline'))
 */
export function readTimeline(text, source = REQUESTS) {
  /** @type {Set<string>} */
  const names = new Set();
  /** @type {Record<string, string[]>} */
  let aggregates = {};
  /** @type {Record<string, string>} */
  const types = {};
  /** @type {(Point & { time: number })[]} */
  const points = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const { event, data } = parsed(line);
    if (event === 'param') {
      aggregates = data.aggregates;
    } else if (event === 'start') {
      [[start]] = data;
    } else if (event === 'metric') {
      for (const [name, { type }] of Object.entries(data)) {
        names.add(name);
        types[name] = type;
      }
    } else if (event === 'snapshot') {
      const order = [...names].sort();
      points.push(
        pointOf((metric, aggregate) => {
          const row = data[order.indexOf(metric)] ?? [];
          return row[aggregates[types[metric]]?.indexOf(aggregate)] ?? null;
        }, source),
      );
    }
  }
  return points.length > 0 ? assemble(points, start) : null;
}

/** @typedef {{ rate: number, failed: number | null, p50: number | null, p95: number | null, vus: number | null }} Point */

/**
 * @param {string} line
 * @returns {{ event?: string, data?: any }} nothing for a line that was cut off
 */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/**
 * @param {(metric: string, aggregate: string) => number | null} figure
 * @param {typeof REQUESTS} source
 * @returns {Point & { time: number }}
 */
function pointOf(figure, source) {
  const requests = figure(source.count, 'count') ?? 0;
  const measured = (/** @type {number | null} */ value) => (requests > 0 ? value : null);
  const failed = measured(figure(source.failed, 'rate'));
  return {
    time: figure('time', 'value') ?? 0,
    rate: figure(source.count, 'rate') ?? 0,
    failed: failed === null ? null : failed * 100,
    p50: measured(figure(source.duration, 'med')),
    p95: measured(figure(source.duration, 'p(95)')),
    vus: figure('vus', 'value'),
  };
}

/**
 * @param {(Point & { time: number })[]} points
 * @param {number} start milliseconds
 * @returns {Timeline}
 */
function assemble(points, start) {
  const size = Math.ceil(points.length / MAX_POINTS);
  const last = points[points.length - 1].time;
  /** @type {Timeline} */
  const timeline = {
    seconds: rounded((size * (last - start)) / 1000 / points.length),
    at: [],
    rate: [],
    failed: [],
    p50: [],
    p95: [],
    vus: [],
  };
  let vus = 0;
  for (let i = 0; i < points.length; i += size) {
    const part = points.slice(i, i + size);
    // k6 samples the number of VUs once a second: a short period may hold none.
    vus = highest(part, 'vus') ?? vus;
    timeline.at.push(rounded((part[part.length - 1].time - start) / 1000));
    timeline.rate.push(rounded(part.reduce((sum, point) => sum + point.rate, 0) / part.length));
    timeline.failed.push(weighted(part));
    timeline.p50.push(highest(part, 'p50'));
    timeline.p95.push(highest(part, 'p95'));
    timeline.vus.push(vus);
  }
  return timeline;
}

/**
 * Percentiles of several periods cannot be merged: the highest one is shown.
 *
 * @param {Point[]} part
 * @param {'p50' | 'p95' | 'vus'} key
 * @returns {number | null}
 */
function highest(part, key) {
  const values = part.map((point) => point[key]).filter((value) => value !== null);
  return values.length > 0 ? Math.max(...values) : null;
}

/**
 * @param {Point[]} part
 * @returns {number | null} share of failed requests, weighted by how many there were
 */
function weighted(part) {
  const requests = part.reduce((sum, { rate }) => sum + rate, 0);
  const failed = part.reduce((sum, point) => sum + (point.failed ?? 0) * point.rate, 0);
  return requests > 0 ? rounded(failed / requests) : null;
}
