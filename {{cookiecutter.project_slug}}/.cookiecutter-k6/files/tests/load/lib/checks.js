import { check } from 'k6';
import { Rate } from 'k6/metrics';
import { env } from './config.js';
import { jsonAt } from './http.js';

/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {(response: HttpResponse) => boolean} Predicate */

/**
 * What an answer has to be. Only what is named is checked.
 *
 * @typedef {object} Expectation
 * @property {number} [status] exactly this status
 * @property {number} [below] an answer with a status below this one
 * @property {boolean} [success] any 2xx
 * @property {boolean} [body] a body that is not empty
 * @property {boolean} [json] a JSON object or array; a lone `null` or number is no API answer
 * @property {string[]} [fields] fields or selectors such as `data.0.id` that a JSON body holds; `null` is missing
 * @property {number} [withinMs] milliseconds
 * @property {Record<string, Predicate>} [also] further checks by name; they must not throw
 */

/** Longest time a health answer may take, milliseconds. */
export const HEALTH_LIMIT_MS = 100;

/** Longest time `checkResponse` accepts unless told otherwise, milliseconds. */
export const RESPONSE_LIMIT_MS = 500;

/** Share of `checkResponse` calls that found something wrong. */
const errors = new Rate('errors');

/**
 * Makes a check of one endpoint. Made once at init it costs one call of k6 per response; predicates that are
 * made anew for each response are what makes a load generator slow.
 *
 * The endpoint's name goes into the check's name and tag, so that thresholds and summary can name it.
 *
 * @param {string} name endpoint name
 * @param {Expectation} expected
 * @returns {Predicate} true when everything holds
 * @example const checkItem = checker('GET /items/{id}', { status: 200, fields: ['id', 'name'] });
 */
export function checker(name, { status, below, success, body, json, fields, withinMs, also }) {
  /** @type {Record<string, Predicate>} */
  const checks = {};
  if (status !== undefined) {
    checks[`${name} status is ${status}`] = (r) => r.status === status;
  }
  if (below !== undefined) {
    checks[`${name} status is below ${below}`] = (r) => r.status !== 0 && r.status < below;
  }
  if (success) {
    checks[`${name} status is 2xx`] = (r) => r.status >= 200 && r.status < 300;
  }
  if (body) {
    checks[`${name} has a body`] = (r) => typeof r.body === 'string' && r.body.length > 0;
  }
  if (json || fields) {
    // A field cannot be in a lone number: only without fields the kind of document has to be asked for.
    checks[`${name} body is JSON`] = fields?.length ? isValid : isContainer;
  }
  for (const field of fields ?? []) {
    // As text: k6 then need not turn a whole subtree into objects only to see that it is there.
    const selector = `${field}.@tostr`;
    checks[`${name} has ${field}`] = (r) => {
      const text = jsonAt(r, selector);
      return text !== undefined && text !== '' && text !== 'null';
    };
  }
  if (withinMs !== undefined) {
    checks[`${name} answers within ${withinMs} ms`] = (r) =>
      r.status !== 0 && r.timings.duration < withinMs;
  }
  Object.assign(checks, also);
  const tags = { name };
  return (response) => check(response, checks, tags);
}

/** @type {Predicate} */
function isValid(response) {
  // k6 validates the whole body before it looks for a selector; `..#` only counts the documents in it.
  return jsonAt(response, '..#') === 1;
}

/** @type {Predicate} */
function isContainer(response) {
  return isValid(response) && /^\s*[[{]/.test(String(response.body));
}

/** Checkers by what they check, for the functions below. @type {Map<string, Predicate>} */
const made = new Map();

/**
 * Checks a response with a checker that is made when it is first needed.
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

// Ready-made checks for tests where a few microseconds do not matter; `checker` is the quick way.

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
 * Checks that a response came, and came in time.
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
 * Checks for a JSON body that holds some fields.
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
 * Checks an ordinary API answer: success status, a body, in time. Feeds the rate `errors`.
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

const HEALTHY = { status: 200, also: { [`health says ${goodWords.join(' or ')}`]: saysHealthy } };

/**
 * Checks a health answer: status 200 and a good status word.
 *
 * @example checkHealthy(request(HEALTH))
 */
export const checkHealthy = checker('health', HEALTHY);

/**
 * Checks a health answer: status 200, a good status word, under 100 ms.
 *
 * @example checkHealthResponse(request(HEALTH))
 */
export const checkHealthResponse = checker('health', { ...HEALTHY, withinMs: HEALTH_LIMIT_MS });
