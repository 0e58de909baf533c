// Credentials that do not change during a run: AUTH_MODE basic, bearer and api-key.

import encoding from 'k6/encoding';
import http from 'k6/http';
import { env } from '../../lib/config.js';
import { hide } from '../vu/failures.js';
import { bearer } from './bearer.js';
import { isExpired } from './find-token.js';

/** @typedef {import('../types/suite.js').AuthStrategy} AuthStrategy */
/** @typedef {import('../types/suite.js').Endpoint} Endpoint */

/** What a fresh checkout of the suite works with; refused anywhere but on a local target. */
const DEFAULT_API_KEY = 'test-api-key';

/** @returns {string} */
function apiKey() {
  const key = env.API_KEY || DEFAULT_API_KEY;
  if (key === DEFAULT_API_KEY && !env.target.isLocal) {
    throw new Error(
      'API_KEY is not set: the default key is for local targets only. Run: export API_KEY=...',
    );
  }
  return key;
}

/** @returns {string} */
function bearerToken() {
  if (env.BEARER_TOKEN === '') {
    throw new Error('AUTH_MODE=bearer: BEARER_TOKEN is not set. Run: export BEARER_TOKEN=...');
  }
  return env.BEARER_TOKEN;
}

/**
 * Sends a user name and password with each request, those of the VU's user.
 *
 * @returns {AuthStrategy}
 * @example const { headers } = basic();
 */
export function basic() {
  const { currentUser } = require('./users.js');
  const made = { email: '', headers: /** @type {Record<string, string>} */ ({}) };
  const headers = () => {
    const { email, password } = currentUser();
    if (made.email !== email) {
      const value = encoding.b64encode(`${email}:${password}`);
      hide(value);
      Object.assign(made, { email, headers: { Authorization: `Basic ${value}` } });
    }
    return made.headers;
  };
  return { endpoints: [], headers, token: () => (headers(), '') };
}

/**
 * Lets k6 answer the challenge of a Windows server: it takes the user from the URL. The first request of a connection is
 * sent three times.
 *
 * @returns {AuthStrategy}
 * @example const { aim } = ntlm();
 */
export function ntlm() {
  const { currentUser } = require('./users.js');
  /** Endpoints of this VU, by what tells them apart. @type {Record<string, Endpoint>} */
  const aimed = Object.create(null);
  const none = {};
  return {
    endpoints: [],
    headers: () => none,
    token: () => (currentUser(), ''),
    aim: (target) => {
      const { email, password } = currentUser();
      const key = `${email} ${target.method} ${target.url} ${target.name}`;
      if (aimed[key] === undefined) {
        const secret = encodeURIComponent(password);
        hide(password);
        hide(secret);
        const url = target.url.replace('://', `://${encodeURIComponent(email)}:${secret}@`);
        // k6 expects one 401 of the challenge itself, but not the second one.
        const accepted = target.statuses ?? [{ min: 200, max: 299 }];
        const responseCallback = http.expectedStatuses(...accepted, 401);
        const params = /** @type {Endpoint['params']} */ ({ ...target.params, responseCallback });
        aimed[key] = { ...target, url, params: { ...params, auth: 'ntlm' } };
      }
      return aimed[key];
    },
  };
}

/**
 * Sends a token that was given.
 *
 * @returns {AuthStrategy}
 * @example const { headers } = givenToken();
 */
export function givenToken() {
  const token = () => {
    const given = bearerToken();
    if (isExpired(given)) {
      throw new Error(
        'BEARER_TOKEN: the token has expired. Get a new one and run: export BEARER_TOKEN=...',
      );
    }
    return given;
  };
  return { endpoints: [], headers: () => bearer(bearerToken()), token };
}

/**
 * Sends a key as a bearer token, or under any name in a header, the query or a cookie.
 *
 * @returns {AuthStrategy}
 * @example const { query } = givenKey();
 */
export function givenKey() {
  const name = env.API_KEY_NAME;
  /** @type {Record<string, string> | undefined} */
  let made;
  const make = {
    bearer: () => bearer(apiKey()),
    header: () => ({ [name]: apiKey() }),
    cookie: () => ({ Cookie: `${name}=${apiKey()}` }),
    query: () => ({}),
  }[env.API_KEY_IN];
  return {
    endpoints: [],
    headers: () => (made ??= make()),
    token: apiKey,
    ...(env.API_KEY_IN === 'query' && {
      query: () => `${encodeURIComponent(name)}=${encodeURIComponent(apiKey())}`,
    }),
  };
}
