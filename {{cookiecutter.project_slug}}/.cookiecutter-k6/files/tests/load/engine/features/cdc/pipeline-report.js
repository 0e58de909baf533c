import { grouped, length, milliseconds } from '../../report/format.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */

/**
 * @param {Summary} summary
 * @param {string} title of a table
 * @returns {Record<string, any>[]} its rows by the heads of its columns
 */
function rowsOf({ tables = [] }, title) {
  const found = tables.find((table) => table.title === title);
  return (found?.rows ?? []).map((cells) =>
    Object.fromEntries(cells.map((value, i) => [found?.head[i] ?? '', value])),
  );
}

/**
 * @param {Summary} summary
 * @returns {import('../../types/features.js').Tile[] | null} null: this run tested no pipeline
 */
function pipelineTiles(summary) {
  const [all] = rowsOf(summary, 'PIPELINE');
  if (all === undefined) {
    return null;
  }
  const latencies = rowsOf(summary, 'LATENCY (ms)');
  const time = (/** @type {string} */ part) => latencies.find((row) => row.part === part);
  const [visible, write] = [time('write to visible'), time('write')];
  const wrong = all.stale + all.corrupted + (all['out of order'] ?? 0);
  return [
    ['Rows', grouped(all.rows), `in ${length(summary.run.durationMs)}`],
    [
      'Lost, duplicated',
      `${grouped(all.lost)}, ${grouped(all.duplicated)}`,
      `${grouped(all['not deleted'])} not deleted`,
      all.lost + all.duplicated + all['not deleted'] > 0,
    ],
    [
      'Wrong',
      grouped(wrong),
      `${grouped(all.stale)} stale, ${grouped(all.corrupted)} corrupted`,
      wrong > 0,
    ],
    ['Late', grouped(all.late ?? 0), 'visible after the limit', all.late > 0],
    ['Visible p95', milliseconds(visible?.p95), `median ${milliseconds(visible?.p50)}`],
    ['Write p95', milliseconds(write?.p95), `median ${milliseconds(write?.p50)}`],
  ];
}

/** @type {import('../../types/features.js').ReportHooks} */
export const reportHooks = { tiles: pipelineTiles };
