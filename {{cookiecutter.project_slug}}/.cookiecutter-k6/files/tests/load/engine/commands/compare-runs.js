// Compares two finished runs. Used by scripts/load-test.sh compare; sends no requests:
//
//   k6 run --quiet --env FIRST=/path/summary.json --env SECOND=/path/summary.json engine/commands/compare-runs.js

import { rowsOf } from '../baseline/baseline.js';
import { change, milliseconds, percent, runName, short } from '../report/format.js';

/** @typedef {import('../types/summary.js').Summary} Summary */

export { default, options } from './frame.js';

/**
 * @param {string} path
 * @returns {Summary}
 * @throws if the file is not the summary of a run
 */
function read(path) {
  const summary = JSON.parse(open(path));
  if (!Array.isArray(summary?.endpoints)) {
    throw new Error(`${path} is not the summary of a run`);
  }
  return summary;
}

/**
 * @param {Summary} first
 * @param {Summary} second
 * @returns {string}
 */
function sideBySide(first, second) {
  const [a, b] = [first, second].map(rowsOf);
  const names = [...new Set([...a, ...b].map(({ name }) => name))];
  const width = Math.max(8, ...names.map(({ length }) => length)) + 2;
  const line = (/** @type {string} */ name, /** @type {string[]} */ columns) =>
    `  ${name.padEnd(width)}${columns.map((cell) => cell.padStart(11)).join('')}`;
  return `${[
    '',
    described('A', first),
    described('B', second),
    ...warnings(first, second),
    '',
    line('ENDPOINTS', [
      'p50 A',
      'p50 B',
      'change',
      'p95 A',
      'p95 B',
      'change',
      'failed A',
      'failed B',
    ]),
    ...names.map((name) => line(name, cells(rowOf(a, name), rowOf(b, name)))),
    line('all', cells(first.metrics, second.metrics)),
    '',
    `  requests per second: ${short(first.metrics.requestRate)}, ${short(second.metrics.requestRate)}`,
    '',
  ].join('\n')}\n`;
}

/**
 * @param {Row[]} rows
 * @param {string} name
 */
const rowOf = (rows, name) => rows.find((row) => row.name === name);

/** @typedef {{ name?: string } & Pick<Summary['metrics'], 'duration' | 'errorRate'>} Row */

/**
 * @param {Row | undefined} a
 * @param {Row | undefined} b
 * @returns {string[]}
 */
function cells(a, b) {
  const pair = (/** @type {'p50' | 'p95'} */ key) => {
    const before = a?.duration?.[key];
    const after = b?.duration?.[key];
    const known = before !== undefined && before > 0 && after !== undefined;
    return [
      milliseconds(before),
      milliseconds(after),
      known
        ? change((after / before - 1) * 100)
        : a === undefined
          ? 'new'
          : b === undefined
            ? 'gone'
            : '-',
    ];
  };
  return [
    ...pair('p50'),
    ...pair('p95'),
    ...[a, b].map((row) => (row ? percent(row.errorRate) : '-')),
  ];
}

/**
 * @param {string} letter
 * @param {Summary} summary
 * @returns {string}
 */
function described(letter, summary) {
  const { passed, run, timestamp } = summary;
  const commit = run.gitCommit ? `, commit ${run.gitCommit}` : '';
  return `  ${letter}  ${run.id ?? timestamp}: ${runName(summary)} ${passed ? 'passed' : 'FAILED'}, ${timestamp}${commit}`;
}

/**
 * @param {Summary} first
 * @param {Summary} second
 * @returns {string[]} why the runs may not be comparable
 */
function warnings(first, second) {
  /** @type {[string, (summary: Summary) => unknown][]} */
  const facts = [
    ['test', ({ run }) => run.test],
    ['profile', ({ run }) => run.profile],
    ['number of users', ({ targetVUs }) => targetVUs],
    ['length', ({ run }) => run.plannedMs],
    ['target', ({ run }) => run.target],
    ['k6', ({ run }) => run.k6Version],
  ];
  const different = facts.filter(([, of]) => of(first) !== of(second)).map(([name]) => name);
  return different.length > 0 ? [`  Note: the runs differ in: ${different.join(', ')}.`] : [];
}

const text = __VU === 0 ? sideBySide(read(__ENV.FIRST), read(__ENV.SECOND)) : '';

export function handleSummary() {
  return { stdout: text };
}
