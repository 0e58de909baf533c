// The sections of the page that are tables.

import { CAUSES } from '../../summary/causes.js';
import { rangeBar } from '../charts.js';
import {
  change,
  checkShare,
  grouped,
  percent,
  sentence,
  short,
  stepsSentence,
  when,
} from '../format.js';
import { markup, Markup } from '../markup.js';
import { cell, mark, section, table } from '../parts.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */

/** With more passed thresholds than this, their table is collapsed. */
const THRESHOLDS_SHOWN = 12;

/** How an endpoint compares with the baseline. */
const CHANGES = {
  ok: 'within the limit',
  slower: 'slower',
  failing: 'more errors',
  missing: 'missing',
  new: 'new',
};

/**
 * @param {Summary} summary
 * @returns {Markup | null} null for a run without a baseline
 * @example comparison(summary)
 */
export function comparison({ comparison: compared }) {
  if (!compared) {
    return null;
  }
  const { baseline } = compared;
  return section(
    'Compared with the baseline',
    markup`<p>
        ${baseline.name}: ${grouped(baseline.runs)} ${baseline.runs === 1 ? 'run' : 'runs'}, saved
        ${when(baseline.timestamp)}${baseline.gitCommit && ` at ${baseline.gitCommit}`}. A p95 above
        its limit fails the run. The limit allows for the variation between the runs of the baseline.
      </p>
      ${table(
        'p95 of each endpoint, compared with the baseline',
        ['Endpoint', 'Baseline (ms)', 'This run (ms)', 'Change', 'Limit (ms)', 'Result'],
        compared.endpoints.map((row) => [
          markup`<bdi>${row.name}</bdi>${row.was && markup` <small>was <bdi>${row.was}</bdi></small>`}`,
          row.baseline === null ? '-' : cell(row.baseline, short(row.baseline)),
          row.current === null ? '-' : cell(row.current, short(row.current)),
          row.change === null ? '-' : cell(row.change, change(row.change)),
          row.limit === null ? '-' : cell(row.limit, short(row.limit)),
          mark(['ok', 'new'].includes(row.status), CHANGES[row.status]),
        ]),
      )}`,
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup | null} null for a test without requests
 * @example endpoints(summary)
 */
export function endpoints({ endpoints: rows, thresholds: results }) {
  if (rows.length === 0) {
    return null;
  }
  const present = rows.flatMap(({ duration }) => (duration === null ? [] : [duration]));
  const scale = {
    low: Math.max(Math.min(...present.map(({ min }) => min)), 0.01),
    high: Math.max(...present.map(({ p99 }) => p99), 0.02),
  };
  // Collected in one pass: an API test can have thousands of thresholds.
  const bad = new Set(
    results.filter(({ ok }) => !ok).map(({ metric }) => /\{name:(.*)\}$/.exec(metric)?.[1]),
  );
  return section(
    'Endpoints',
    table(
      'Times in milliseconds. The bar spans the median to p95, the line the minimum to p99; all rows share one scale.',
      [
        'Endpoint',
        'Requests',
        'Per second',
        'Avg',
        'p50',
        'p95',
        'p99',
        'Max',
        'Spread',
        'Failed',
        'Checks',
      ],
      rows.map(
        ({ name, requests, requestRate, duration, errorRate, errorTypes, checks: counts }) => {
          const causes = Object.keys(errorTypes).map(
            (cause) => CAUSES[/** @type {keyof typeof CAUSES} */ (cause)],
          );
          const time = (/** @type {'avg' | 'p50' | 'p95' | 'p99' | 'max'} */ key) =>
            duration === null ? '-' : cell(duration[key], short(duration[key]));
          return [
            markup`<bdi>${name}</bdi
              >${bad.has(name) && markup` <span class="bad">✗</span>`}${causes.length > 0 && markup` <small>${causes.join(', ')}</small>`}`,
            cell(requests, grouped(requests)),
            cell(requestRate, short(requestRate)),
            time('avg'),
            time('p50'),
            time('p95'),
            time('p99'),
            time('max'),
            duration === null ? '' : rangeBar(duration, scale),
            cell(errorRate, percent(errorRate)),
            checkShare(counts),
          ];
        },
      ),
      { sortable: true },
    ),
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup[]} one section for each table that the test itself adds to the summary
 * @example ownTables(summary)
 */
export function ownTables({ tables = [] }) {
  return tables.map(({ title, head, rows }) =>
    section(
      heading(title),
      table(
        heading(title),
        head,
        rows.map((cells) => cells.map((value) => (value === null ? '-' : String(value)))),
        { captioned: false },
      ),
    ),
  );
}

/**
 * @param {string} title as in the console, such as `LATENCY (ms)`
 * @returns {string} such as `Latency (ms)`
 */
function heading(title) {
  const [, first = '', rest = ''] = /^(\p{Lu})([\p{Lu} ]+)(?![\p{Ll}])/u.exec(title) ?? [];
  return `${first}${rest.toLowerCase()}${title.slice(first.length + rest.length)}`;
}

/**
 * @param {Summary} summary
 * @returns {Markup | null} null for a run without load steps
 * @example steps(summary)
 */
export function steps(summary) {
  const { stages } = summary;
  return stages.length === 0
    ? null
    : section(
        'Load steps',
        markup`<p>${sentence(stepsSentence(summary))}</p>
          ${
            summary.metrics.requests > 0 &&
            table(
              'Metrics of each load step',
              [
                'Step',
                'Requests',
                'Per second',
                'p50 (ms)',
                'p95 (ms)',
                'p99 (ms)',
                'Failed',
                'Checks',
              ],
              stages.map(({ name, requests, requestRate, duration, errorRate, checks: counts }) => [
                name,
                grouped(requests),
                short(requestRate),
                duration ? short(duration.p50) : '-',
                duration ? short(duration.p95) : '-',
                duration ? short(duration.p99) : '-',
                percent(errorRate),
                checkShare(counts),
              ]),
            )
          }`,
      );
}

/**
 * @param {Summary} summary
 * @returns {Markup}
 * @example thresholds(summary)
 */
export function thresholds({ thresholds: results }) {
  const passed = results.filter(({ ok }) => ok);
  const failed = results.filter(({ ok }) => !ok);
  const rows = (/** @type {Summary['thresholds']} */ list) =>
    list.map(({ metric, expression, value, unit, ok, measured }) => [
      markup`<code>${metric}</code>`,
      markup`<code>${expression}</code>`,
      !measured || value === null ? '-' : `${short(value)}${unit && ` ${unit}`}`,
      mark(ok, !measured ? 'never measured' : ok ? 'passed' : 'crossed'),
    ]);
  const head = ['Metric', 'Condition', 'Measured', 'Result'];
  const all = table('Passed thresholds', head, rows(passed));
  return section(
    'Thresholds',
    markup`${failed.length > 0 && table('Failed thresholds', head, rows(failed))}
<details${passed.length <= THRESHOLDS_SHOWN && new Markup(' open')}><summary>${passed.length} of ${results.length} passed</summary>${all}</details>`,
  );
}
