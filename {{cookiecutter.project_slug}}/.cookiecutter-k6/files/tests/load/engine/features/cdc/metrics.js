import { Counter, Rate, Trend } from 'k6/metrics';

/** From a write's beginning to the end of the look that found it. */
export const latency = new Trend('cdc_e2e_latency', true);
export const writeDuration = new Trend('pg_write_duration', true);
export const readDuration = new Trend('mongo_read_duration', true);
/** Share of the rows that were found in time. */
export const successRate = new Rate('cdc_success_rate');
export const writeErrors = new Counter('pg_write_errors');
export const writeFailed = new Rate('pg_write_failed');
export const readErrors = new Counter('mongo_read_errors');

/** Rows that were not found in time; those that came after all are late, the others lost. */
export const missed = new Counter('cdc_missed');
/** Rows that were seen to go back to an older state. */
export const outOfOrder = new Counter('cdc_out_of_order');
/** Rows that were compared once nothing was written to them any more, and what came out. */
export const reconciled = new Counter('cdc_reconciled');
export const lost = new Counter('cdc_lost');
export const duplicated = new Counter('cdc_duplicated');
export const stale = new Counter('cdc_stale');
export const notDeleted = new Counter('cdc_not_deleted');
/** From the end of the load until both sides agree. */
export const drainTime = new Trend('cdc_drain_time', true);

/** The same latency in its three parts, for the test that measures it alone. */
export const parts = {
  whole: new Trend('e2e_cdc_latency_ms', true),
  write: new Trend('e2e_pg_write_ms', true),
  propagation: new Trend('e2e_cdc_propagation_ms', true),
  confirm: new Trend('e2e_mongo_confirm_ms', true),
  success: new Rate('e2e_propagation_success'),
  attempts: new Counter('e2e_propagation_attempts'),
};

/** Megabytes of changes that the database keeps for readers that are behind. */
export const memoryIndicator = new Trend('soak_memory_indicator');
/** Latency as a multiple of the same VU's first ones. */
export const stability = new Trend('soak_processing_stability');

/**
 * @param {number} start milliseconds, of `now()`
 * @param {number} end
 * @example recordCdcLatency(started, now())
 */
export function recordCdcLatency(start, end) {
  latency.add(end - start);
}

/**
 * @param {string} operation
 * @example recordSuccess('insertCustomer')
 */
export function recordSuccess(operation) {
  successRate.add(true, { operation });
}

/**
 * @param {string} operation
 * @example recordFailure('insertCustomer')
 */
export function recordFailure(operation) {
  successRate.add(false, { operation });
}
