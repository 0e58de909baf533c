// Thresholds, metrics and findings of a pipeline test. Never loaded in a VU.

import { operations } from '../../../config/cdc.js';
import { failureReasons, failureThresholds, isRed } from '../database/store-plan.js';
import { durationsOf } from '../../summary/statistics.js';

/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */

const NAMES = [...Object.keys(operations), 'find'];

/** Errors that no pipeline may make under any load. */
const FORBIDDEN = [
  'cdc_lost',
  'cdc_duplicated',
  'cdc_stale',
  'cdc_not_deleted',
  'cdc_out_of_order',
];

const METRICS = [
  ...FORBIDDEN,
  ...['cdc_e2e_latency', 'cdc_success_rate', 'cdc_missed', 'cdc_reconciled', 'cdc_drain_time'],
  ...['pg_write_duration', 'pg_write_errors', 'pg_write_failed'],
  ...['mongo_read_duration', 'mongo_read_errors'],
];

const PARTS = [
  ...['e2e_cdc_latency_ms', 'e2e_pg_write_ms', 'e2e_cdc_propagation_ms', 'e2e_mongo_confirm_ms'],
  ...['e2e_propagation_success', 'e2e_propagation_attempts'],
];

/**
 * Lists the custom metrics that a test records.
 *
 * @param {Pick<import('./types.js').PipelineTest, 'detailed'>} row
 * @returns {string[]}
 * @example metricsOf(tests.baseline)
 */
export function metricsOf({ detailed }) {
  return detailed ? [...METRICS, ...PARTS] : METRICS;
}

/**
 * Thresholds of a pipeline test: its own, and those that every pipeline has to meet.
 *
 * @param {import('./types.js').PipelineTest} row
 * @param {{ name: string }[]} stages
 * @returns {Thresholds}
 * @example pipelineThresholds(tests.baseline, [])
 */
export function pipelineThresholds({ thresholds, shape }, stages) {
  const own = Object.entries(thresholds).filter(
    ([key]) => !key.includes('{stage:') || stages.some(({ name }) => key.endsWith(`:${name}}`)),
  );
  return {
    ...Object.fromEntries(FORBIDDEN.map((metric) => [metric, ['count<1']])),
    cdc_reconciled: ['count>0'],
    ...(shape.executor.endsWith('arrival-rate') ? { dropped_iterations: ['count<1'] } : {}),
    ...Object.fromEntries(own),
    ...failureThresholds(NAMES),
  };
}

/**
 * Tables and failure reasons of a pipeline test.
 *
 * @param {Pick<import('./types.js').PipelineTest, 'detailed'>} row
 * @param {any} metrics `data.metrics` of `handleSummary`
 * @returns {import('../../types/suite.js').Findings}
 * @example findings: (metrics) => pipelineFindings(tests.baseline, metrics)
 */
export function pipelineFindings({ detailed = false }, metrics) {
  const count = (/** @type {string} */ key) => metrics[key]?.values.count ?? 0;
  const lost = count('cdc_lost');
  const late = Math.max(0, count('cdc_missed') - lost);
  const found = {
    rows: count('cdc_reconciled'),
    lost,
    duplicated: count('cdc_duplicated'),
    stale: count('cdc_stale'),
    late,
    'out of order': count('cdc_out_of_order'),
    'not deleted': count('cdc_not_deleted'),
  };
  const bad = Object.entries(found).filter(([what, number]) => what !== 'rows' && number > 0);
  const sentence = `the read side does not match the database: of ${found.rows} rows ${bad
    .map(([what, number]) => `${number} ${what}`)
    .join(', ')}`;
  return {
    tables: [
      {
        title: 'PIPELINE',
        head: [...Object.keys(found), 'drained after ms'],
        rows: [[...Object.values(found), metrics.cdc_drain_time?.values.max ?? null]],
      },
      latencyTable(detailed, metrics),
    ],
    reasons: [
      ...(bad.length > 0 && isRed(metrics) ? [sentence] : []),
      ...failureReasons(NAMES, metrics),
    ],
  };
}

/**
 * @param {boolean} detailed
 * @param {any} metrics
 * @returns {import('../../types/summary.js').SummaryTable}
 */
function latencyTable(detailed, metrics) {
  const shown = {
    'write to visible': detailed ? 'e2e_cdc_latency_ms' : 'cdc_e2e_latency',
    write: 'pg_write_duration',
    ...(detailed && {
      propagation: 'e2e_cdc_propagation_ms',
      'last poll': 'e2e_mongo_confirm_ms',
    }),
    poll: 'mongo_read_duration',
  };
  return {
    title: 'LATENCY (ms)',
    head: ['part', 'count', 'p50', 'p95', 'p99', 'max'],
    rows: Object.entries(shown).map(([part, metric]) => {
      const times = durationsOf(metrics[metric]?.values);
      const count = metrics[metric]?.values.count ?? 0;
      return [
        part,
        count,
        ...[times?.p50, times?.p95, times?.p99, times?.max].map((n) => n ?? null),
      ];
    }),
  };
}
