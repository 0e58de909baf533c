import { Counter } from 'k6/metrics';
import { reportOnce, shorten } from '../../vu/failures.js';
import { storeCauseOf } from './causes.js';

/** @typedef {import('./causes.js').StoreCause} StoreCause */

/** Failed statements and reads, by the tags `name` and `cause`. */
const failures = new Counter('store_failures');

/**
 * Counts a database failure by cause and logs the first of each kind. Addresses in the message are masked.
 *
 * @param {string} name name of the query or operation
 * @param {string} message message of the driver
 * @param {StoreCause} [cause] default: derived from the message
 * @example reportStoreFailure('list_tickets', 'pq: permission denied for table tickets')
 */
export function reportStoreFailure(name, message, cause = storeCauseOf(message)) {
  failures.add(1, { name, cause });
  reportOnce(`${name} ${cause}`, () => `${name}: ${cause} - ${shorten(hideAddresses(message))}`);
}

/**
 * Masks addresses in a text, because they may contain credentials.
 *
 * @param {string} text
 * @returns {string}
 * @example hideAddresses('parse "postgres://me:pw@h/db": bad') // 'parse "postgres://***": bad'
 */
export function hideAddresses(text) {
  return text.replace(/\b([a-z][a-z+]*:\/\/)[^\s"']*/gi, '$1***');
}
