// The history of runs: one line of JSON per run, oldest first.

import { rowsOf } from '../../baseline/baseline.js';

/** @typedef {import('./types.js').HistoryRow} HistoryRow */
/** @typedef {import('../../types/summary.js').Summary} Summary */

/** Most runs of one test under one load; older ones are dropped. */
const MOST_RUNS = 500;

/**
 * @param {Summary} summary
 * @returns {HistoryRow} what the history keeps of it
 * @example rowOf(summary).endpoints[0].p95
 */
export function rowOf(summary) {
  const { run, metrics } = summary;
  return {
    id: run.id ?? summary.timestamp,
    at: summary.timestamp,
    commit: run.gitCommit,
    test: run.test,
    profile: run.profile,
    vus: summary.targetVUs,
    plannedMs: run.plannedMs,
    target: run.target,
    passed: summary.passed,
    requests: metrics.requests,
    requestRate: metrics.requestRate,
    errorRate: metrics.errorRate,
    endpoints: rowsOf(summary).map(({ name, duration, errorRate, ...row }) => ({
      name,
      requests: /** @type {{ requests?: number }} */ (row).requests ?? 0,
      p50: duration?.p50 ?? null,
      p95: duration?.p95 ?? null,
      p99: duration?.p99 ?? null,
      errorRate,
    })),
  };
}

/**
 * @param {string} text of the file
 * @returns {HistoryRow[]}
 * @throws if a line is not a run: nothing of the file may be lost by writing it again
 * @example parseHistory('{"id":"a","at":"2026-01-31T09:00:00Z","endpoints":[]}\n').length // 1
 */
export function parseHistory(text) {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') {
      return [];
    }
    const row = parsed(line);
    if (
      typeof row?.id !== 'string' ||
      typeof row.at !== 'string' ||
      !Array.isArray(row.endpoints)
    ) {
      throw new Error(`line ${i + 1} of the history is not a run. Correct it, or remove the line`);
    }
    return [row];
  });
}

/** @param {string} line */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * @param {HistoryRow} row
 * @returns {string} equal for runs that can be compared
 * @example keyOf(rowOf(summary))
 */
export function keyOf({ test, profile, vus, plannedMs, target }) {
  return JSON.stringify([test, profile, vus, plannedMs, target]);
}

/**
 * Adds runs to a history. A run that is there already is not added again.
 *
 * @param {HistoryRow[]} known
 * @param {HistoryRow[]} found
 * @returns {HistoryRow[]} oldest first
 * @example merged(parseHistory(text), summaries.map(rowOf))
 */
export function merged(known, found) {
  const byRun = new Map([...found, ...known].map((row) => [`${row.id} ${row.test}`, row]));
  const rows = [...byRun.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  /** @type {Map<string, number>} */
  const left = new Map();
  rows.forEach((row) => left.set(keyOf(row), (left.get(keyOf(row)) ?? 0) + 1));
  return rows.filter((row) => {
    const count = left.get(keyOf(row)) ?? 0;
    left.set(keyOf(row), count - 1);
    return count <= MOST_RUNS;
  });
}
