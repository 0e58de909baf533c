// Thresholds, metrics and findings of a pipeline test. Never loaded in a VU.

import { operations, tables, tracked } from '../../../config/cdc.js';
import { failureReasons, failureThresholds, isRed } from '../database/store-plan.js';
import { durationsOf, rounded } from '../../summary/statistics.js';

/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */

const NAMES = [...Object.keys(operations), 'find'];

/** Differences that the comparison at the end counts by table. */
const AT_THE_END = ['cdc_lost', 'cdc_duplicated', 'cdc_stale', 'cdc_corrupted', 'cdc_not_deleted'];

/** Errors that no pipeline may make under any load. */
const FORBIDDEN = [...AT_THE_END, 'cdc_out_of_order'];

/** What tells at which load step a pipeline breaks. */
const STEP_METRICS = [
  'cdc_success_rate',
  'cdc_e2e_latency',
  'pg_write_duration',
  'pg_write_failed',
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

/** Shorter runs say nothing about stability, milliseconds. */
const SHORTEST_SOAK_MS = 10_000;

/**
 * Thresholds of a pipeline test: its own, those that every pipeline has to meet, and metrics by load step and table
 * without a condition.
 *
 * @param {import('./types.js').PipelineTest} row
 * @param {{ stages: { name: string }[], durationMs: number }} load
 * @returns {Thresholds}
 * @example pipelineThresholds(tests.baseline, { stages: [], durationMs: 300000 })
 */
export function pipelineThresholds({ thresholds, shape }, { stages, durationMs }) {
  const own = Object.entries(thresholds).filter(
    ([key]) =>
      (!key.includes('{stage:') || stages.some(({ name }) => key.endsWith(`:${name}}`))) &&
      (!key.includes('{part:') || durationMs >= SHORTEST_SOAK_MS),
  );
  const shown = [
    ...stages.flatMap(({ name }) => STEP_METRICS.map((metric) => `${metric}{stage:${name}}`)),
    ...Object.keys(tables).flatMap((table) =>
      ['cdc_reconciled', ...AT_THE_END].map((metric) => `${metric}{table:${table}}`),
    ),
  ];
  return {
    ...Object.fromEntries(shown.map((key) => [key, []])),
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
 * @param {Pick<import('./types.js').PipelineTest, 'detailed' | 'thresholds' | 'checkpoint'>} row
 * @param {any} metrics `data.metrics` of `handleSummary`
 * @param {{ stages: { name: string }[] }} run
 * @returns {import('../../types/suite.js').Findings}
 * @example findings: (metrics, run) => pipelineFindings(tests.baseline, metrics, run)
 */
export function pipelineFindings(
  { detailed = false, thresholds, checkpoint },
  metrics,
  { stages },
) {
  const steps = [...new Set(stages.map(({ name }) => name))];
  const failures = failureReasons(NAMES, metrics);
  const bad = differencesIn(metrics);
  const readFailed = countOf(metrics, 'mongo_read_errors') > 0;
  return {
    tables: [
      pipelineTable(metrics),
      latencyTable(detailed, metrics),
      ...(steps.length > 0 ? [stepTable(steps, metrics)] : []),
      ...(checkpoint === undefined ? [] : [soakTable(metrics)]),
    ],
    // A read side that fails is the cause of rows that were not found there.
    reasons: readFailed ? [...failures, ...bad] : [...bad, ...failures],
    breakingStage: breakingStage(steps, thresholds, metrics),
  };
}

/** @param {any} metrics @param {string} key */
const countOf = (metrics, key) => metrics[key]?.values.count ?? 0;

/**
 * @param {any} metrics
 * @param {string} [tag] of one table, such as `{table:orders}`; default: of all
 * @returns {Record<string, number>}
 */
function found(metrics, tag = '') {
  const count = (/** @type {string} */ metric) => countOf(metrics, `${metric}${tag}`);
  return {
    rows: count('cdc_reconciled'),
    lost: count('cdc_lost'),
    duplicated: count('cdc_duplicated'),
    stale: count('cdc_stale'),
    corrupted: count('cdc_corrupted'),
    'not deleted': count('cdc_not_deleted'),
  };
}

/**
 * @param {any} metrics
 * @returns {{ late: number, 'out of order': number }} changes that came, but not as they should
 */
function untimely(metrics) {
  const { lost, stale } = found(metrics);
  // What was lost, and updates that never came, are missed as well, and not late.
  const late = Math.max(0, countOf(metrics, 'cdc_missed') - lost - stale);
  return { late, 'out of order': countOf(metrics, 'cdc_out_of_order') };
}

/**
 * @param {any} metrics
 * @returns {string[]} at most one sentence; none for a run without crossed thresholds
 */
function differencesIn(metrics) {
  const { rows, ...kinds } = found(metrics);
  const bad = Object.entries({ ...kinds, ...untimely(metrics) }).filter(([, count]) => count > 0);
  if (bad.length === 0 || !isRed(metrics)) {
    return [];
  }
  const parts = bad.map(([kind, count]) => `${count} ${kind}${placesOf(kind, metrics)}`);
  return [`the read side does not match the database: of ${rows} rows ${parts.join(', ')}`];
}

/**
 * @param {string} kind
 * @param {any} metrics
 * @returns {string} tables other than the tracked one, such as ` (orders 27)`; empty: none
 */
function placesOf(kind, metrics) {
  const places = Object.keys(tables)
    .filter((table) => table !== tracked.table)
    .map((table) => ({ table, count: found(metrics, `{table:${table}}`)[kind] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ table, count }) => `${table} ${count}`);
  return places.length > 0 ? ` (${places.join(', ')})` : '';
}

/**
 * @param {any} metrics
 * @returns {import('../../types/summary.js').SummaryTable}
 */
function pipelineTable(metrics) {
  const all = { ...found(metrics), ...untimely(metrics) };
  const drained = metrics.cdc_drain_time?.values.max ?? null;
  return {
    title: 'PIPELINE',
    head: ['table', ...Object.keys(all), 'drained after ms'],
    rows: [
      ['all', ...Object.values(all), drained],
      ...Object.keys(tables).map((table) => [
        table,
        ...Object.values(found(metrics, `{table:${table}}`)),
        null,
        null,
        null,
      ]),
    ],
  };
}

/**
 * @param {string[]} steps
 * @param {any} metrics
 * @returns {import('../../types/summary.js').SummaryTable}
 */
function stepTable(steps, metrics) {
  return {
    title: 'STEPS',
    head: ['step', 'changes', 'found %', 'latency p50', 'p95', 'write p95'],
    rows: steps.map((name) => {
      const of = (/** @type {string} */ metric) => metrics[`${metric}{stage:${name}}`]?.values;
      const rate = of('cdc_success_rate');
      const [latency, writes] = [
        durationsOf(of('cdc_e2e_latency')),
        durationsOf(of('pg_write_duration')),
      ];
      const changes = rate ? rate.passes + rate.fails : 0;
      return [
        name,
        changes,
        changes > 0 ? rounded(100 * rate.rate) : null,
        latency?.p50 ?? null,
        latency?.p95 ?? null,
        writes?.p95 ?? null,
      ];
    }),
  };
}

/**
 * @param {any} metrics
 * @returns {import('../../types/summary.js').SummaryTable}
 */
function soakTable(metrics) {
  const of = (/** @type {string} */ key, /** @type {string} */ stat) => {
    const values = metrics[key]?.values;
    return values?.count > 0 ? rounded(values[stat]) : null;
  };
  return {
    title: 'SOAK',
    head: ['latency at the end / at the beginning (median)', 'replication backlog MB, largest'],
    rows: [[of('soak_processing_stability{part:end}', 'med'), of('soak_memory_indicator', 'max')]],
  };
}

const CONDITION = /^(rate|avg|min|med|max|count|p\((?:50|90|95|99)\))\s*(<|>)\s*([\d.]+)$/;

/**
 * The first load step that misses a target of the whole run by itself.
 *
 * @param {string[]} steps
 * @param {Thresholds} targets
 * @param {any} metrics
 * @returns {import('../../types/summary.js').Summary['breakingStage']}
 */
function breakingStage(steps, targets, metrics) {
  for (const name of steps) {
    for (const metric of STEP_METRICS) {
      const values = metrics[`${metric}{stage:${name}}`]?.values ?? {};
      const missed = (targets[metric] ?? []).map(String).find((expression) => {
        const [, stat, sign, limit] = CONDITION.exec(expression) ?? [];
        const value = values[stat === 'p(50)' ? 'med' : stat];
        const isFed = (values.count ?? values.passes + values.fails) > 0;
        return isFed && (sign === '<' ? value >= Number(limit) : value <= Number(limit));
      });
      if (missed !== undefined) {
        const stat = missed.replace(/\s*[<>].*$/, '');
        const value = rounded(values[stat === 'p(50)' ? 'med' : stat]);
        return { name, reason: `${metric} ${stat} was ${value}, target ${missed}` };
      }
    }
  }
  return null;
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
