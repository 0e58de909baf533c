import { Rate } from 'k6/metrics';
import { checker, HEALTH_LIMIT_MS, HEALTHY } from './checker.js';

export { checker, HEALTH_LIMIT_MS, isHealthy } from './checker.js';

/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('./checker.js').Expectation} Expectation */
/** @typedef {import('./checker.js').Predicate} Predicate */

/** Longest time `checkResponse` accepts unless told otherwise, milliseconds. */
export const RESPONSE_LIMIT_MS = 500;

/** Share of `checkResponse` calls that found something wrong. */
const errors = new Rate('errors');

/** Checkers by what they check, for the functions below. @type {Map<string, Predicate>} */
const made = new Map();

/**
 * Checks a response with a checker that is created on first use.
 *
 * @param {HttpResponse} response
 * @param {string} name
 * @param {Expectation} expected holds no functions: it is the key
 * @returns {boolean}
 */
function checkOnce(response, name, expected) {
  const key = `${name} ${JSON.stringify(expected)}`;
  let verify = made.get(key);
  if (verify === undefined) {
    verify = checker(name, expected);
    made.set(key, verify);
  }
  return verify(response);
}

// Ready-made checks for tests where a few microseconds do not matter; `checker` is faster.

/**
 * Checks for status 200.
 *
 * @param {HttpResponse} response
 * @param {string} [name] endpoint name
 * @returns {boolean}
 * @example checkOk(response, 'health')
 */
export function checkOk(response, name = 'request') {
  return checkOnce(response, name, { status: 200 });
}

/**
 * Checks for any success status.
 *
 * @param {HttpResponse} response
 * @param {string} [name] endpoint name
 * @returns {boolean}
 * @example check2xx(response, 'POST /items')
 */
export function check2xx(response, name = 'request') {
  return checkOnce(response, name, { success: true });
}

/**
 * Checks that a response arrived, and in time.
 *
 * @param {HttpResponse} response
 * @param {number} maxMs milliseconds
 * @param {string} [name] endpoint name
 * @returns {boolean}
 * @example checkDuration(response, 2000, 'health')
 */
export function checkDuration(response, maxMs, name = 'request') {
  return checkOnce(response, name, { withinMs: maxMs });
}

/**
 * Checks for a JSON body with certain fields.
 *
 * @param {HttpResponse} response
 * @param {string[]} [fields] names or selectors such as `data.0.id`
 * @param {string} [name] endpoint name
 * @returns {boolean}
 * @example checkJsonBody(response, ['id', 'name'], 'GET /items/{id}')
 */
export function checkJsonBody(response, fields = [], name = 'response') {
  return checkOnce(response, name, { fields });
}

/**
 * Checks an ordinary API response: success status, a body, in time. Adds to the rate `errors`.
 *
 * @param {HttpResponse} response
 * @param {string} [name] endpoint name
 * @param {number} [maxMs] milliseconds
 * @returns {boolean}
 * @example checkResponse(response, 'GET /items', 800)
 */
export function checkResponse(response, name = 'request', maxMs = RESPONSE_LIMIT_MS) {
  const ok = checkOnce(response, name, { success: true, body: true, withinMs: maxMs });
  errors.add(!ok);
  return ok;
}

/**
 * Checks a health response: status 200 and a healthy status word.
 *
 * @example checkHealthy(request(HEALTH))
 */
export const checkHealthy = checker('health', HEALTHY);

/**
 * Checks a health response: status 200, a healthy status word, under 100 ms.
 *
 * @example checkHealthResponse(request(HEALTH))
 */
export const checkHealthResponse = checker('health', { ...HEALTHY, withinMs: HEALTH_LIMIT_MS });
