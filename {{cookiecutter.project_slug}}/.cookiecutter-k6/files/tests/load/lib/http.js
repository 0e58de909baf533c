// Requests and checks. One file, because each module costs every VU about 7 KB.

// All of k6, not `{ check }`: k6 wraps a function anew each time its own import is used, which costs more than many
// a check does.
import k6 from 'k6';
import http from 'k6/http';
import { API_URL, defaultOptions, env } from './config.js';
import { reportFailure, reportOnce, shorten, unanswered } from '../engine/vu/failures.js';

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').EndpointOptions} EndpointOptions */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
/** @typedef {(response: HttpResponse) => boolean} Predicate */

// k6 would take redirects for success.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));

/**
 * Describes an endpoint once, at init. All its requests then share one route name and one parameters object:
 * a request allocates nothing, and no id ever becomes a tag.
 *
 * Network errors throw inside k6, which keeps its log quiet; `request` turns them into status 0.
 *
 * @param {string} name route name, such as `GET /items/{id}`; no comma, no quote at an end: thresholds could not name it
 * @param {string} path from `API_URL`, or a whole URL; may hold `{placeholders}`
 * @param {EndpointOptions} [options]
 * @returns {Endpoint}
 * @throws when the name holds a comma, or has a quote at an end
 * @example const ITEM = endpoint('GET /items/{id}', '/items/{id}', { kind: 'api_read' });
 */
export function endpoint(name, path, options = {}) {
  // Plain loops here and below: the first string method of a VU costs it 5 KB, the first iterator 6 KB, the first
  // regular expression 16 KB.
  let isNameable = !isQuote(name[0]) && !isQuote(name[name.length - 1]);
  for (let i = 0; i < name.length; i += 1) {
    isNameable &&= name[i] !== ',';
  }
  if (!isNameable) {
    throw new Error(
      `endpoint '${name}': a name must not hold a comma or have a quote at an end, k6 thresholds cannot name it`,
    );
  }
  const {
    method = 'GET',
    kind = 'api',
    statuses,
    phase,
    headers,
    timeout,
    responseType,
    tags,
  } = options;
  return {
    name,
    method,
    kind,
    options,
    url: path[0] === '/' ? `${API_URL}${path}` : path,
    statuses,
    params: {
      headers: headers ? { ...defaultOptions.headers, ...headers } : defaultOptions.headers,
      timeout: timeout ?? defaultOptions.timeout,
      throw: true,
      tags: { name, kind, ...(phase && { phase }), ...tags },
      ...(responseType && { responseType }),
      ...(statuses && { responseCallback: http.expectedStatuses(...statuses) }),
    },
  };
}

/** @param {string | undefined} character */
const isQuote = (character) => character === '"' || character === "'";

/**
 * Tells whether an endpoint accepts a status.
 *
 * @param {Endpoint} target
 * @param {number} status
 * @returns {boolean}
 * @example accepts(endpoint('GET /', '/', { statuses: [{ min: 200, max: 399 }] }), 301) // true
 */
export function accepts({ statuses }, status) {
  if (statuses === undefined) {
    return status >= 200 && status <= 299;
  }
  for (let i = 0; i < statuses.length; i += 1) {
    const accepted = statuses[i];
    if (
      typeof accepted === 'number'
        ? status === accepted
        : status >= accepted.min && status <= accepted.max
    ) {
      return true;
    }
  }
  return false;
}

/**
 * The same endpoint with other options.
 *
 * @param {Endpoint} base
 * @param {EndpointOptions} changes
 * @returns {Endpoint}
 * @example const PATIENT_HEALTH = variant(HEALTH, { timeout: '10s' });
 */
export function variant(base, changes) {
  return endpoint(base.name, base.url, { ...base.options, ...changes });
}

/**
 * What one request adds to its endpoint.
 *
 * @typedef {object} RequestDetails
 * @property {Record<string, string | number>} [path] values of the `{placeholders}`
 * @property {unknown} [body] an object is sent as JSON, text as it is
 * @property {Readonly<Record<string, string>>} [headers] instead of the endpoint's
 */

/**
 * Sends one request. Never throws for the network's sake: a request without an answer comes back with
 * status 0. Whatever was not an accepted status is counted by cause and logged once.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws when a `{placeholder}` has no value
 * @example const response = request(ITEM, { path: { id: 7 }, body: { name: 'x' } });
 */
export function request(target, details) {
  let response;
  if (details === undefined) {
    // Not through `requestQuietly`: calls are what an iteration without pauses spends most time on in a script.
    try {
      response = http.request(target.method, target.url, null, target.params);
    } catch (error) {
      response = unanswered(target, error);
    }
  } else {
    response = requestQuietly(target, details);
  }
  const { status } = response;
  // The usual case first: a call costs an iteration half a microsecond.
  if ((status !== 200 || target.statuses !== undefined) && !accepts(target, status)) {
    reportFailure(target, response);
  }
  return response;
}

/**
 * The same without a word about failures, for callers that expect them.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws when a `{placeholder}` has no value
 * @example while (requestQuietly(HEALTH).status === 0) { sleep(1); }
 */
export function requestQuietly(target, { path, body, headers } = {}) {
  const url = path ? fillPath(target.url, path) : target.url;
  const sent =
    body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body);
  try {
    return http.request(
      target.method,
      url,
      sent,
      headers ? { ...target.params, headers } : target.params,
    );
  } catch (error) {
    return unanswered(target, error);
  }
}

/**
 * @param {string} template
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
function fillPath(template, values) {
  return template.replace(/\{(\w+)\}/g, (placeholder, name) => {
    if (values[name] === undefined) {
      throw new Error(`${template}: no value for ${placeholder}`);
    }
    return encodeURIComponent(values[name]);
  });
}

/**
 * Reads one value of a JSON body. Cheaper than parsing it all, and never throws.
 *
 * @param {HttpResponse} response
 * @param {string} selector such as `status` or `data.0.id`
 * @returns {any} undefined when the body is no JSON or has no such value
 * @example jsonAt(response, 'status') // 'healthy'
 */
export function jsonAt(response, selector) {
  try {
    return response.json(selector);
  } catch {
    return undefined;
  }
}

// Checks

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

/** What a health answer has to be. @type {Expectation} */
export const HEALTHY = {
  status: 200,
  // Small services and proxies send their health as plain text.
  type: 'not HTML',
  also: { [`health says ${goodWords.join(' or ')}`]: saysHealthy },
};
