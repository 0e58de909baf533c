import { Counter, Rate, Trend } from 'k6/metrics';

/** From the start of the write to the end of the poll that found the row. */
export const latency = new Trend('cdc_e2e_latency', true);
export const writeDuration = new Trend('pg_write_duration', true);
export const readDuration = new Trend('mongo_read_duration', true);
/** Fraction of rows that were found in time. */
export const successRate = new Rate('cdc_success_rate');
export const writeErrors = new Counter('pg_write_errors');
export const writeFailed = new Rate('pg_write_failed');
export const readErrors = new Counter('mongo_read_errors');

/** Rows that were not found in time although the read side could be asked. Those that arrive later are late. */
export const missed = new Counter('cdc_missed');
/** Polls that returned an older state than the one before. */
export const outOfOrder = new Counter('cdc_out_of_order');
/** Rows compared after their last write, and the results of the comparison. */
export const reconciled = new Counter('cdc_reconciled');
export const lost = new Counter('cdc_lost');
export const duplicated = new Counter('cdc_duplicated');
export const stale = new Counter('cdc_stale');
export const corrupted = new Counter('cdc_corrupted');
export const notDeleted = new Counter('cdc_not_deleted');
/** Time from the end of the load until both sides match. */
export const drainTime = new Trend('cdc_drain_time', true);

/** The latency and its three parts, for tests with `detailed: true`. */
export const parts = {
  whole: new Trend('e2e_cdc_latency_ms', true),
  write: new Trend('e2e_pg_write_ms', true),
  propagation: new Trend('e2e_cdc_propagation_ms', true),
  confirm: new Trend('e2e_mongo_confirm_ms', true),
  success: new Rate('e2e_propagation_success'),
  attempts: new Counter('e2e_propagation_attempts'),
};

/** Replication backlog: MB of changes that the database keeps for slow readers. */
export const memoryIndicator = new Trend('soak_memory_indicator');
/** Latency relative to the first ones of the same VU, by the tag `part`. */
export const stability = new Trend('soak_processing_stability');

/**
 * Records the time from a write until it was found.
 *
 * @param {number} start milliseconds, from `now()`
 * @param {number} end milliseconds, from `now()`
 * @example recordCdcLatency(started, now())
 */
export function recordCdcLatency(start, end) {
  latency.add(end - start);
}

/**
 * Records a row that was found in time.
 *
 * @param {string} operation
 * @example recordSuccess('insertCustomer')
 */
export function recordSuccess(operation) {
  successRate.add(true, { operation });
}

/**
 * Records a row that was not found in time.
 *
 * @param {string} operation
 * @example recordFailure('insertCustomer')
 */
export function recordFailure(operation) {
  successRate.add(false, { operation });
}
