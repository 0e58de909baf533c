// One operation: its request, as the document says.

import http from 'k6/http';
import { BASE_URL, env } from '../../../lib/config.js';
import { reportFailure, unanswered } from '../../vu/failures.js';
import { accepts, endpoint, recordOne } from '../../../lib/http.js';
import { credentials } from './table.js';
import { makeValue } from './values.js';
import { encodeBody, inHeader, inPath, inQuery } from './writing.js';

/** @typedef {import('./types.js').Operation} Operation */
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
  const recorded = recordOne(name);
  let response;
  try {
    response = http.request(method, url, body, { ...target.params, headers });
  } catch (error) {
    response = unanswered(target, error);
  }
  recorded(response.timings.duration, !accepts(target, response.status));
  const isGood = target.statuses !== undefined && accepts(target, response.status);
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
