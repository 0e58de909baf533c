import encoding from 'k6/encoding';
import { Counter, Rate } from 'k6/metrics';
import { SharedArray } from 'k6/data';
import { defaultOptions, env } from './config.js';
import { reportFailure } from '../engine/vu/failures.js';
import { thinkTime } from './define.js';
import { endpoint, jsonAt, request } from './http.js';
import { localPath } from '../engine/settings/paths.js';

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */

/** @typedef {{ email: string, password: string }} User */

/**
 * @typedef {object} Session
 * @property {string} token
 * @property {string | undefined} refreshToken
 * @property {number} renewAt milliseconds since the epoch
 */

/** What a fresh checkout of the suite works with; refused anywhere but on a local target. */
const DEFAULT_API_KEY = 'test-api-key';

/** The same for the password of its users. */
export const DEFAULT_PASSWORD = 'loadtest123';

/** Lifetime of a token whose reply does not say, milliseconds. */
const DEFAULT_LIFETIME_MS = 3_600_000;

/** A token is renewed this much before its end: a share of its lifetime, spread so that VUs do not queue up. */
const EARLY_SHARE = 0.1;
const JITTER_SHARE = 0.1;

/** Requests that were sent again with a new token after a 401. */
const authRetries = new Counter('auth_retries');

/** Share of logins that gave no token, by the tag `name`. */
const supportFailed = new Rate('support_failed');

/** @returns {User[]} */
const readUsers = () => JSON.parse(open(localPath(import.meta.resolve('../data/users.json'))));

/** One copy for all VUs; empty when nobody logs in as one of them. */
const users = new SharedArray('users', () =>
  env.AUTH_MODE === 'login' && !env.TEST_USER_EMAIL ? readUsers() : [],
);

/** Whether the password that was given is no secret. Asked once: each request needs it, and users may be many. */
const isPublished =
  !env.target.isLocal &&
  new SharedArray('published password', () => [
    [DEFAULT_PASSWORD, ...readUsers().map(({ password }) => password)].includes(
      env.TEST_USER_PASSWORD,
    ),
  ])[0];

/** Tagged apart: logging in is not what a journey measures. @type {import('../engine/types/suite.js').EndpointOptions} */
const AUTH = {
  method: 'POST',
  kind: 'auth',
  phase: 'auth',
  statuses: [200, 201],
  confidential: true,
};

const LOGIN = endpoint('auth login', env.LOGIN_PATH, AUTH);
const REFRESH = endpoint('auth refresh', env.REFRESH_PATH, AUTH);

/**
 * What a test whose requests are authorised declares as its `support`: the login is then named in the verdict
 * when it breaks in the middle of a run.
 */
export const authEndpoints = env.AUTH_MODE === 'login' ? [LOGIN] : [];

/** Sessions of this VU by email. No Map: a VU's first one costs it 7 KB. @type {Record<string, Session | undefined>} */
const sessions = Object.create(null);

/** The token that was used last, and its headers. */
let lastToken = '';
let lastHeaders = defaultOptions.headers;

/**
 * The default headers with a bearer token.
 *
 * @param {string} token empty: the default headers alone
 * @returns {Readonly<Record<string, string>>}
 * @example request(ITEMS, { headers: authHeaders(token) })
 */
export function authHeaders(token) {
  if (token === '') {
    return defaultOptions.headers;
  }
  if (token !== lastToken) {
    lastToken = token;
    lastHeaders = Object.freeze({ ...defaultOptions.headers, Authorization: `Bearer ${token}` });
  }
  return lastHeaders;
}

/**
 * The test user of the calling VU: distinct as long as there are enough in `data/users.json`.
 *
 * @returns {User}
 * @throws when the password is a published one and the target is not local
 * @example const user = currentUser();
 */
export function currentUser() {
  const listed = /** @type {User} */ (users[Math.max(0, __VU - 1) % users.length]);
  const user = {
    email: env.TEST_USER_EMAIL || listed.email,
    password: env.TEST_USER_PASSWORD || listed.password,
  };
  if (!env.target.isLocal && !env.TEST_USER_PASSWORD) {
    throw new Error(
      'TEST_USER_PASSWORD is not set: the passwords in data/users.json are for local targets only. ' +
        'Run: export TEST_USER_EMAIL=... TEST_USER_PASSWORD=...',
    );
  }
  if (isPublished) {
    throw new Error(
      'TEST_USER_PASSWORD: a password that stands in data/users.json or comes with the suite is for local targets ' +
        'only. Give the test users of the service another one and run: export TEST_USER_PASSWORD=...',
    );
  }
  return user;
}

