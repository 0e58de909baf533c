// The sections of the page that have charts, besides those over time.

import { hooksOf } from '../../features/registry.js';
import { distributionChart } from '../charts.js';
import { short, when } from '../format.js';
import { markup } from '../markup.js';
import { cell, liveCharts, section, table } from '../parts.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('../../types/report.js').ReportExtras} ReportExtras */
/** @typedef {import('../markup.js').Markup} Markup */

const features = hooksOf('report');

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
  const names = runs.map((run, i) =>
    i === runs.length - 1 ? 'this run' : when(run.timestamp ?? '').slice(5, 16),
  );
  const values = (/** @type {(run: Summary) => number | undefined} */ pick) =>
    runs.map((entry) => pick(entry) ?? null);
  const charts = [
    {
      title: 'Latency by run (ms)',
      at,
      names,
      series: [
        { name: 'p95', values: values((run) => headline(run).duration?.p95), tone: 'first' },
        { name: 'median', values: values((run) => headline(run).duration?.p50), tone: 'second' },
      ],
      unit: ' ms',
    },
    {
      title: `Failed ${headline(summary).what} by run (%)`,
      at,
      names,
      series: [
        {
          name: 'failed',
          values: values((run) => headline(run).errorRate),
          tone: 'bad',
          filled: true,
        },
      ],
      unit: '%',
      least: 1,
    },
  ];
  return section(
    'Trend',
    markup`<p>
        The last ${runs.length} runs of this test with the same number of users, all from this
        machine.
      </p>
      ${liveCharts(/** @type {import('../../types/report.js').LineChart[]} */ (charts), { charts })}`,
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
