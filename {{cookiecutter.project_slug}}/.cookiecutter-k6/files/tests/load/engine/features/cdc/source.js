import { operations } from '../../../config/cdc.js';
import { env } from '../../../lib/config.js';
import { reportStoreFailure } from '../database/failures.js';
import { openConnection as connect } from '../database/postgres.js';
import { writeDuration, writeErrors, writeFailed } from './metrics.js';

/** @typedef {ReturnType<typeof connect>} Connection */

/**
 * Opens a connection to the source database for the calling VU.
 *
 * @returns {Connection}
 * @example const source = openConnection();
 */
export function openConnection() {
  return connect(env.DATABASE_URL);
}

/**
 * Closes a connection.
 *
 * @param {Connection} source
 * @example closeConnection(source)
 */
export function closeConnection(source) {
  source.close();
}

/**
 * Runs one operation of config/cdc.js and measures it. Never throws.
 *
 * @param {Connection} source
 * @param {string} name
 * @param {readonly unknown[]} values
 * @returns {{ success: boolean, rows: Record<string, any>[], ms: number }}
 * @example const { success } = write(source, 'insertCustomer', [id, email, name, 'active']);
 */
export function write(source, name, values) {
  const { ok, rows, ms, message } = source.run(operations[name].sql, values);
  writeFailed.add(!ok);
  if (ok) {
    writeDuration.add(ms);
  } else {
    writeErrors.add(1);
    reportStoreFailure(name, message);
  }
  return { success: ok, rows, ms };
}

/** @param {Connection} source @param {string} id @param {string} email @param {string} status @param {string} [name] */
export const insertCustomer = (source, id, email, status, name = 'Load Test') =>
  write(source, 'insertCustomer', [id, email, name, status]);

/** @param {Connection} source @param {string} id @param {string} status */
export const updateCustomerStatus = (source, id, status) =>
  write(source, 'updateCustomerStatus', [id, status]);

/** @param {Connection} source @param {string} id */
export const deleteCustomer = (source, id) => write(source, 'deleteCustomer', [id]);

/** @param {Connection} source @param {unknown[]} values */
export const insertAddress = (source, values) => write(source, 'insertAddress', values);

/** @param {Connection} source @param {unknown[]} values */
export const insertOrder = (source, values) => write(source, 'insertOrder', values);
