// The run over time: charts of all requests or of one endpoint, and a row of small charts per endpoint.

import { hooksOf } from '../../features/registry.js';
import { sparkline } from '../charts.js';
import { coursesOf } from '../course-charts.js';
import { grouped, milliseconds, percent, short } from '../format.js';
import { markup } from '../markup.js';
import { liveCharts, section } from '../parts.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('../markup.js').Markup} Markup */
/** @typedef {import('../../types/report.js').Course} Course */
/** @typedef {import('../../types/report.js').Limits} Limits */
/** @typedef {import('../../types/report.js').ReportExtras} ReportExtras */
/** @typedef {import('../../types/report.js').Timeline} Timeline */

const features = hooksOf('report');

/**
 * Charts the run over time.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup | null} null for a run without endpoints; a note instead of charts if nothing was recorded
 * @example overTime(summary, { timeline })
 */
export function overTime(summary, { timeline }) {
  const what =
    features.map((feature) => feature.headline?.(summary)).find(Boolean)?.what ?? 'requests';
  if (!timeline) {
    return summary.endpoints.length === 0 && what === 'requests'
      ? null
      : section('Over time', markup`<p>${absence(summary)}</p>`);
  }
  const data = dataOf(summary, timeline, what);
  const [all] = data.series;
  return section(
    'Over time',
    markup`<p>${explanation(timeline, what)}</p>
      ${liveCharts(coursesOf(data, all), data)}
      ${timeline.endpoints.length > 1 && multiples(data)}`,
  );
}

/**
 * @param {Summary} summary
 * @returns {string} why there are no charts
 */
function absence({ run, metrics }) {
  if (metrics.iterations === 0) {
    return 'No data over time: no iteration was completed.';
  }
  if (metrics.requests === 0) {
    return 'No data over time: this test sends no HTTP requests.';
  }
  return run.segments === undefined
    ? 'No data over time: TIMELINE=false turned it off. That is the default if metrics go to a store with dashboards.'
    : 'No data over time: it is not recorded if a run is split into segments.';
}

/**
 * @param {Timeline} timeline
 * @param {string} what
 * @returns {string}
 */
function explanation({ at, sampled, requests }, what) {
  const [first, second = first] = at;
  const isEven = at.length < 3 || Math.abs(second - first - first) < 0.1 * first;
  const points = isEven
    ? `One point is ${short(first)} s.`
    : 'Points are closer together at the start of the run.';
  const source =
    sampled < 0.98 * requests
      ? ` Latencies are those of ${grouped(sampled)} sampled ${what} of ${grouped(requests)}.`
      : '';
  return points + source;
}

/**
 * What the page needs to draw the charts again.
 *
 * @param {Summary} summary
 * @param {Timeline} timeline
 * @param {string} what plural noun
 * @returns {import('../../types/report.js').CourseData}
 */
function dataOf({ thresholds }, { at, planned, all, endpoints }, what) {
  const limits = limitsByName(thresholds);
  const none = { latency: [], failed: [] };
  const ofAll = what === 'requests' ? limits.get('') : undefined;
  return {
    what,
    at,
    planned,
    series: [
      { name: `All ${what}`, ...pick(all), limits: ofAll ?? none, crossed: false },
      ...endpoints.map((endpoint) => ({
        name: endpoint.name,
        ...pick(endpoint),
        limits: limits.get(endpoint.name) ?? none,
        crossed: thresholds.some(
          ({ ok, metric }) => !ok && metric.endsWith(`{name:${endpoint.name}}`),
        ),
      })),
    ],
  };
}

/** @param {Course} course */
const pick = ({ rate, failed, p50, p95 }) => ({ rate, failed, p50, p95 });

/**
 * @param {Summary['thresholds']} thresholds
 * @returns {Map<string, Limits>} by endpoint; of all requests under an empty name
 */
function limitsByName(thresholds) {
  /** @type {Map<string, Limits>} */
  const limits = new Map();
  for (const { metric, expression } of thresholds) {
    const [, kind, name = ''] = /^http_req_(duration|failed)(?:\{name:(.*)\})?$/.exec(metric) ?? [];
    const text = expression.replace(/\s/g, '');
    const [, limit] =
      (kind === 'duration' ? /^p\(95\)<=?([\d.]+)$/ : /^rate<=?([\d.]+)$/).exec(text) ?? [];
    if (kind !== undefined && limit !== undefined) {
      const found = limits.get(name) ?? { latency: [], failed: [] };
      if (kind === 'duration') {
        found.latency.push(Number(limit));
      } else {
        found.failed.push(100 * Number(limit));
      }
      limits.set(name, found);
    }
  }
  return limits;
}

/**
 * @param {import('../../types/report.js').CourseData} data
 * @returns {Markup} a row of small charts per endpoint
 */
function multiples({ at, what, series }) {
  const highest = (/** @type {(number | null)[]} */ values) =>
    Math.max(...values.map((value) => value ?? 0));
  return markup`<h3>By endpoint</h3>
    <p>Each chart has its own scale; the number is its highest point. Dashed: the threshold.</p>
    <ul class="multiples">
      ${series.slice(1).map(
        ({ name, p95, rate, failed, limits, crossed }, i) =>
          markup`<li>
            <div class="name" data-series="${i + 1}">
              <bdi>${name}</bdi>${crossed && markup` <span class="bad">✗</span>`}
            </div>
            <div>p95 ${milliseconds(highest(p95))} ${sparkline({ at, values: p95, tone: 'first', limits: limits.latency })}</div>
            <div>${short(highest(rate))} ${what}/s ${sparkline({ at, values: rate, tone: 'second' })}</div>
            <div>
              <span class="${highest(failed) > 0 && 'bad'}">${percent(highest(failed))} failed</span>
              ${sparkline({ at, values: failed, tone: 'bad', least: 1, limits: limits.failed })}
            </div>
          </li> `,
      )}
    </ul>`;
}
