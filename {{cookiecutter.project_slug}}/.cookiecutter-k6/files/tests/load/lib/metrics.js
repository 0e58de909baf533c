import { Counter, Rate } from 'k6/metrics';

/**
 * Why a request failed. The summary counts failures by these names, so the list is short and fixed.
 *
 * @typedef {'refused' | 'timeout' | 'dns' | 'tls' | 'connection' | 'redirect' | 'auth' | 'rate_limited'
 *   | 'client_error' | 'server_error' | 'unexpected'} Cause
 */

/** @type {Readonly<Record<Cause, string>>} */
export const CAUSES = Object.freeze({
  refused: 'connection refused',
  timeout: 'no answer in time',
  dns: 'host name not found',
  tls: 'TLS failed',
  connection: 'connection broken',
  redirect: 'redirected',
  auth: 'not authorised (401 or 403)',
  rate_limited: 'rate limited (429)',
  client_error: 'client error (4xx)',
  server_error: 'server error (5xx)',
  unexpected: 'unexpected status',
});

/** Failed requests by the tags `name` and `cause`. */
export const requestErrors = new Counter('request_errors');

/** Iterations that ended in an exception: a mistake in the script, never load. */
export const scriptErrors = new Counter('script_errors');

/** Share of `checkResponse` calls that found something wrong. */
export const errors = new Rate('errors');

/** Tag sets in use, so that nothing is allocated while a service is failing. @type {Map<string, object>} */
const tagSets = new Map();

/**
 * Counts one failed request.
 *
 * @param {string} name endpoint name
 * @param {Cause} cause
 * @example countError('GET /items', 'timeout')
 */
export function countError(name, cause) {
  const key = `${name} ${cause}`;
  let tags = tagSets.get(key);
  if (tags === undefined) {
    tags = Object.freeze({ name, cause });
    tagSets.set(key, tags);
  }
  requestErrors.add(1, /** @type {Record<string, string>} */ (tags));
}
