import { check } from 'k6';
import { Rate } from 'k6/metrics';
import { env } from './config.js';
import { jsonAt } from './http.js';

/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {Record<string, (response: HttpResponse) => boolean>} CheckSet */

/** Share of `checkResponse` calls that found something wrong. */
const errors = new Rate('errors');

/** Longest time a health answer may take, milliseconds. */
export const HEALTH_LIMIT_MS = 100;

/** Longest time `checkResponse` accepts unless told otherwise, milliseconds. */
export const RESPONSE_LIMIT_MS = 500;

/**
 * Check sets by key. A set is built once per VU: closures in a hot loop are what makes a load generator
 * slow.
 *
 * @type {Map<string, CheckSet>}
 */
const built = new Map();

/**
 * @param {string} key
 * @param {() => CheckSet} build
 * @returns {CheckSet}
 */
function once(key, build) {
  let set = built.get(key);
  if (set === undefined) {
    set = build();
    built.set(key, set);
  }
  return set;
}

/**
 * Tags by name: a failed check then names its endpoint in thresholds and in the summary.
 *
 * @type {Map<string, { name: string }>}
 */
const tagsByName = new Map();

/**
 * Runs a check set under the name of its endpoint.
 *
 * @param {HttpResponse} response
 * @param {string} name endpoint name
 * @param {CheckSet} set predicates that never throw
 * @returns {boolean} true when all hold
 * @example verify(response, 'GET /items', ITEM_CHECKS)
 */
export function verify(response, name, set) {
  let tags = tagsByName.get(name);
  if (tags === undefined) {
    tags = Object.freeze({ name });
    tagsByName.set(name, tags);
  }
  return check(response, set, tags);
}

/**
 * Checks for status 200.
 *
 * @param {HttpResponse} response
 * @param {string} [name] endpoint name, for the check's name and tag
 * @returns {boolean}
 * @example checkOk(response, 'health')
 */
export function checkOk(response, name = 'request') {
  return checkStatus(response, 200, name);
}

/**
 * Checks for one status.
 *
 * @param {HttpResponse} response
 * @param {number} status
 * @param {string} [name]
 * @returns {boolean}
 * @example checkStatus(response, 201, 'POST /items')
 */
export function checkStatus(response, status, name = 'request') {
  const set = once(`status ${status} ${name}`, () => ({
    [`${name} status is ${status}`]: (r) => r.status === status,
  }));
  return verify(response, name, set);
}

/**
 * Checks that an answer came and its status is below a limit.
 *
 * @param {HttpResponse} response
 * @param {number} limit first status that counts as wrong
 * @param {string} [name]
 * @returns {boolean}
 * @example checkStatusBelow(response, 500, 'root')
 */
export function checkStatusBelow(response, limit, name = 'request') {
  const set = once(`below ${limit} ${name}`, () => ({
    [`${name} status is below ${limit}`]: (r) => r.status !== 0 && r.status < limit,
  }));
  return verify(response, name, set);
}

/**
 * Checks for any success status.
 *
 * @param {HttpResponse} response
 * @param {string} [name]
 * @returns {boolean}
 * @example check2xx(response, 'POST /items')
 */
export function check2xx(response, name = 'request') {
  const set = once(`2xx ${name}`, () => ({
    [`${name} status is 2xx`]: (r) => r.status >= 200 && r.status < 300,
  }));
  return verify(response, name, set);
}

/**
 * Checks that a response came, and came in time.
 *
 * @param {HttpResponse} response
 * @param {number} maxMs milliseconds
 * @param {string} [name]
 * @returns {boolean}
 * @example checkDuration(response, 2000, 'health')
 */
export function checkDuration(response, maxMs, name = 'request') {
  const set = once(`duration ${maxMs} ${name}`, () => ({
    [`${name} answers within ${maxMs} ms`]: (r) => r.status !== 0 && r.timings.duration < maxMs,
  }));
  return verify(response, name, set);
}

