// From one operation of the table to one request.

import http from 'k6/http';
import { BASE_URL } from '../config.js';
import { reportFailure, unanswered } from '../failures.js';
import { endpoint } from '../http.js';
import { encodeBody } from './bodies.js';
import { credentialsFor } from './credentials.js';
import { inHeader, inPath, inQuery } from './styles.js';
import { makeValue } from './values.js';

/** @typedef {import('../../types/openapi.js').Operation} Operation */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('./values.js').Source} Source */

const MEDIA_TYPE = /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * The statuses that count as success.
 *
 * @param {readonly string[]} statuses such as `200` or `2XX`
 * @returns {(number | { min: number, max: number })[]}
 * @example accepted(['201', '2XX']) // [201, { min: 200, max: 299 }]
 */
export function accepted(statuses) {
  return statuses.map((status) =>
    /^\d{3}$/.test(status)
      ? Number(status)
      : { min: Number(status[0]) * 100, max: Number(status[0]) * 100 + 99 },
  );
}

/**
 * Describes an operation as an endpoint of the suite: name, method and accepted statuses.
 *
 * @param {Operation} operation
 * @param {string} [url]
 * @returns {import('../../types/suite.js').Endpoint}
 * @example const endpoints = operations.map((operation) => endpointOf(operation));
 */
export function endpointOf({ name, method, ok }, url = BASE_URL) {
  const isSafe = !['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
  return endpoint(name, url, {
    method,
    kind: isSafe ? 'api_read' : 'api_write',
    statuses: accepted(ok),
  });
}

/**
 * Sends one operation with made values. A failure is counted and logged like any other of the suite, without
 * the credentials that a service may repeat.
 *
 * @param {Operation} operation
 * @param {Source} source of its values
 * @param {(status: number) => boolean} [isFine] further statuses that are no failure
 * @returns {{ response: HttpResponse, sent: any }} status 0: no answer; and the value of the body
 * @example const { response } = sendOperation(operationAt(0), source);
 */
export function sendOperation(operation, source, isFine = () => false) {
  const { url, headers, body, sent, secrets } = requestOf(operation, source);
  const target = endpointOf(operation, url);
  const params = { ...target.params, headers };
  let response;
  try {
    response = http.request(operation.method, url, body, params);
  } catch (error) {
    response = unanswered(target, error);
  }
  const { status } = response;
  if (!target.statuses?.includes(status) && !isFine(status)) {
    reportFailure(target, { ...response, body: hidden(response.body, secrets) });
  }
  return { response, sent };
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
  const { paths, query, headers, cookies } = parametersOf(operation, source);
  const credentials = credentialsFor(operation.auth);
  for (const { in: place, name, value } of credentials) {
    if (place === 'query') {
      query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
    } else if (place === 'cookie') {
      cookies.push(`${name}=${value}`);
    } else {
      headers.set(name.toLowerCase(), [name, value]);
    }
  }
  if (cookies.length > 0) {
    headers.set('cookie', ['Cookie', cookies.join('; ')]);
  }
  headers.set('accept', ['Accept', acceptOf(operation)]);
  const type = operation.body?.types[0];
  const sent = type && makeValue(type.gen, source);
  const encoded = type && encodeBody(type, sent);
  if (encoded !== undefined) {
    headers.set('content-type', ['Content-Type', encoded.contentType]);
  }
  const path = operation.url.map((part, index) => (index % 2 === 0 ? part : paths.get(part)));
  const search = query.length > 0 ? `?${query.join('&')}` : '';
  return {
    url: `${BASE_URL}${operation.base}${path.join('')}${search}`,
    headers: Object.fromEntries(headers.values()),
    body: encoded?.content ?? null,
    sent,
    secrets: credentials.map(({ value }) => value.replace(/^(Basic|Bearer) /, '')),
  };
}

/**
 * @param {Operation} operation
 * @param {Source} source
 */
function parametersOf({ params = [] }, source) {
  /** @type {Map<string, string>} */
  const paths = new Map();
  /** @type {string[]} */
  const query = [];
  /** @type {Map<string, [name: string, value: string]>} */
  const headers = new Map();
  /** @type {string[]} */
  const cookies = [];
  for (const parameter of params) {
    const { in: place, name, optional, gen } = parameter;
    if (optional && source.random.next() >= source.optional) {
      continue;
    }
    const value = makeValue(gen, source);
    if (place === 'path') {
      paths.set(name, inPath(parameter, value));
    } else if (place === 'query') {
      query.push(...inQuery(parameter, value));
    } else if (place === 'cookie') {
      cookies.push(`${name}=${encodeURIComponent(inHeader(parameter, value))}`);
    } else if (HEADER_NAME.test(name)) {
      headers.set(name.toLowerCase(), [name, inHeader(parameter, value)]);
    }
  }
  return { paths, query, headers, cookies };
}

/**
 * @param {Operation} operation
 * @returns {string} what the document says comes back
 */
function acceptOf({ ok, responses = {} }) {
  const types = ok.flatMap((status) => responses[status]?.types ?? responses.default?.types ?? []);
  const known = [...new Set(types)].filter((type) => MEDIA_TYPE.test(type));
  return known.length > 0 ? known.join(', ') : '*/*';
}
