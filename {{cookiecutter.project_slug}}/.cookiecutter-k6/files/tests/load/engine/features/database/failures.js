import { Counter } from 'k6/metrics';
import { reportOnce, shorten } from '../../vu/failures.js';
import { storeCauseOf } from './causes.js';

/** @typedef {import('./causes.js').StoreCause} StoreCause */

/** Statements and reads that went wrong, by the tags `name` and `cause`. */
const failures = new Counter('store_failures');

/**
 * Counts a failure of a database by cause and shows the first of its kind. Addresses in what the driver says are
 * masked.
 *
 * @param {string} name of the query or operation
 * @param {string} message
 * @param {StoreCause} [cause] left out: found in the message
 * @example reportStoreFailure('list_tickets', 'pq: permission denied for table tickets')
 */
export function reportStoreFailure(name, message, cause = storeCauseOf(message)) {
  failures.add(1, { name, cause });
  reportOnce(`${name} ${cause}`, () => `${name}: ${cause} - ${shorten(hideAddresses(message))}`);
}

/**
 * Takes addresses with credentials out of a text.
 *
 * @param {string} text
 * @returns {string}
 * @example hideAddresses('parse "postgres://me:pw@h/db": bad') // 'parse "postgres://***": bad'
 */
export function hideAddresses(text) {
  return text.replace(/\b([a-z][a-z+]*:\/\/)[^\s"']*/gi, '$1***');
}