/**
 * Checks for a JSON body that holds some fields.
 *
 * @param {HttpResponse} response
 * @param {string[]} [fields] names or selectors such as `data.0.id`; `null` counts as missing
 * @param {string} [name]
 * @returns {boolean}
 * @example checkJsonBody(response, ['id', 'name'], 'GET /items/{id}')
 */
export function checkJsonBody(response, fields = [], name = 'response') {
  const set = once(`json ${fields.join(' ')} ${name}`, () => ({
    [`${name} body is JSON`]: isJson,
    ...Object.fromEntries(
      fields.map((field) => [
        `${name} has ${field}`,
        (/** @type {HttpResponse} */ r) => (jsonAt(r, field) ?? null) !== null,
      ]),
    ),
  }));
  return verify(response, name, set);
}

/**
 * @param {HttpResponse} response
 * @returns {boolean} true for an object or array; a lone `null` or number is no API answer
 */
function isJson(response) {
  // k6 validates the whole body before it looks for a selector, and gives undefined for an invalid one:
  // asking for the number of entries says as much as parsing, without making a copy.
  const body = response.body;
  const start = typeof body === 'string' ? /^[ \t\r\n]*([[{])/.exec(body)?.[1] : undefined;
  return start !== undefined && jsonAt(response, start === '[' ? '#' : '@keys.#') !== undefined;
}

const goodWords = env.HEALTH_STATUS_WORDS;
const anyWord = goodWords.includes('*');

/**
 * @param {HttpResponse} response
 * @returns {boolean}
 */
function saysHealthy(response) {
  const word = jsonAt(response, 'status');
  return anyWord ? typeof word === 'string' : goodWords.includes(word);
}

/**
 * Judges a health answer without recording a check, for set-up.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example while (!isHealthy(request(HEALTH))) { sleep(1); }
 */
export function isHealthy(response) {
  return response.status === 200 && saysHealthy(response);
}

const HEALTH_TAGS = { name: 'health' };

/** @type {CheckSet} */
const HEALTH_CHECKS = {
  'health status is 200': (r) => r.status === 200,
  [`health says ${goodWords.join(' or ')}`]: saysHealthy,
};

/** @type {CheckSet} */
const QUICK_HEALTH_CHECKS = {
  ...HEALTH_CHECKS,
  [`health answers within ${HEALTH_LIMIT_MS} ms`]: (r) =>
    r.status !== 0 && r.timings.duration < HEALTH_LIMIT_MS,
};

/**
 * Checks a health answer: status 200, a good status word, under 100 ms.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example checkHealthResponse(request(HEALTH))
 */
export function checkHealthResponse(response) {
  return check(response, QUICK_HEALTH_CHECKS, HEALTH_TAGS);
}

/**
 * The same without the time limit, for profiles that have their own.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example checkHealthy(request(HEALTH))
 */
export function checkHealthy(response) {
  return check(response, HEALTH_CHECKS, HEALTH_TAGS);
}

/**
 * Checks an ordinary API answer: success status, a body, in time. Feeds the rate `errors`.
 *
 * @param {HttpResponse} response
 * @param {string} [name]
 * @param {number} [maxMs] milliseconds
 * @returns {boolean}
 * @example checkResponse(response, 'GET /items', 800)
 */
export function checkResponse(response, name = 'request', maxMs = RESPONSE_LIMIT_MS) {
  const set = once(`response ${maxMs} ${name}`, () => ({
    [`${name} status is 2xx`]: (r) => r.status >= 200 && r.status < 300,
    [`${name} has a body`]: (r) => typeof r.body === 'string' && r.body.length > 0,
    [`${name} answers within ${maxMs} ms`]: (r) => r.status !== 0 && r.timings.duration < maxMs,
  }));
  const ok = verify(response, name, set);
  errors.add(!ok);
  return ok;
}
