// Tokens that the service or an OAuth 2.0 server gives: AUTH_MODE login and oauth2.

import encoding from 'k6/encoding';
import { Counter, Rate } from 'k6/metrics';
import { BASE_URL, env } from '../../lib/config.js';
import { endpoint, request } from '../../lib/http.js';
import { thinkTime } from '../../lib/define.js';
import { hide, reportFailure } from '../vu/failures.js';
import { bearer } from './bearer.js';
import { findToken, lifetimeOf } from './find-token.js';

/** @typedef {import('../types/suite.js').AuthStrategy} AuthStrategy */
/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {Record<string, string>} Fields */

/**
 * @typedef {object} Session
 * @property {string} token
 * @property {{ name: string, value: string } | undefined} refresh
 * @property {number} madeAt milliseconds since the epoch
 * @property {number} renewAt milliseconds since the epoch
 */

/** A token is renewed this much before its end: a share of its lifetime, spread so that VUs do not queue up. */
const EARLY_SHARE = 0.1;
const JITTER_SHARE = 0.1;

/** Shortest cookie that is hidden. */
const SHORTEST_SECRET = 8;

/** Younger tokens that are refused say nothing about how long tokens last, milliseconds. */
const SHORTEST_LIFE_MS = 1000;

/** Share of logins that gave no token, by the tag `name`. */
const supportFailed = new Rate('support_failed');

/** Tokens that were replaced because they were about to end, or had ended. */
const renewals = new Counter('token_renewals');

/** Sessions of this VU by user. No Map: a VU's first one costs it 7 KB. @type {Record<string, Session | undefined>} */
const sessions = Object.create(null);

/** Tagged apart: logging in is not what a journey measures. @type {import('../types/suite.js').EndpointOptions} */
const AUTH = {
  method: 'POST',
  kind: 'auth',
  phase: 'auth',
  statuses: [200, 201],
  confidential: true,
};

/** Why a login failed, for people. Only set-up shows it. */
const adviceOn = __VU === 0 ? require('./login-advice.js').adviceOn : () => '';

/**
 * How tokens are got.
 *
 * @typedef {object} Grant
 * @property {Endpoint} first
 * @property {Endpoint} again
 * @property {boolean} form
 * @property {(user: string, password: string) => Fields} ask
 * @property {(refresh: { name: string, value: string }) => Fields} renew
 * @property {Fields} headers
 */

/** @returns {Grant} */
function loginGrant() {
  const base = env.LOGIN_FROM === 'base' ? BASE_URL : '';
  const at = (/** @type {string} */ path) => (path.startsWith('/') ? `${base}${path}` : path);
  const form = env.LOGIN_FORMAT === 'form';
  const userField = env.LOGIN_USER_FIELD || (form ? 'username' : 'email');
  return {
    first: endpoint('auth login', at(env.LOGIN_PATH), AUTH),
    again: endpoint('auth refresh', at(env.REFRESH_PATH), AUTH),
    form,
    ask: (user, password) => ({
      ...env.LOGIN_FIELDS,
      [userField]: user,
      [env.LOGIN_PASSWORD_FIELD]: password,
    }),
    renew: ({ name, value }) => ({ [name]: value }),
    headers: {},
  };
}

