import {
  change,
  checkShare,
  grouped,
  length,
  percent,
  runName,
  sentence,
  short,
  stepsSentence,
  verdictSentence,
} from './format.js';
import { hooksOf } from '../features/registry.js';
import { legible } from './markup.js';

const features = hooksOf('report');

/** @typedef {import('../types/summary.js').Summary} Summary */

/**
 * Writes a run as Markdown, for the job summary of a CI system.
 *
 * @param {Summary} summary
 * @returns {string}
 * @example toMarkdown(summary) // '## ✅ Passed: health under smoke\n...'
 */
export function toMarkdown(summary) {
  const { passed, reasons, run, metrics, endpoints, stages, comparison } = summary;
  const blocks = [
    `## ${passed ? '✅ Passed' : '❌ Failed'}: ${text(runName(summary))}`,
    `${text(run.project)} at ${text(run.target)}. ${verdictSentence(summary)}`,
  ];
  if (reasons.length > 0) {
    blocks.push(reasons.map((reason) => `- ${text(reason)}`).join('\n'));
  }
  if (comparison) {
    blocks.push(
      table(
        ['Endpoint', 'Baseline p95 (ms)', 'This run (ms)', 'Change', 'Limit (ms)', 'Result'],
        comparison.endpoints.map((row) => [
          row.was ? `${row.name} (was ${row.was})` : row.name,
          shown(row.baseline),
          shown(row.current),
          row.change === null ? '-' : change(row.change),
          shown(row.limit),
          row.status,
        ]),
      ),
    );
  }
  const tables = features.flatMap((feature) => feature.tables?.(summary) ?? []);
  blocks.push(...tables.map(({ head, rows }) => table(head, rows)));
  if (endpoints.length > 0) {
    blocks.push(metricsTable('Endpoint', endpoints));
  }
  blocks.push(
    ...(summary.tables ?? []).flatMap(({ title, head, rows }) => [
      `### ${text(title)}`,
      table(
        head,
        rows.map((cells) => cells.map((cell) => (cell === null ? '-' : String(cell)))),
      ),
    ]),
  );
  if (stages.length > 0 && endpoints.length > 0) {
    const verdict = text(sentence(stepsSentence(summary)));
    blocks.push('### Load steps', verdict, metricsTable('Step', stages));
  }
  blocks.push(
    `${grouped(metrics.requests)} requests, ${grouped(metrics.iterations)} iterations, ${grouped(summary.peakVUs)} users, ${length(run.durationMs)}`,
  );
  return `${blocks.join('\n\n')}\n`;
}

/**
 * @param {string} what head of the first column
 * @param {import('../types/summary.js').Metrics[]} rows
 * @returns {string}
 */
function metricsTable(what, rows) {
  return table(
    [
      what,
      'Requests',
      'Per second',
      'Avg (ms)',
      'p50 (ms)',
      'p95 (ms)',
      'p99 (ms)',
      'Max (ms)',
      'Failed',
      'Checks',
    ],
    rows.map(({ name, requests, requestRate, duration, errorRate, checks }) => [
      name,
      grouped(requests),
      short(requestRate),
      shown(duration?.avg),
      shown(duration?.p50),
      shown(duration?.p95),
      shown(duration?.p99),
      shown(duration?.max),
      percent(errorRate),
      checkShare(checks),
    ]),
  );
}

/** @param {number | null | undefined} value */
const shown = (value) => (value === null || value === undefined ? '-' : short(value));

/**
 * @param {string[]} head
 * @param {string[][]} rows
 * @returns {string}
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const marks = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [line(head), line(marks), ...rows.map((cells) => line(cells.map(text)))].join('\n');
}

/**
 * Escapes text: everything that Markdown or HTML could read as markup becomes a character reference.
 *
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  return legible(value)
    .replace(/\s+/g, ' ')
    .replace(/[&<>|`*_[\]()#\\~@!]/g, (character) => `&#${character.charCodeAt(0)};`);
}
