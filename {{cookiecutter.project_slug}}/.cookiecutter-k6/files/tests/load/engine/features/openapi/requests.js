// One operation: its request, as the document says, and what the document says about its answer.

import k6 from 'k6';
import http from 'k6/http';
import { BASE_URL, env } from '../../../lib/config.js';
import { reportFailure, unanswered } from '../../vu/failures.js';
import { endpoint } from '../../../lib/http.js';
import { credentials } from './table.js';
import { makeValue } from './values.js';
import { encodeBody, inHeader, inPath, inQuery } from './writing.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').ExpectedResponse} ExpectedResponse */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('./values.js').Source} Source */

/** The suite's own credentials. Bearer credentials have no value of their own only when these exist. */
const auth = env.AUTH_MODE === 'none' ? undefined : require('../../../lib/auth.js');

/**
 * Sends one operation with made values. A failure is counted and logged like any other of the suite, without
 * the credentials that a service may repeat.
 *
 * @param {Operation} operation
 * @param {Source} source of its values
 * @param {(status: number) => boolean} [isFine] further statuses that are no failure
 * @returns {{ response: HttpResponse, sent: any, isGood: boolean }} status 0: no answer; the value of the body;
 *   whether the status is a success of the document
 * @throws when the suite's login fails
 * @example const { response } = sendOperation(operationAt(0), source);
 */
export function sendOperation(operation, source, isFine = () => false) {
  const { name, method, kind, statuses } = operation;
  const { url, headers, body, sent, secrets } = requestOf(operation, source);
  const target = endpoint(name, url, { method, kind, statuses });
  let response;
  try {
    response = http.request(method, url, body, { ...target.params, headers });
  } catch (error) {
    response = unanswered(target, error);
  }
  const isGood = target.statuses?.includes(response.status) === true;
  if (!isGood && !isFine(response.status)) {
    reportFailure(target, { ...response, body: hidden(response.body, secrets) });
  }
  return { response, sent, isGood };
}

/**
 * @param {HttpResponse['body']} body
 * @param {string[]} secrets
 * @returns {HttpResponse['body']}
 */
function hidden(body, secrets) {
  return typeof body === 'string'
    ? secrets.reduce((text, secret) => text.split(secret).join('***'), body)
    : body;
}

/**
 * Makes all parts of a request.
 *
 * @param {Operation} operation
 * @param {Source} source
 * @returns {{ url: string, headers: Record<string, string>, body: string | ArrayBuffer | null,
 *   sent: any, secrets: string[] }}
 */
function requestOf(operation, source) {
  const { params, body, auth: schemes, url, base } = operation;
  /** @type {Parts} */
  const parts = { paths: byName(), query: [], headers: byName(), cookies: [] };
  for (const name of Object.keys(env.requestHeaders)) {
    parts.headers[name.toLowerCase()] = [name, env.requestHeaders[name]];
  }
  for (const parameter of params) {
    if (!parameter.optional || source.random.next() < source.optional) {
      addParameter(parts, parameter, makeValue(parameter.gen, source));
    }
  }
  const secrets = schemes.map((name) => addCredential(parts, credentials[name]));
  const { paths, query, headers, cookies } = parts;
  if (cookies.length > 0) {
    const [, declared = []] = headers.cookie ?? [];
    headers.cookie = ['Cookie', cookies.concat(declared).join('; ')];
  }
  headers.accept ??= ['Accept', operation.accept];
  const sent = body && makeValue(body.gen, source);
  const encoded = body && encodeBody(body, sent);
  if (encoded !== undefined) {
    headers['content-type'] = ['Content-Type', encoded.contentType];
  }
  const path = url.map((part, index) => (index % 2 === 0 ? part : paths[part])).join('');
  const start = path.includes('?') ? '&' : '?';
  const search = query.length > 0 ? `${start}${query.join('&')}` : '';
  return {
    url: `${BASE_URL}${base}${path}${search}`,
    headers: Object.fromEntries(Object.values(headers)),
    body: encoded?.content ?? null,
    sent,
    secrets,
  };
}

/**
 * What a request is put together from, written for the wire. No maps: k6 keeps 16 KB for them in each VU.
 *
 * @typedef {object} Parts
 * @property {Record<string, string>} paths by name
 * @property {string[]} query `name=value`
 * @property {Record<string, [name: string, value: string]>} headers by their name in small letters
 * @property {string[]} cookies `name=value`
 */

/** @returns {any} an empty table: names of a document may be `__proto__` */
function byName() {
  return Object.create(null);
}

/**
 * @param {Parts} parts
 * @param {import('./types.js').Parameter} parameter
 * @param {any} value
 */
function addParameter({ paths, query, headers, cookies }, parameter, value) {
  const { in: place, name } = parameter;
  if (place === 'path') {
    paths[name] = inPath(parameter, value);
  } else if (place === 'query') {
    query.push(...inQuery(parameter, value));
  } else if (place === 'cookie') {
    cookies.push(`${name}=${encodeURIComponent(inHeader(parameter, value))}`);
  } else {
    headers[name.toLowerCase()] = [name, inHeader(parameter, value)];
  }
}

/**
 * @param {Parts} parts
 * @param {import('./types.js').Credential} credential
 * @returns {string} the secret in it
 */
