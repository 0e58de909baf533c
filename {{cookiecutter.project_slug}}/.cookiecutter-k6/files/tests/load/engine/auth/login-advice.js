// Why a login failed, and which setting to change. Loaded outside the VUs only.

import { env } from '../../lib/config.js';
import { shorten } from '../vu/failures.js';

/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */

/** What the error codes of RFC 6749 are about. */
const OAUTH2_ERRORS = {
  invalid_client: 'check OAUTH2_CLIENT_ID, OAUTH2_CLIENT_SECRET and OAUTH2_CLIENT_AUTH',
  invalid_scope: 'check OAUTH2_SCOPE',
  unauthorized_client: 'the client may not use OAUTH2_GRANT={grant}: allow it at the server',
  unsupported_grant_type: 'the server does not know OAUTH2_GRANT={grant}',
  invalid_grant: 'check {credentials}',
  // What some servers say to a wrong password.
  invalid_request: 'check {credentials} and OAUTH2_FIELDS',
};

/**
 * Says what a login got instead of a token. The response may repeat what it was sent, so only names of fields and error
 * codes are shown.
 *
 * @param {HttpResponse} response
 * @param {boolean} hasUsers whether users log in, or a client
 * @returns {string}
 * @example throw new Error(adviceOn(response, true));
 */
export function adviceOn(response, hasUsers) {
  const { status, error } = response;
  const isLogin = env.AUTH_MODE !== 'oauth2';
  const path = isLogin ? 'LOGIN_PATH' : 'OAUTH2_TOKEN_URL';
  const credentials = hasUsers
    ? 'TEST_USER_EMAIL and TEST_USER_PASSWORD'
    : env.OAUTH2_GRANT === 'refresh_token'
      ? 'OAUTH2_REFRESH_TOKEN'
      : 'OAUTH2_CLIENT_ID and OAUTH2_CLIENT_SECRET';
  if (status === 0) {
    return `${shorten(error)}. Is ${path} right?`;
  }
  if (status === 200 || status === 201) {
    return withoutToken(response);
  }
  const code = oauth2Error(response);
  if (!isLogin && code !== undefined) {
    const hint = /** @type {Record<string, string>} */ (OAUTH2_ERRORS)[code] ?? `check ${path}`;
    return `status ${status}, ${code}: ${hint.replace('{grant}', env.OAUTH2_GRANT).replace('{credentials}', credentials)}`;
  }
  /** @type {[boolean, string][]} */
  const table = [
    [status === 401 || status === 403, `the credentials were refused: check ${credentials}`],
    [status === 404 || status === 405, `there is no login: set ${path}`],
    [
      status >= 300 && status < 400,
      'it redirects, as logins with a session cookie do: try AUTH_MODE=session',
    ],
    [status === 429, 'too many logins: use fewer VUs or more users'],
    [[400, 415, 422].includes(status), wrongFields(response, credentials)],
    [true, 'expected status 200 or 201 and a token'],
  ];
  return `status ${status}: ${table.find(([applies]) => applies)?.[1]}`;
}

/**
 * @param {HttpResponse} response
 * @returns {string | undefined} an error code of RFC 6749
 */
function oauth2Error(response) {
  const code = fieldOf(response, 'error');
  return typeof code === 'string' && /^[a-z_]{3,40}$/.test(code) ? code : undefined;
}

/**
 * @param {HttpResponse} response
 * @param {string} selector
 * @returns {any}
 */
function fieldOf(response, selector) {
  try {
    return response.json(selector);
  } catch {
    return undefined;
  }
}

/** What says something about the whole request, not about a field. */
const NO_FIELD =
  /^(data|detail|details|errors?|messages?|non_field_errors|status|code|title|type)$/i;

/**
 * @param {HttpResponse} response to a login with the wrong fields
 * @returns {string[]} those it names
 */
function fieldsAskedFor(response) {
  // As FastAPI says it: [{ "loc": ["body", "username"], ... }]
  const places = fieldOf(response, 'detail.#.loc.1');
  // As others do: { "username": ["required"] }, also in errors or data, or with { "message": "required" }.
  const said = ['@this', 'errors', 'data'].flatMap((place) => {
    const document = fieldOf(response, place);
    const isObject = document !== null && typeof document === 'object' && !Array.isArray(document);
    return Object.keys(isObject ? document : {}).filter(
      (name) => Array.isArray(document[name]) || document[name]?.message !== undefined,
    );
  });
  const names = [...(Array.isArray(places) ? places : []), ...said];
  return [...new Set(names)].filter(
    (name) => typeof name === 'string' && /^\w+$/.test(name) && !NO_FIELD.test(name),
  );
}

/**
 * @param {HttpResponse} response to a login with the wrong fields, or of some services with wrong credentials
 * @param {string} credentials what holds them
 * @returns {string}
 */
function wrongFields(response, credentials) {
  const isForm = env.LOGIN_FORMAT === 'form';
  const user = env.LOGIN_USER_FIELD || (isForm ? 'username' : 'email');
  const missing = fieldsAskedFor(response);
  const asked =
    missing.length > 0
      ? `. It asks for ${missing.join(', ')}.`
      : `, or the credentials are wrong: check ${credentials}.`;
  const wanted = missing.find((name) => name !== env.LOGIN_PASSWORD_FIELD);
  const other = isForm ? 'json' : 'form';
  return (
    `the login was not understood${asked} It was sent as ${isForm ? 'a form' : 'JSON'} with ${user} and ` +
    `${env.LOGIN_PASSWORD_FIELD}: try LOGIN_FORMAT=${other}` +
    `${wanted && wanted !== user ? ` and LOGIN_USER_FIELD=${wanted}` : ''}, or LOGIN_USER_FIELD and LOGIN_PASSWORD_FIELD`
  );
}

/**
 * @param {HttpResponse} response
 * @returns {string}
 */
function withoutToken(response) {
  const document = fieldOf(response, '@this');
  const names =
    document !== null && typeof document === 'object' && !Array.isArray(document)
      ? Object.keys(document).sort().slice(0, 10) // k6 gives them in any order
      : [];
  const found = names.length > 0 ? `the fields ${names.join(', ')}` : 'no JSON document';
  const cookies = Object.keys(response.cookies ?? {});
  const session =
    cookies.length > 0 ? `; it sets the cookie ${cookies.join(', ')}: try AUTH_MODE=session` : '';
  return (
    `status ${response.status} without a token: found ${found}${session}. ` +
    'LOGIN_TOKEN_IN and LOGIN_TOKEN_NAME say where the token is'
  );
}
