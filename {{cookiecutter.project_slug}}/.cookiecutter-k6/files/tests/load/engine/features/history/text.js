import { change as signed, milliseconds } from '../../report/format.js';

/** @typedef {import('./types.js').Series} Series */

/** Runs whose p95 the console shows, newest last. */
const COLUMNS = 5;

/**
 * The history for the console: the newest runs of each series, and where an endpoint changed.
 *
 * @param {Series[]} series
 * @returns {string}
 * @example toText(seriesOf(rows, regression))
 */
export function toText(series) {
  return `${series.flatMap(linesOf).join('\n')}\n`;
}

/**
 * @param {Series} series
 * @returns {string[]}
 */
function linesOf({ title, rows, trends }) {
  const shown = rows.slice(-COLUMNS);
  const width = Math.max(10, ...trends.map(({ name }) => name.length)) + 2;
  const line = (/** @type {string} */ name, /** @type {string[]} */ cells) =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  return [
    '',
    `${title} (${rows.length} ${rows.length === 1 ? 'run' : 'runs'})`,
    line(
      'p95',
      shown.map(({ at }) => `${at.slice(5, 10)} ${at.slice(11, 16)}`),
    ),
    line(
      'commit',
      shown.map(({ commit }) => commit?.slice(0, 8) ?? '-'),
    ),
    line(
      'result',
      shown.map(({ passed }) => (passed ? 'passed' : 'FAILED')),
    ),
    ...trends.map(({ name, p95 }) => line(name, p95.slice(-COLUMNS).map(milliseconds))),
    ...trends.flatMap(({ name, changes }) =>
      changes.map(({ at, before, after, percent, confirmed }) => {
        const where = rows[at].commit ? `commit ${rows[at].commit}` : rows[at].id;
        const note = confirmed ? '' : ' (a single run so far)';
        return `  ${percent > 0 ? 'SLOWER' : 'FASTER'} ${name}: p95 ${milliseconds(before)} -> ${milliseconds(after)} (${signed(percent)}) since ${where}${note}`;
      }),
    ),
  ];
}
