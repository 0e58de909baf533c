import { grouped, milliseconds, short } from '../../report/format.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */

/**
 * @param {Summary} summary
 * @returns {import('../../types/features.js').Tile[] | null} null: this run tested no queries
 */
function queryTiles({ tables = [], peakVUs, metrics }) {
  const found = tables.find(({ title }) => title === 'QUERIES (ms)');
  if (found === undefined) {
    return null;
  }
  const rows = /** @type {[string, number, ...(number | null)[]][]} */ (found.rows);
  const worst = (/** @type {number} */ column) =>
    rows.reduce((most, row) => (Number(row[column]) > Number(most[column]) ? row : most));
  const [p50, p95, max, failed] = [2, 3, 4, 5].map((column) => {
    const row = worst(column);
    return { name: row[0], value: /** @type {number | null} */ (row[column]) ?? undefined };
  });
  return [
    ['Queries', grouped(rows.reduce((sum, row) => sum + row[1], 0)), `${rows.length} kinds`],
    ['Failed', `${short(failed.value ?? 0)}%`, `at most: ${failed.name}`, Number(failed.value) > 0],
    ['Slowest p95', milliseconds(p95.value), p95.name],
    ['Slowest median', milliseconds(p50.value), p50.name],
    ['Slowest query', milliseconds(max.value), max.name],
    ['Users', grouped(peakVUs), `${grouped(metrics.iterations)} iterations`],
  ];
}

/** @type {import('../../types/features.js').ReportHooks} */
export const reportHooks = { tiles: queryTiles };
