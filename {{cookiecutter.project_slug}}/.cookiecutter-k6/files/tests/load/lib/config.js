import { env } from './env.js';
import { parseHttpUrl } from './url.js';

/** @type {import('../types/suite.js').HttpUrl} */
const target = /** @type {any} */ (
  parseHttpUrl(env.BASE_URL || `http://localhost:${env.BACKEND_PORT}`)
);

/** Base of every URL, without a trailing slash: `http://localhost:8000`. May hold credentials. */
export const BASE_URL = target.href;

/** The same for logs and reports: credentials masked. */
export const SHOWN_URL = target.masked;

/** Host of the target, lower case, IPv6 in brackets. */
export const TARGET_HOST = target.host;

/** Path in front of every API route: `/api/v1`, or an empty string. */
export const API_PREFIX = env.API_PREFIX;

/** `BASE_URL` followed by `API_PREFIX`. */
export const API_URL = `${BASE_URL}${API_PREFIX}`;

/** Health paths from the base; the first is the one the health journey measures. */
export const HEALTH_PATHS =
  env.HEALTH_PATHS.length > 0 ? env.HEALTH_PATHS : [`${API_PREFIX}/health`];

/** Headers and time limit that every request starts from. */
export const defaultOptions = Object.freeze({
  headers: Object.freeze({ 'Content-Type': 'application/json', Accept: 'application/json' }),
  timeout: env.REQUEST_TIMEOUT,
});