/**
 * Logs in, or returns the session of an earlier login while it lasts.
 *
 * @param {string} email
 * @param {string} password
 * @returns {string} access token
 * @throws when the reply is not 200 or 201 with an `accessToken`; the message holds no password
 * @example const token = login('loadtest@example.com', password);
 */
export function login(email, password) {
  const session = sessions[email];
  if (session !== undefined && Date.now() < session.renewAt) {
    return session.token;
  }
  return renew(email, password);
}

/**
 * Gets a new token: by the refresh token when there is one, else by the password.
 *
 * @param {string} email
 * @param {string} password
 * @returns {string}
 */
function renew(email, password) {
  const refreshToken = sessions[email]?.refreshToken;
  delete sessions[email];
  const refreshed =
    refreshToken === undefined ? null : sessionOf(request(REFRESH, { body: { refreshToken } }));
  const session = refreshed ?? logIn(email, password);
  sessions[email] = { ...session, refreshToken: session.refreshToken ?? refreshToken };
  return session.token;
}

/**
 * @param {string} email
 * @param {string} password
 * @returns {Session}
 * @throws when there is no token; counted already, the exception only ends the iteration
 */
function logIn(email, password) {
  const response = request(LOGIN, { body: { email, password } });
  const session = sessionOf(response);
  supportFailed.add(session === null, { name: LOGIN.name });
  if (session !== null) {
    return session;
  }
  if (response.status === 200 || response.status === 201) {
    reportFailure(LOGIN, response, 'unusable');
  }
  if (__VU > 0) {
    // A service that refuses logins is not to be asked again and again at full speed.
    thinkTime(1, 3);
  }
  const message = `login of ${email} at ${env.LOGIN_PATH} failed: expected status 200 or 201 and a JSON body with accessToken`;
  throw Object.assign(new Error(message), { reported: true });
}

/**
 * @param {HttpResponse} response
 * @returns {Session | null}
 */
function sessionOf(response) {
  const token = jsonAt(response, 'accessToken');
  if ((response.status !== 200 && response.status !== 201) || typeof token !== 'string') {
    return null;
  }
  const refreshToken = jsonAt(response, 'refreshToken');
  const lifetimeMs = lifetimeOf(token, jsonAt(response, 'expiresIn'));
  const early = lifetimeMs * (EARLY_SHARE + Math.random() * JITTER_SHARE);
  return {
    token,
    renewAt: Date.now() + lifetimeMs - early,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
  };
}

/**
 * @param {string} token
 * @param {unknown} expiresIn seconds, when the reply says so
 * @returns {number} milliseconds
 */
function lifetimeOf(token, expiresIn) {
  if (typeof expiresIn === 'number' && expiresIn > 0) {
    return expiresIn * 1000;
  }
  const payload = token.split('.')[1];
  try {
    const { exp } = JSON.parse(encoding.b64decode(payload, 'rawurl', 's'));
    return exp > 0 ? Math.max(0, exp * 1000 - Date.now()) : DEFAULT_LIFETIME_MS;
  } catch {
    return DEFAULT_LIFETIME_MS;
  }
}

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

/**
 * The token of the calling VU, by `AUTH_MODE`; an empty string when there is none.
 *
 * @returns {string}
 * @throws when the login fails
 * @example const token = currentToken();
 */
export function currentToken() {
  if (env.AUTH_MODE === 'login') {
    const { email, password } = currentUser();
    return login(email, password);
  }
  return env.AUTH_MODE === 'api-key' ? apiKey() : '';
}

/**
 * Sends a request as the VU's user. A 401 gets a new token and one more try, which is counted: a service
 * that drops tokens early stays visible.
 *
 * @param {Endpoint} target
 * @param {import('./http.js').RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws when the login fails
 * @example const response = authorized(ITEM, { path: { id } });
 */
export function authorized(target, details) {
  const response = request(target, { ...details, headers: authHeaders(currentToken()) });
  if (response.status !== 401 || env.AUTH_MODE !== 'login') {
    return response;
  }
  authRetries.add(1);
  const { email, password } = currentUser();
  return request(target, { ...details, headers: authHeaders(renew(email, password)) });
}
