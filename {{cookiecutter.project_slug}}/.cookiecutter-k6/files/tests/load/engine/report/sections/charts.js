// The sections of the page that have charts.

import { hooksOf } from '../../features/registry.js';
import { distributionChart, lineChart } from '../charts.js';
import { short, when } from '../format.js';
import { markup } from '../markup.js';
import { cell, section, table } from '../parts.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('../../types/report.js').ReportExtras} ReportExtras */
/** @typedef {import('../markup.js').Markup} Markup */

const features = hooksOf('report');

/**
 * Charts the run over time, from what the wrapper records while k6 runs.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup} a note instead of charts if nothing was recorded
 * @example overTime(summary, { timeline })
 */
export function overTime(summary, { timeline }) {
  if (!timeline) {
    return section(
      'Over time',
      markup`<p>
        No data over time. <code>scripts/load-test.sh</code> records it for runs of at least a few
        seconds; k6 alone does not.
      </p>`,
    );
  }
  const { at, rate, failed, p50, p95, vus, seconds } = timeline;
  const count = short(seconds);
  const span = count === '1' ? 'one second' : `${count} seconds`;
  const { what, errorRate } = headline(summary);
  const limit = errorRate > 0 ? 0 : 1;
  const limits = (/** @type {RegExp} */ condition, factor = 1) =>
    what === 'requests' ? limitsOf(summary, condition).map((value) => value * factor) : [];
  return section(
    'Over time',
    markup`<p>
        One point is ${span}. ${what === 'requests' && 'Requests of the setup are included. '}An
        incomplete point at the end is left out.
      </p>
      <div class="charts">
        ${lineChart({ title: `${capital(what)} per second`, at, series: [{ name: what, values: rate, tone: 'first', filled: true }], unit: '/s' })}
        ${lineChart({ title: `Failed ${what} (%)`, at, series: [{ name: 'failed', values: failed, tone: 'bad', filled: true }], unit: '%', least: limit, limits: limits(/^http_req_failed rate<=?([\d.]+)$/, 100) })}
        ${lineChart({
          title: 'Latency (ms)',
          at,
          limits: limits(/^http_req_duration p\(95\)<=?([\d.]+)$/),
          series: [
            { name: 'p95', values: p95, tone: 'first' },
            { name: 'median', values: p50, tone: 'second' },
          ],
          unit: ' ms',
        })}
        ${lineChart({ title: 'Virtual users', at, series: [{ name: 'users', values: vus, tone: 'second', filled: true }], whole: true })}
      </div>`,
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup | null} null for a run without latencies
 * @example distribution(summary)
 */
export function distribution({ distribution: shares, metrics: { duration } }) {
  return (
    shares &&
    duration &&
    section(
      'Latency distribution',
      markup`<div class="charts">
        ${distributionChart(shares, duration)}
        ${table(
          'The same as a table',
          ['Share', 'Within (ms)'],
          shares.percentiles
            .map((share, i) => [`${share}%`, cell(shares.ms[i], short(shares.ms[i]))])
            .filter((_, i) => [25, 50, 75, 90, 95, 99, 99.9, 100].includes(shares.percentiles[i])),
        )}
      </div>`,
    )
  );
}

/**
 * Charts this run and earlier ones of the same test.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup | null} null without earlier runs
 * @example trend(summary, { history })
 */
export function trend(summary, { history = [] }) {
  if (history.length === 0) {
    return null;
  }
  const runs = [...history, summary];
  const at = runs.map((_, i) => i + 1);
  const label = (/** @type {number} */ place) =>
    place === runs.length ? 'this run' : when(runs[place - 1]?.timestamp ?? '').slice(5, 16);
  const values = (/** @type {(run: Summary) => number | undefined} */ pick) =>
    runs.map((entry) => pick(entry) ?? null);
  return section(
    'Trend',
    markup`<p>
        The last ${runs.length} runs of this test with the same number of users, all from this
        machine.
      </p>
      <div class="charts">
        ${lineChart({
          title: 'Latency by run (ms)',
          at,
          series: [
            { name: 'p95', values: values((run) => headline(run).duration?.p95), tone: 'first' },
            {
              name: 'median',
              values: values((run) => headline(run).duration?.p50),
              tone: 'second',
            },
          ],
          unit: ' ms',
          label,
        })}
        ${lineChart({ title: `Failed ${headline(summary).what} by run (%)`, at, series: [{ name: 'failed', values: values((run) => headline(run).errorRate), tone: 'bad', filled: true }], unit: '%', label, least: 1 })}
      </div>`,
  );
}

/**
 * Returns what the charts show: requests, or what a feature measures instead.
 *
 * @param {Summary} summary
 * @returns {import('../../types/features.js').Headline}
 */
function headline(summary) {
  const { duration, errorRate } = summary.metrics;
  const own = features.map((feature) => feature.headline?.(summary)).find(Boolean);
  return own ?? { what: 'requests', duration, errorRate };
}

/**
 * @param {Summary} summary
 * @param {RegExp} condition on metric and expression; its group is the limit
 * @returns {number[]}
 */
function limitsOf({ thresholds }, condition) {
  return thresholds.flatMap(({ metric, expression }) => {
    const match = condition.exec(`${metric} ${expression.replace(/\s/g, '')}`);
    return match ? [Number(match[1])] : [];
  });
}

/** @param {string} word */
const capital = (word) => `${word[0].toUpperCase()}${word.slice(1)}`;
