// Groups the runs of a history into series of comparable ones.

import { length } from '../../report/format.js';
import { changesOf } from './changes.js';
import { keyOf } from './rows.js';

/** @typedef {import('./types.js').HistoryRow} HistoryRow */
/** @typedef {import('./types.js').Series} Series */

/**
 * @param {HistoryRow[]} rows oldest first
 * @param {import('../../types/baseline.js').RegressionRule} rule config/regression.js
 * @returns {Series[]} the one with the newest run first
 * @example seriesOf(rows, regression)[0].trends
 */
export function seriesOf(rows, rule) {
  /** @type {Map<string, HistoryRow[]>} */
  const groups = new Map();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()]
    .map((runs) => ({ title: titleOf(runs[0]), rows: runs, trends: trendsOf(runs, rule) }))
    .sort((a, b) => (last(a).at > last(b).at ? -1 : 1));
}

/** @param {Series} series */
const last = ({ rows }) => rows[rows.length - 1];

/** @param {HistoryRow} row */
function titleOf({ test, profile, vus, plannedMs, target }) {
  const name = test === profile ? test : `${test} under ${profile}`;
  return `${name}: ${vus} ${vus === 1 ? 'VU' : 'VUs'}, ${length(plannedMs)}, ${target}`;
}

/**
 * @param {HistoryRow[]} runs
 * @param {import('../../types/baseline.js').RegressionRule} rule
 * @returns {Series['trends']} in the order of the newest run; endpoints that it does not have come last
 */
function trendsOf(runs, rule) {
  const names = [
    ...new Set([...runs].reverse().flatMap(({ endpoints }) => endpoints.map(({ name }) => name))),
  ];
  return names.map((name) => {
    const found = runs.map(({ endpoints }) => endpoints.find((each) => each.name === name));
    const p95 = found.map((each) => each?.p95 ?? null);
    return {
      name,
      p95,
      errorRate: found.map((each) => each?.errorRate ?? null),
      changes: changesOf(p95, rule),
    };
  });
}
