import { Counter } from 'k6/metrics';
import { bearer } from '../engine/auth/bearer.js';
import { defaultOptions, env } from './config.js';
import { request } from './http.js';

export { DEFAULT_PASSWORD } from './config.js';

/** @typedef {import('../engine/types/suite.js').AuthStrategy} AuthStrategy */
/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */

/** Requests that were sent again with new credentials after they were refused. */
const authRetries = new Counter('auth_retries');

/**
 * How requests authenticate. Each row is loaded only if AUTH_MODE selects it: a module costs every VU memory.
 *
 * @type {Record<typeof env.AUTH_MODE, () => AuthStrategy>}
 */
const STRATEGIES = {
  none: () => ({ endpoints: [], token: () => '', headers: () => ({}) }),
  basic: () => require('../engine/auth/fixed.js').basic(),
  digest: () => require('../engine/auth/digest.js').digest,
  ntlm: () => require('../engine/auth/fixed.js').ntlm(),
  bearer: () => require('../engine/auth/fixed.js').givenToken(),
  'api-key': () => require('../engine/auth/fixed.js').givenKey(),
  login: () => require('../engine/auth/tokens.js').tokens,
  oauth2: () => require('../engine/auth/tokens.js').tokens,
  session: () => require('../engine/auth/session.js').session,
  custom: () => require('../engine/auth/custom.js').custom,
};

const strategy = STRATEGIES[env.AUTH_MODE]();

/**
 * The `support` of a test whose requests are authorised: if the login fails during the run, the verdict names it.
 */
export const authEndpoints = strategy.endpoints;

/**
 * The headers that were merged last, and the result: most requests of a VU send the same.
 *
 * @type {{ base: object | undefined, added: object | undefined, headers: Readonly<Record<string, string>> }}
 */
const last = { base: undefined, added: undefined, headers: defaultOptions.headers };

/**
 * @param {Readonly<Record<string, string>>} base
 * @param {Record<string, string>} added
 * @returns {Readonly<Record<string, string>>}
 */
function merged(base, added) {
  if (base !== last.base || added !== last.added) {
    Object.assign(last, { base, added, headers: Object.freeze({ ...base, ...added }) });
  }
  return last.headers;
}

/**
 * The default headers with a bearer token.
 *
 * @param {string} token empty: the default headers alone
 * @returns {Readonly<Record<string, string>>}
 * @example request(ITEMS, { headers: authHeaders(token) })
 */
export function authHeaders(token) {
  return token === '' ? defaultOptions.headers : merged(defaultOptions.headers, bearer(token));
}

/**
 * The test user of the calling VU. VUs share users only if USERS_FILE has fewer users than there are VUs.
 *
 * @returns {{ email: string, password: string }}
 * @throws if the target is not local and the password is a published default
 * @example const user = currentUser();
 */
export const currentUser =
  ['basic', 'digest', 'ntlm', 'login', 'session'].includes(env.AUTH_MODE) ||
  (env.AUTH_MODE === 'oauth2' && env.OAUTH2_GRANT === 'password')
    ? require('../engine/auth/users.js').currentUser
    : () => {
        throw new Error(`currentUser: nobody logs in with AUTH_MODE=${env.AUTH_MODE}`);
      };

/**
 * Logs a user in, or returns the token of an earlier login while it lasts. Needs AUTH_MODE=login.
 *
 * @type {(email: string, password: string) => string}
 * @throws when the response has no token; the message holds no password
 * @example const token = login('loadtest@example.com', password);
 */
export const login =
  env.AUTH_MODE === 'login'
    ? require('../engine/auth/tokens.js').login
    : () => {
        throw new Error(`login: needs AUTH_MODE=login, not ${env.AUTH_MODE}`);
      };

const renewRefused =
  env.AUTH_MODE === 'login' ? require('../engine/auth/tokens.js').renewRefused : () => {};

/**
 * Gets a new token for a user after the old one was refused, and counts it. Needs AUTH_MODE=login.
 *
 * @type {(email: string, password: string) => void}
 * @throws when the login fails
 * @example loginAgain('loadtest@example.com', password);
 */
export const loginAgain = (email, password) => {
  authRetries.add(1);
  renewRefused(email, password);
};

/**
 * The login and the renewal as requests of their own, for a test that measures them. Needs AUTH_MODE=login.
 *
 * @returns {import('../engine/types/suite.js').LoginSteps}
 * @example const response = request(LOGIN, loginSteps().login(currentUser()));
 */
export function loginSteps() {
  return require('../engine/auth/tokens.js').steps;
}

/**
 * The token or key of the calling VU, by `AUTH_MODE`; an empty string when there is none. Logs in if need be.
 *
 * @returns {string}
 * @throws when the login fails
 * @example const token = currentToken();
 */
export function currentToken() {
  return strategy.token();
}

/**
 * @param {Endpoint} target
 * @param {import('./http.js').RequestDetails} [details]
 * @returns {HttpResponse}
 */
function send(target, details) {
  const base = details?.headers ?? target.params.headers ?? defaultOptions.headers;
  return request(strategy.aim?.(target) ?? target, {
    ...details,
    headers: merged(base, strategy.headers(target, details)),
    ...(strategy.query && { query: strategy.query() }),
  });
}

/**
 * Finds the tokens in the response to a login, whatever their names are.
 *
 * @type {(response: HttpResponse) => { token: string, refresh?: { name: string, value: string } } | undefined}
 * @example const { token } = tokensIn(request(LOGIN, { body }));
 */
export const tokensIn =
  env.AUTH_MODE === 'login' ? require('../engine/auth/find-token.js').findToken : () => undefined;

/**
 * Sends a request as the VU's user. If the credentials are refused, it renews them and retries once. Retries are
 * counted, so that a service that drops tokens early is noticed.
 *
 * @param {Endpoint} target
 * @param {import('./http.js').RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws when the login fails
 * @example const response = authorized(ITEM, { path: { id } });
 */
export function authorized(target, details) {
  const response = send(target, details);
  return renewedAfter(response) ? send(target, details) : response;
}

/**
 * What authenticates a request, for callers that build requests themselves.
 *
 * @param {Endpoint} target
 * @param {import('./http.js').RequestDetails} [details]
 * @returns {{ headers: Record<string, string>, query: string }} query: empty, or `name=value`
 * @throws when the login fails
 * @example const { headers } = credentialsFor(ITEM);
 */
export function credentialsFor(target, details) {
  return { headers: strategy.headers(target, details), query: strategy.query?.() ?? '' };
}

/**
 * Renews the credentials if a response refused the current ones. Renewals are counted, so that a service that drops
 * tokens early is noticed.
 *
 * @param {HttpResponse} response
 * @returns {boolean} whether to send the request again
 * @throws when the login fails
 * @example if (renewedAfter(response)) { response = send(); }
 */
export function renewedAfter(response) {
  const isRefused = strategy.isRefused?.(response) ?? response.status === 401;
  if (!isRefused || strategy.renew === undefined) {
    return false;
  }
  authRetries.add(1);
  strategy.renew();
  return true;
}