function addCredential({ query, headers, cookies }, { in: place, name, value }) {
  const text = value ?? `Bearer ${auth?.currentToken()}`;
  if (place === 'query') {
    query.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
  } else if (place === 'cookie') {
    cookies.push(`${name}=${text}`);
  } else {
    headers[name.toLowerCase()] = [name, text];
  }
  return text.replace(/^(Basic|Bearer) /, '');
}

/**
 * Checks an answer against the document: is its status declared, its content type, and are the required
 * fields there? What the document does not say is not checked.
 *
 * @param {Operation} operation
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example const ok = checkAnswer(operation, sendOperation(operation, source));
 */
export function checkAnswer({ name, method, responses }, response) {
  const declared = declaredFor(responses, response.status);
  /** @type {Record<string, boolean>} */
  const results = {
    [`${name} status is declared`]:
      declared !== undefined || (response.status !== 0 && Object.keys(responses).length === 0),
  };
  if (declared !== undefined && method !== 'HEAD' && response.status !== 304) {
    const type = (response.headers['Content-Type'] ?? '').split(';')[0].trim().toLowerCase();
    if (declared.types !== undefined) {
      results[`${name} content type is declared`] = hasType(declared.types, type);
    }
    if (declared.is !== undefined || declared.required !== undefined) {
      const isRight = hasShape(declared, response, type);
      if (isRight !== undefined) {
        results[`${name} body has the declared shape`] = isRight;
      }
    }
  }
  // k6 takes values as well as functions here, whatever its types say.
  return k6.check(null, /** @type {any} */ (results), { name });
}

/**
 * @param {Record<string, ExpectedResponse>} responses
 * @param {number} status
 * @returns {ExpectedResponse | undefined}
 */
function declaredFor(responses, status) {
  return status === 0
    ? undefined
    : (responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses.default);
}

/**
 * @param {string[]} types
 * @param {string} found
 * @returns {boolean}
 */
function hasType(types, found) {
  return types.some(
    (wanted) =>
      wanted === '*/*' ||
      wanted === found ||
      (wanted.endsWith('/*') && found.startsWith(wanted.slice(0, -1))),
  );
}

/**
 * Looks at JSON alone: an operation may answer in other types too.
 *
 * @param {ExpectedResponse} declared
 * @param {HttpResponse} response
 * @param {string} type its media type in small letters, empty without one
 * @returns {boolean | undefined} undefined: nothing to look at
 */
function hasShape({ is, required = [], nullable, types = [] }, response, type) {
  const body = jsonOf(response);
  const isJson = type.endsWith('/json') || type.endsWith('+json');
  // Where any type was promised, frameworks write a text as it is and still call it JSON.
  const isSure = isJson && (is !== 'string' || types.includes(type));
  if (!isSure && (body === undefined || (type !== '' && !isJson))) {
    return undefined;
  }
  if (body === undefined || body === null) {
    return body === null && nullable === true;
  }
  const kind = Array.isArray(body) ? 'array' : typeof body;
  return (is === undefined || is === kind) && required.every((path) => holds(body, path));
}

/**
 * @param {any} from
 * @param {string[]} path `*` stands for every element
 * @returns {boolean} true when each place has a value, `null` included
 */
function holds(from, [step, ...rest]) {
  if (step === undefined) {
    return from !== undefined;
  }
  if (step === '*') {
    return !Array.isArray(from) || from.every((item) => holds(item, rest));
  }
  // Where a parent may be left out or null, so may what it requires.
  if (from === null || typeof from !== 'object') {
    return rest.length > 0 || from === null;
  }
  return Object.hasOwn(from, step) ? holds(from[step], rest) : rest.length > 0;
}

/**
 * Reads an id from an answer.
 *
 * @param {HttpResponse} response
 * @param {any} sent the value of the request's body
 * @param {readonly import('./types.js').Place[]} places where it may be, in order; in a path `*` is any element
 * @param {(count: number) => number} choose which of several elements
 * @returns {string | number | undefined}
 * @example valueAt(response, sent, [{ from: 'answer', path: ['id'] }], () => 0)
 */
export function valueAt(response, sent, places, choose) {
  for (const { from, path } of places) {
    const value =
      from === 'location'
        ? lastSegment(response.headers.Location)
        : pointed(from === 'sent' ? sent : jsonOf(response), path, choose);
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') {
      return value;
    }
  }
  return undefined;
}

/**
 * @param {HttpResponse} response
 * @returns {any} undefined: no JSON
 */
function jsonOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/**
 * @param {string | undefined} location
 * @returns {string | undefined}
 */
function lastSegment(location) {
  const segment = location
    ?.replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .pop();
  try {
    return segment && decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * @param {any} value
 * @param {string[]} path
 * @param {(count: number) => number} choose
 * @returns {any}
 */
function pointed(value, path, choose) {
  return path.reduce((from, step) => {
    if (step === '*') {
      return Array.isArray(from) && from.length > 0 ? from[choose(from.length)] : undefined;
    }
    return from !== null && typeof from === 'object' && Object.hasOwn(from, step)
      ? from[step]
      : undefined;
  }, value);
}
