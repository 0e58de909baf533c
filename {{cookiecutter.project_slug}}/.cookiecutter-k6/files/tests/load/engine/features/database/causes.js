/** Causes of database failures. The list is short and fixed: the summary has one counter per cause. */
export const STORE_CAUSES = Object.freeze({
  refused: 'connection refused',
  auth: 'login refused',
  tls: 'TLS error',
  too_many: 'too many connections',
  read_only: 'no write permission',
  missing: 'table, column or function missing',
  constraint: 'constraint violated',
  timeout: 'timed out',
  connection: 'connection lost',
  too_few: 'fewer rows than expected',
  other: 'other error',
});

/** @typedef {keyof typeof STORE_CAUSES} StoreCause */

/** Patterns of driver messages; the first match wins. @type {[RegExp, StoreCause][]} */
const SIGNS = [
  [/password authentication|authentication failed|role .* does not exist|no pg_hba/i, 'auth'],
  [/too many (clients|connections)|remaining connection slots/i, 'too_many'],
  [/permission denied|read-only|not authorized/i, 'read_only'],
  [/refused|no server|no such host|server selection/i, 'refused'],
  [/ssl|tls|certificate/i, 'tls'],
  [/does not exist|undefined (table|column)/i, 'missing'],
  [/violates|duplicate key/i, 'constraint'],
  [/timeout|timed out|deadline|canceling statement/i, 'timeout'],
  [
    /broken pipe|reset by peer|EOF|bad connection|closed|terminate|terminating|shutting down/i,
    'connection',
  ],
];

/**
 * Classifies an error message.
 *
 * @param {string} message message of the driver
 * @returns {StoreCause}
 * @example storeCauseOf('pq: sorry, too many clients already') // 'too_many'
 */
export function storeCauseOf(message) {
  return SIGNS.find(([sign]) => sign.test(message))?.[1] ?? 'other';
}
