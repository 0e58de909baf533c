// Is the base path right? Asked once, at the end, by reading only.

import http from 'k6/http';
import { BASE_URL, env } from '../../../lib/config.js';
import { base } from './table.js';

/** Operations that are asked; one of them may well be missing. */
const ASKED = 3;

/** Base paths that are common, tried when the one of the document leads nowhere. */
const COMMON = ['', '/api', '/v1', '/api/v1', '/api/v2', '/api/v3'];

/**
 * Looks for the base path when nothing is found under the present one.
 *
 * @param {readonly import('./choose.js').Brief[]} endpoints operations of the run
 * @returns {string | undefined} what to tell the user; undefined: the path is fine, or nobody can tell
 * @example const advice = adviceOnBase(endpoints);
 */
export function adviceOnBase(endpoints) {
  const asked = endpoints
    .filter(({ method, url }) => method === 'GET' && !url.includes('{'))
    .slice(0, ASKED);
  if (asked.length === 0 || asked.some(({ url }) => isFound(url))) {
    return undefined;
  }
  const [{ url }] = asked;
  const path = url.startsWith(base) ? url.slice(base.length) : url;
  const candidates = [...COMMON, env.API_PREFIX].filter((one) => one !== base);
  const found = candidates.find((candidate) => isFound(`${candidate}${path}`));
  const where = `${env.target.masked}${base}`;
  return found === undefined
    ? `all ${asked.length} operations that were requested at ${where} returned 404. Check the service and the base path (OPENAPI_BASE)`
    : `everything at ${where} returned 404, but ${env.target.masked}${found}${path} responds. Set OPENAPI_BASE=${found || '/'}`;
}

/**
 * @param {string} path
 * @returns {boolean} whether the service knows it; connection errors are reported elsewhere
 */
function isFound(path) {
  const tags = { name: 'setup base path', kind: 'setup', phase: 'setup' };
  const responseCallback = http.expectedStatuses({ min: 100, max: 599 });
  const { requestHeaders: headers } = env;
  return http.get(`${BASE_URL}${path}`, { tags, headers, responseCallback }).status !== 404;
}