/** @returns {Grant} */
function oauth2Grant() {
  const {
    OAUTH2_TOKEN_URL: url,
    OAUTH2_CLIENT_ID: id,
    OAUTH2_CLIENT_SECRET: secret,
    OAUTH2_SCOPE: scope,
    OAUTH2_AUDIENCE: audience,
  } = env;
  const first = endpoint('auth token', url.startsWith('/') ? `${BASE_URL}${url}` : url, AUTH);
  const inHeader = env.OAUTH2_CLIENT_AUTH === 'header' && secret !== '';
  const inBody = inHeader ? {} : { client_id: id, ...(secret !== '' && { client_secret: secret }) };
  const basic = encoding.b64encode(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`);
  if (inHeader) {
    hide(basic);
  }
  const ask = {
    client_credentials: () => ({}),
    password: (/** @type {string} */ username, /** @type {string} */ password) => ({
      username,
      password,
    }),
    refresh_token: () => ({ refresh_token: env.OAUTH2_REFRESH_TOKEN }),
  }[env.OAUTH2_GRANT];
  return {
    first,
    again: endpoint('auth refresh', first.url, AUTH),
    form: true,
    ask: (user, password) => ({
      ...env.OAUTH2_FIELDS,
      grant_type: env.OAUTH2_GRANT,
      ...ask(user, password),
      ...(scope !== '' && { scope }),
      ...(audience !== '' && { audience }),
      ...inBody,
    }),
    renew: ({ value }) => ({ grant_type: 'refresh_token', refresh_token: value, ...inBody }),
    headers: inHeader ? { Authorization: `Basic ${basic}` } : {},
  };
}

const grant = env.AUTH_MODE === 'oauth2' ? oauth2Grant() : loginGrant();

/** Who asks: a user, or the client itself. */
const hasUsers = env.AUTH_MODE === 'login' || env.OAUTH2_GRANT === 'password';
const currentUser = hasUsers
  ? require('./users.js').currentUser
  : () => ({ email: env.OAUTH2_CLIENT_ID || 'the client', password: '' });

/**
 * Sends the fields of a token request.
 *
 * @param {Endpoint} target
 * @param {Fields} fields
 * @returns {HttpResponse}
 */
function send(target, fields) {
  return request(target, detailsOf(target, fields));
}

/**
 * @param {Endpoint} target
 * @param {Fields} fields
 * @returns {import('../../lib/http.js').RequestDetails}
 */
function detailsOf(target, fields) {
  return {
    ...(grant.form ? { form: fields } : { body: fields }),
    headers: { ...target.params.headers, ...grant.headers },
  };
}

/**
 * The login and the renewal as requests of their own, for tests that measure them.
 *
 * @type {import('../types/suite.js').LoginSteps}
 */
export const steps = {
  urls: { login: grant.first.url, refresh: grant.again.url },
  login: ({ email, password }) => detailsOf(grant.first, grant.ask(email, password)),
  refresh: (refresh) => detailsOf(grant.again, grant.renew(refresh)),
  tokens: findToken,
};

/**
 * Logs in, or returns the session of an earlier login while it lasts.
 *
 * @param {string} user
 * @param {string} password
 * @returns {string} access token
 * @throws when the response has no token; the message holds no password
 * @example const token = login('loadtest@example.com', password);
 */
export function login(user, password) {
  const session = sessions[user];
  return session !== undefined && Date.now() < session.renewAt
    ? session.token
    : renew(user, password);
}

/** How long tokens last at most, as refused ones have shown, milliseconds. */
let longestLifeMs = Infinity;

/**
 * Gets a new token after the old one was refused. Later ones are renewed before they reach its age: a service need not
 * say how long its tokens last.
 *
 * @param {string} user
 * @param {string} password
 * @throws when the login fails
 * @example renewRefused('loadtest@example.com', password);
 */
export function renewRefused(user, password) {
  const age = Date.now() - (sessions[user]?.madeAt ?? Infinity);
  if (age >= SHORTEST_LIFE_MS) {
    longestLifeMs = Math.min(longestLifeMs, age);
  }
  renew(user, password);
}

/**
 * Gets a new token: by the refresh token when there is one, else by the password.
 *
 * @param {string} user
 * @param {string} password
 * @returns {string}
 */
function renew(user, password) {
  // REFRESH_PATH=/none: the service has no renewal.
  const refresh = env.REFRESH_PATH === '/none' ? undefined : sessions[user]?.refresh;
  if (sessions[user] !== undefined) {
    renewals.add(1);
  }
  delete sessions[user];
  const refreshed =
    refresh === undefined ? null : sessionOf(send(grant.again, grant.renew(refresh)));
  const session = refreshed ?? logIn(user, password);
  sessions[user] = { ...session, refresh: session.refresh ?? refresh };
  return session.token;
}

/**
 * @param {string} user
 * @param {string} password
 * @returns {Session}
 * @throws when there is no token; counted already, the exception only ends the iteration
 */
function logIn(user, password) {
  const { first } = grant;
  const response = send(first, grant.ask(user, password));
  const session = sessionOf(response);
  supportFailed.add(session === null, { name: first.name });
  if (session !== null) {
    return session;
  }
  if (response.status === 200 || response.status === 201) {
    reportFailure(first, response, 'unusable');
  }
  if (__VU > 0) {
    // A service that refuses logins is not to be asked again and again at full speed.
    thinkTime(1, 3);
  }
  const path = env.AUTH_MODE === 'login' ? env.LOGIN_PATH : env.OAUTH2_TOKEN_URL;
  throw Object.assign(
    new Error(`login of ${user} at ${path} failed: ${adviceOn(response, hasUsers)}`),
    { reported: true },
  );
}

/**
 * @param {HttpResponse} response
 * @returns {Session | null}
 */
function sessionOf(response) {
  const found =
    response.status === 200 || response.status === 201 ? findToken(response) : undefined;
  if (found === undefined) {
    return null;
  }
  const { token, refresh, expiresIn } = found;
  hide(token);
  for (const [{ value }] of Object.values(response.cookies)) {
    // k6 sends them from now on. Shorter ones are no secrets, and stand in ordinary text.
    if (value.length >= SHORTEST_SECRET) {
      hide(value);
    }
  }
  const lifetimeMs = Math.min(lifetimeOf(token, expiresIn, response.headers.Date), longestLifeMs);
  const early = lifetimeMs * (EARLY_SHARE + Math.random() * JITTER_SHARE);
  const madeAt = Date.now();
  return { token, refresh, madeAt, renewAt: madeAt + lifetimeMs - early };
}

/** @returns {string} the token of the calling VU */
function currentToken() {
  const { email, password } = currentUser();
  return login(email, password);
}

/** @type {AuthStrategy} */
export const tokens = {
  endpoints: [grant.first],
  token: currentToken,
  headers: () => bearer(currentToken()),
  renew: () => {
    const { email, password } = currentUser();
    renewRefused(email, password);
  },
};
