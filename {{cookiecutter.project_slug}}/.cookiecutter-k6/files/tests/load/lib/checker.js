// All of k6, not `{ check }`: k6 wraps a function anew each time its own import is used, which costs more than many
// a check does.
import k6 from 'k6';
import { env } from './config.js';
import { reportChecks, reportOnce, shorten } from '../engine/vu/failures.js';
import { accepts, jsonAt } from './http.js';

/** @typedef {import('../engine/types/suite.js').EndpointOptions} EndpointOptions */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
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
 * @property {'json' | 'not HTML' | 'any'} [type] how a body is sent; JSON when `json` or `fields` are named
 * @property {number} [withinMs] milliseconds
 * @property {Record<string, Predicate>} [also] further checks by name; they must not throw
 */

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
    // A field cannot be in a lone number: only without fields the kind of document has to be asked for.
    checks[`${name} body is JSON`] = fields?.length ? isValid : isJson;
  }
  fields?.forEach((field) => {
    // As text: k6 then need not turn a whole subtree into objects only to see that it is there.
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
 * Most responses between two looks at the content type: headers cost more than other checks, and a route sends all
 * alike. The first response of each VU is looked at, then ever fewer, and all after a wrong one.
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
  // An empty body has no type, and what a failure page is sent as does not matter.
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
 * Tells whether a body is a JSON object or array; a lone `null` or number is no API answer.
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
 * Statuses that endpoints of health paths accept. Undefined for any 2xx: a list of its own costs each request time.
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
 * Says whether a response says that the service is healthy: in a field of a JSON document or as its whole text.
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
 * Judges a health answer without recording a check, for set-up.
 *
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example while (!isHealthy(request(HEALTH))) { sleep(1); }
 */
export function isHealthy(response) {
  return accepts(health, response.status) && saysHealthy(response);
}

/**
 * What a health answer has to be.
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
