// The whole module, not `{ check }`: k6 wraps a named import again at each use, which costs more than many checks.
import k6 from 'k6';
import { env } from './config.js';
import { reportChecks, reportOnce, shorten } from '../engine/vu/failures.js';
import { accepts, jsonAt } from './http.js';

/** @typedef {import('../engine/types/suite.js').EndpointOptions} EndpointOptions */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
/** @typedef {(response: HttpResponse) => boolean} Predicate */

/** What names have to be. One VU is enough to notice: in each, it would cost memory. */
const naming = __VU <= 1 ? require('../engine/plan/naming.js') : undefined;

/**
 * What is expected of a response. What is left out is not checked.
 *
 * @typedef {object} Expectation
 * @property {number} [status] exactly this status
 * @property {number} [below] any status below this one
 * @property {boolean} [success] any 2xx
 * @property {boolean} [body] a body that is not empty
 * @property {boolean} [json] a JSON object or array; `null` or a number alone does not count
 * @property {string[]} [fields] fields or selectors such as `data.0.id` that the body must have; `null` counts as missing
 * @property {'json' | 'not HTML' | 'any'} [type] content type of the body; default: JSON, with `json` or `fields`
 * @property {number} [withinMs] milliseconds
 * @property {Record<string, Predicate>} [also] further checks by name; they must not throw
 */

/**
 * Creates the check of an endpoint. Create it once, in the init code: it then costs one call of k6 per response.
 * Creating predicates for each response is what makes a load generator slow.
 *
 * The endpoint's name goes into the check's name and tag, so that thresholds and summary can name it.
 *
 * @param {string} name endpoint name
 * @param {Expectation} expected
 * @returns {Predicate} true when everything holds
 * @example const checkItem = checker('GET /items/{id}', { status: 200, fields: ['id', 'name'] });
 */
export function checker(
  name,
  { status, below, success, body, json, fields, type, withinMs, also },
) {
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
    // A number has no fields: the kind of document only matters if no fields are listed.
    checks[`${name} body is JSON`] = fields?.length ? isValid : isJson;
  }
  fields?.forEach((field) => {
    // As text, so that k6 does not convert a whole subtree only to see that it exists.
    const selector = `${field}.@tostr`;
    checks[`${name} has ${field}`] = (r) => {
      const text = jsonAt(r, selector);
      return text !== undefined && text !== '' && text !== 'null';
    };
  });
  if (withinMs !== undefined) {
    checks[`${name} answers within ${withinMs} ms`] = (r) =>
      r.status !== 0 && r.timings.duration < withinMs;
  }
  const all = also ? { ...checks, ...also } : checks;
  naming?.refuseChecks(`checks of '${name}'`, also);
  const tags = { name };
  const kind = type ?? (json || fields ? 'json' : 'any');
  let unseen = 0;
  let gap = 0;
  return (response) => {
    if (!k6.check(response, all, tags)) {
      reportChecks(name, all, response);
      return false;
    }
    if (kind === 'any' || unseen < gap) {
      unseen += 1;
      return true;
    }
    unseen = 0;
    if (isSentAs(kind, response)) {
      gap = Math.min(MOST_UNSEEN, 2 * gap + 1);
      return true;
    }
    gap = 0;
    return refuseType(name, kind, response);
  };
}

/**
 * Most responses between two checks of the content type: reading headers costs more than other checks, and a route
 * rarely changes its type. Each VU checks its first response, then fewer and fewer, and all after a wrong one.
 */
const MOST_UNSEEN = 100;

/**
 * @param {'json' | 'not HTML'} kind
 * @param {HttpResponse} response
 * @returns {boolean}
 */
function isSentAs(kind, response) {
  const type = response.headers['Content-Type'] ?? '';
  if (type === 'application/json' || type === 'application/json; charset=utf-8') {
    return true;
  }
  // An empty body needs no type, and the type of an error page does not matter.
  if (response.status > 299 || !response.body) {
    return true;
  }
  const media = type.split(';')[0].trim().toLowerCase();
  return kind === 'json'
    ? media.endsWith('/json') || media.endsWith('+json')
    : media !== 'text/html';
}

/**
 * Records a wrong content type as a failed check; right ones are not recorded.
 *
 * @param {string} name endpoint name
 * @param {'json' | 'not HTML'} kind
 * @param {HttpResponse} response
 * @returns {boolean} false
 */
function refuseType(name, kind, response) {
  const expected = kind === 'json' ? 'JSON' : kind;
  reportOnce(`${name} content type`, () => {
    const type = shorten(response.headers['Content-Type']);
    return `${name}: content type '${type}', expected ${expected}`;
  });
  return k6.check(response, { [`${name} content type is ${expected}`]: () => false }, { name });
}

/** @type {Predicate} */
function isValid(response) {
  // k6 validates the whole body before it looks for a selector; `..#` only counts the documents in it.
  return jsonAt(response, '..#') === 1;
}

/**
 * Tells whether a body is a JSON object or array; `null` or a number alone does not count.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example checker('GET /items', { status: 200, also: { 'is JSON': isJson } });
 */
export function isJson(response) {
  return isValid(response) && '[{'.includes(String(response.body).trimStart()[0]);
}

/** Longest time a health answer may take, milliseconds. */
export const HEALTH_LIMIT_MS = 100;

const { HEALTH_STATUS_WORDS: words, HEALTH_STATUSES: statuses, HEALTH_FIELDS: fields } = env;
const anyWord = words.includes('*');

/**
 * Statuses that endpoints of health paths accept. Undefined for any 2xx: comparing with a list costs time in each
 * request.
 *
 * @type {EndpointOptions['statuses']}
 */
export const HEALTH_STATUSES =
  statuses.length === 1 && statuses[0] === '2xx'
    ? undefined
    : statuses.map((one) => {
        const hundred = Number(one[0]) * 100;
        return one[1] === 'x' ? { min: hundred, max: hundred + 99 } : Number(one);
      });

const health = { statuses: HEALTH_STATUSES };

/**
 * Tells whether a response reports a healthy service, in a field of a JSON document or as its whole text.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 */
function saysHealthy(response) {
  if (response.status > 299) {
    return accepts(health, response.status);
  }
  if (anyWord) {
    return response.status !== 0;
  }
  // The usual case first, without a copy of the body.
  if (words.includes(jsonAt(response, fields[0]))) {
    return true;
  }
  const text = String(response.body ?? '').trim();
  const field = text.startsWith('{')
    ? fields.find((name) => jsonAt(response, name) !== undefined)
    : undefined;
  const word = field === undefined ? text : String(jsonAt(response, field));
  return words.includes(word === '' ? 'empty' : word.replaceAll('"', '').toLowerCase());
}

/**
 * Tells whether a health response is good, without recording a check. For setup.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example while (!isHealthy(request(HEALTH))) { sleep(1); }
 */
export function isHealthy(response) {
  return accepts(health, response.status) && saysHealthy(response);
}

/**
 * The checks of a health response.
 *
 * @param {string} name endpoint name
 * @returns {Expectation}
 * @example const checkReady = checker('ready', healthy('ready'));
 */
export const healthy = (name) => ({
  also: {
    [`${name} status is ${statuses.join(' or ')}`]: (r) => accepts(health, r.status),
    [`${name} says it is healthy`]: saysHealthy,
  },
});

/** The same for the first health path. */
export const HEALTHY = healthy('health');
