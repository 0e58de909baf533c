// Finds the token in the response to a login.

import encoding from 'k6/encoding';
import { env } from '../../lib/config.js';

/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */

/** Lifetime of a token whose response does not say, milliseconds. */
const DEFAULT_LIFETIME_MS = 3_600_000;

/** Names that services give to access tokens, refresh tokens and lifetimes in seconds; the first one found counts. */
const TOKEN = ['access_token', 'accessToken', 'access', 'token', 'jwt', 'auth_token', 'authToken'];
const ID_TOKEN = ['id_token', 'idToken', 'key'];
const REFRESH = ['refresh_token', 'refreshToken', 'refresh'];
const EXPIRES = ['expires_in', 'expiresIn'];

/** How deep a document is searched. */
const DEPTH = 3;

/**
 * Finds the tokens in a response.
 *
 * @param {HttpResponse} response
 * @returns {{ token: string, refresh?: { name: string, value: string }, expiresIn?: number } | undefined}
 *   undefined: there is none
 * @example const found = findToken(request(LOGIN, { body }));
 */
export function findToken(response) {
  const { LOGIN_TOKEN_IN: place, LOGIN_TOKEN_NAME: name } = env;
  const document = documentOf(response);
  const token =
    name === '' && place === undefined
      ? anywhere(response, document)
      : {
          body: () => (name === '' ? inBody(document) : at(document, name)),
          header: () => inHeader(response, name || 'Authorization'),
          cookie: () => response.cookies[name]?.[0]?.value,
        }[place ?? 'body']();
  if (typeof token !== 'string' || token === '') {
    return undefined;
  }
  const refresh = search(document, REFRESH, isText, DEPTH);
  return {
    token,
    refresh: refresh && { name: refresh[0], value: refresh[1] },
    expiresIn: search(document, EXPIRES, (value) => Number(value) > 0, DEPTH)?.[1],
  };
}

/**
 * How long a new token lasts.
 *
 * @param {string} token
 * @param {unknown} expiresIn seconds, when the response says so
 * @param {string} [date] the header Date of the response: the clock of the issuer
 * @returns {number} milliseconds
 * @example lifetimeOf('opaque', 60) // 60000
 */
export function lifetimeOf(token, expiresIn, date = '') {
  if (Number(expiresIn) > 0) {
    return Number(expiresIn) * 1000;
  }
  const { exp, iat } = claimsOf(token);
  if (exp > 0 && iat > 0 && exp > iat) {
    // Both by the clock of the issuer: this machine's may differ from it.
    return (exp - iat) * 1000;
  }
  const now = Date.parse(date) || Date.now();
  return exp > 0 ? Math.max(0, exp * 1000 - now) : DEFAULT_LIFETIME_MS;
}

/**
 * @param {string} token
 * @returns {Record<string, any>} what a JSON Web Token says; empty for any other token
 */
function claimsOf(token) {
  try {
    return JSON.parse(encoding.b64decode(token.split('.')[1], 'rawurl', 's')) ?? {};
  } catch {
    return {};
  }
}

/**
 * Says whether a token that was given ended in the past, as far as this machine's clock tells.
 *
 * @param {string} token
 * @returns {boolean} false if the token does not say it
 * @example isExpired('opaque') // false
 */
export function isExpired(token) {
  const { exp } = claimsOf(token);
  return exp > 0 && exp * 1000 <= Date.now();
}

/**
 * @param {HttpResponse} response
 * @returns {any} undefined: the body is not JSON
 */
function documentOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/**
 * @param {HttpResponse} response
 * @param {any} document
 * @returns {string | undefined}
 */
function anywhere(response, document) {
  return (
    inBody(document) ??
    ['Authorization', 'X-Auth-Token', 'X-Access-Token']
      .map((name) => inHeader(response, name))
      .find(isText) ??
    TOKEN.map((name) => response.cookies[name]?.[0]?.value).find(isText)
  );
}

/**
 * @param {any} document
 * @returns {string | undefined}
 */
function inBody(document) {
  return isText(document)
    ? document
    : (search(document, TOKEN, isText, DEPTH) ?? search(document, ID_TOKEN, isText, DEPTH))?.[1];
}

/**
 * @param {HttpResponse} response
 * @param {string} name in any case
 * @returns {string | undefined} without the word in front of it
 */
function inHeader({ headers }, name) {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : headers[key].replace(/^(Bearer|Token|JWT) +/i, '');
}

/** @param {unknown} value */
const isText = (value) => typeof value === 'string' && value !== '';

/**
 * @param {any} document
 * @param {string} selector such as `data.access_token`
 * @returns {any}
 */
function at(document, selector) {
  return selector.split('.').reduce((value, key) => value?.[key], document);
}

/**
 * Searches a document for the first of some names, the upper levels first.
 *
 * @param {any} document
 * @param {string[]} names
 * @param {(value: any) => boolean} fits
 * @param {number} depth
 * @returns {[name: string, value: any] | undefined}
 */
function search(document, names, fits, depth) {
  if (document === null || typeof document !== 'object') {
    return undefined;
  }
  const name = names.find((one) => fits(document[one]));
  if (name !== undefined) {
    return [name, document[name]];
  }
  for (const value of depth > 1 ? Object.values(document) : []) {
    const found = search(value, names, fits, depth - 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
