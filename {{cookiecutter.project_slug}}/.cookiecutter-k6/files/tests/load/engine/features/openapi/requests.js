// One operation: its request, as the document says.

import http from 'k6/http';
import { BASE_URL, env } from '../../../lib/config.js';
import { hide, reportFailure, unanswered } from '../../vu/failures.js';
import { accepts, endpoint, recordOne } from '../../../lib/http.js';
import { credentials, encodesBodies, secrets as ownSecrets } from './table.js';
import { inOrder, makeValue } from './values.js';
import { inHeader, inPath, inQuery } from './writing.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('./values.js').Source} Source */

ownSecrets.forEach(hide);

/** How bodies other than JSON are written: most APIs have none, and every VU would keep the module. */
const bodies = encodesBodies ? require('./bodies.js') : undefined;

/** How the suite signs in. Operations with an empty name among their schemes are sent with its credentials. */
const suite = env.AUTH_MODE === 'none' ? undefined : require('../../../lib/auth.js');

/**
 * Sends one operation with made values. A failure is counted and logged like any other of the suite, without
 * the credentials that a service may repeat.
 *
 * @param {Operation} operation
 * @param {Source} source of its values
 * @param {number[]} [fine] further statuses that are no failure; 404 is none for an id that was made up
 * @returns {{ response: HttpResponse, sent: any, isGood: boolean }} status 0: no answer; the value of the body;
 *   whether the status is a success of the document
 * @throws when the suite's login fails
 * @example const { response } = sendOperation(operationAt(0), source);
 */
export function sendOperation(operation, source, fine = []) {
  const { name, method, kind, statuses, auth } = operation;
  const { url, headers, body, sent, secrets } = requestOf(operation, source);
  const more = source.isMadeUp ? [404] : fine;
  const target = endpoint(name, url, { method, kind, statuses: [...statuses, ...more] });
  const signer = auth[0] === '' ? suite : undefined;
  let response = answerTo(target, headers, body, signer);
  if (signer?.renewedAfter(response)) {
    response = answerTo(target, headers, body, signer);
  }
  const isGood = accepts({ statuses }, response.status);
  if (!accepts(target, response.status)) {
    reportFailure(target, { ...response, body: hidden(response.body, secrets) });
  }
  return { response, sent, isGood };
}

/**
 * @param {import('../../types/suite.js').Endpoint} target
 * @param {Record<string, string>} own headers of the request
 * @param {string | ArrayBuffer | null} body
 * @param {typeof suite} signer undefined: the request has all it needs
 * @returns {HttpResponse} status 0: no answer
 */
function answerTo(target, own, body, signer) {
  let { url } = target;
  let headers = own;
  if (signer !== undefined) {
    const added = signer.credentialsFor(target, { body: body ?? '' });
    url += added.query === '' ? '' : `${url.includes('?') ? '&' : '?'}${added.query}`;
    headers = { ...own, ...added.headers };
    if (own.Cookie && added.headers.Cookie) {
      headers.Cookie = `${own.Cookie}; ${added.headers.Cookie}`;
    }
  }
  const record = recordOne(target.name);
  let response;
  try {
    response = http.request(target.method, url, body, { ...target.params, headers });
  } catch (error) {
    response = unanswered(target, error);
  }
  record(response.timings.duration, !accepts(target, response.status));
  return response;
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
  const { params, ordered = [], body, auth: schemes, url, base } = operation;
  /** @type {Parts} */
  const parts = { paths: byName(), query: [], headers: byName(), cookies: [] };
  for (const name of Object.keys(env.requestHeaders)) {
    parts.headers[name.toLowerCase()] = [name, env.requestHeaders[name]];
  }
  const values = params.map(({ optional, gen }) =>
    !optional || source.random.next() < source.optional ? makeValue(gen, source) : undefined,
  );
  inOrder(ordered, values);
  values.forEach((value, index) => {
    if (value !== undefined) {
      addParameter(parts, params[index], value);
    }
  });
  const secrets = schemes.flatMap((name) =>
    name === '' ? [] : addCredential(parts, credentials[name]),
  );
  const { paths, query, headers, cookies } = parts;
  if (cookies.length > 0) {
    const [, declared = []] = headers.cookie ?? [];
    headers.cookie = ['Cookie', cookies.concat(declared).join('; ')];
  }
  headers.accept ??= ['Accept', operation.accept];
  const sent = body && makeValue(body.gen, source);
  const encoded = body && encode(body, sent);
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
 * @param {import('./types.js').BodyType} body
 * @param {any} value
 * @returns {{ contentType: string, content: string | ArrayBuffer } | undefined}
 */
function encode(body, value) {
  return body.kind === 'json'
    ? { contentType: body.type, content: JSON.stringify(value) }
    : bodies?.encodeBody(body, value);
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
 * @returns {string[]} the secrets in it
 */
function addCredential({ query, headers, cookies }, { in: place, name, value }) {
  if (place === 'connection') {
    return [];
  }
  if (place === 'query') {
    query.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  } else if (place === 'cookie') {
    cookies.push(`${name}=${value}`);
  } else {
    headers[name.toLowerCase()] = [name, value];
  }
  return [value.replace(/^(Basic|Bearer) /, '')];
}
