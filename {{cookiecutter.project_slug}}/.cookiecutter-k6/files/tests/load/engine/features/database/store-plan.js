// Thresholds and findings of database tests. Never loaded in a VU.

import { env } from '../../../lib/config.js';
import { durationsOf, rounded } from '../../summary/statistics.js';
import { parseOverrides } from '../../plan/thresholds.js';
import { STORE_CAUSES } from './causes.js';

/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */
/** @typedef {import('../../types/summary.js').SummaryTable} SummaryTable */

const CAUSES = /** @type {(keyof typeof STORE_CAUSES)[]} */ (Object.keys(STORE_CAUSES));

/** Metrics that also get a threshold per query. */
const BY_QUERY = ['db_query_duration', 'db_query_failed'];

/**
 * Thresholds of a query test: its targets overall and per query, and a minimum count per query.
 *
 * @param {string[]} queries
 * @param {Thresholds} targets
 * @returns {Thresholds}
 * @example queryThresholds(['list_tickets'], { db_query_duration: ['p(95)<100'] })
 */
export function queryThresholds(queries, targets) {
  const asked = parseOverrides(env.THRESHOLDS);
  /** @type {Thresholds} */
  const thresholds = { ...targets };
  for (const query of queries) {
    const tag = `{query:${query}}`;
    thresholds[`db_queries_executed${tag}`] = ['count>0'];
    for (const metric of BY_QUERY) {
      const key = `${metric}${tag}`;
      // An overridden target applies to each query as well.
      thresholds[key] = asked[key] ?? asked[metric] ?? targets[key] ?? targets[metric] ?? [];
    }
  }
  return { ...thresholds, ...failureThresholds(queries) };
}

/**
 * Thresholds of every database test. Failures by cause need one too: k6 reports only sub-metrics that have a threshold.
 *
 * @param {string[]} names names of queries or operations
 * @returns {Thresholds}
 * @example failureThresholds(['insertCustomer'])
 */
export function failureThresholds(names) {
  /** @type {Thresholds} */
  const thresholds = { cleanup_errors: ['count<1'] };
  for (const name of names) {
    for (const cause of CAUSES) {
      thresholds[`store_failures{name:${name},cause:${cause}}`] = [];
    }
  }
  return thresholds;
}

/**
 * @param {string[]} queries
 * @param {any} metrics `data.metrics` of `handleSummary`
 * @returns {import('../../types/suite.js').Findings}
 * @example findings: (metrics) => queryFindings(['list_tickets'], metrics)
 */
export function queryFindings(queries, metrics) {
  const of = (/** @type {string} */ key) => metrics[key]?.values;
  return {
    tables: [
      {
        title: 'QUERIES (ms)',
        head: ['query', 'executed', 'p50', 'p95', 'max', 'failed %'],
        rows: queries.map((name) => {
          const times = durationsOf(of(`db_query_duration{query:${name}}`));
          return [
            name,
            of(`db_queries_executed{query:${name}}`)?.count ?? 0,
            times?.p50 ?? null,
            times?.p95 ?? null,
            times?.max ?? null,
            rounded(100 * (of(`db_query_failed{query:${name}}`)?.rate ?? 0)),
          ];
        }),
      },
    ],
    reasons: failureReasons(queries, metrics),
  };
}

/**
 * Lists failed queries with their causes if the run failed.
 *
 * @param {string[]} names names of queries or operations
 * @param {any} metrics
 * @returns {string[]} one sentence each
 * @example failureReasons(['list_tickets'], metrics) // ['list_tickets: failed (12 x connection refused)']
 */
export function failureReasons(names, metrics) {
  if (!isRed(metrics)) {
    return [];
  }
  return names.flatMap((name) => {
    const parts = CAUSES.map((cause) => ({
      cause,
      count: metrics[`store_failures{name:${name},cause:${cause}}`]?.values.count ?? 0,
    })).filter(({ count }) => count > 0);
    const shown = parts.map(({ cause, count }) => `${count} x ${STORE_CAUSES[cause]}`).join(', ');
    return shown === '' ? [] : [`${name}: failed (${shown})`];
  });
}

/**
 * @param {any} metrics
 * @returns {boolean} whether any threshold was crossed
 * @example isRed(data.metrics)
 */
export function isRed(metrics) {
  return Object.values(metrics).some(({ thresholds = {} }) =>
    Object.values(thresholds).some(({ ok }) => !ok),
  );
}
