// A session kept by a cookie, as websites do it, with the CSRF token of the login form: AUTH_MODE=session.

import { Rate } from 'k6/metrics';
import { BASE_URL, env } from '../../lib/config.js';
import { endpoint, request } from '../../lib/http.js';
import { thinkTime } from '../../lib/define.js';
import { hide } from '../vu/failures.js';
import { currentUser } from './users.js';

/** @typedef {import('../types/suite.js').AuthStrategy} AuthStrategy */
/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {Record<string, string>} Values */

/** Cookies that hold a CSRF token, and the header that their frameworks expect it in. @type {Values} */
const CSRF_COOKIES = {
  csrftoken: 'X-CSRFToken',
  'XSRF-TOKEN': 'X-XSRF-TOKEN',
  _csrf: 'X-CSRF-Token',
};

/** Methods that change nothing and need no CSRF token. */
const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Share of logins that gave no session, by the tag `name`. */
const supportFailed = new Rate('support_failed');

/** Tagged apart: logging in is not what a journey measures. @type {import('../types/suite.js').EndpointOptions} */
const AUTH = {
  kind: 'auth',
  phase: 'auth',
  statuses: [{ min: 200, max: 399 }],
  confidential: true,
};

const url = env.LOGIN_PATH.startsWith('/')
  ? `${BASE_URL}${env.LOGIN_FROM === 'api' ? env.API_PREFIX : ''}${env.LOGIN_PATH}`
  : env.LOGIN_PATH;
const PAGE = endpoint('auth page', url, { ...AUTH, headers: { Accept: 'text/html,*/*' } });
const LOGIN = endpoint('auth login', url, { ...AUTH, method: 'POST' });

/**
 * What the session of the VU sends with requests that change nothing, and with others.
 *
 * @type {{ safe: Values, unsafe: Values } | undefined}
 */
let current;

/**
 * @param {HttpResponse} response
 * @param {Values} cookies to add to
 */
function keepCookies({ cookies: sent }, cookies) {
  for (const [name, values] of Object.entries(sent ?? {})) {
    cookies[name] = values[values.length - 1].value;
  }
}

/**
 * @param {string} html
 * @returns {Values} names and values of the hidden fields, among them the CSRF token
 */
function hiddenFields(html) {
  /** @type {Values} */
  const found = {};
  for (const [tag] of html.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(tag, 'name');
    if (/\btype\s*=\s*["']?hidden/i.test(tag) && name !== '') {
      found[name] = attribute(tag, 'value');
    }
  }
  return found;
}

/**
 * @param {string} tag
 * @param {string} name
 * @returns {string}
 */
function attribute(tag, name) {
  const [, , double, single, bare] =
    new RegExp(`\\b${name}\\s*=\\s*("([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag) ?? [];
  return (double ?? single ?? bare ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/**
 * @param {Values} cookies
 * @param {string} html of the last page
 * @returns {Values} the header that proves that a request comes from the site itself; empty if there is no token
 */
function csrfHeader(cookies, html) {
  const name = env.CSRF_COOKIE || Object.keys(CSRF_COOKIES).find((one) => one in cookies);
  if (name !== undefined && cookies[name] !== undefined) {
    const header = env.CSRF_HEADER || CSRF_COOKIES[name] || 'X-CSRF-Token';
    return { [header]: decodeURIComponent(cookies[name]) };
  }
  const [tag] = /<meta\b[^>]*csrf-token[^>]*>/i.exec(html) ?? [''];
  const token = attribute(tag, 'content');
  return token === '' ? {} : { [env.CSRF_HEADER || 'X-CSRF-Token']: token };
}

/** @param {Values} cookies */
const cookieHeader = (cookies) =>
  Object.keys(cookies)
    .map((name) => `${name}=${cookies[name]}`)
    .join('; ');

/**
 * Opens the login page, sends its form, and keeps the cookies.
 *
 * @returns {{ safe: Values, unsafe: Values }}
 * @throws when no session begins; the message holds no password
 */
function logIn() {
  const { email, password } = currentUser();
  /** @type {Values} */
  const cookies = {};
  const page = request(PAGE);
  keepCookies(page, cookies);
  const html = String(page.body ?? '');
  const before = JSON.stringify(cookies);
  const fields = {
    ...hiddenFields(html),
    ...env.LOGIN_FIELDS,
    [env.LOGIN_USER_FIELD || (env.LOGIN_FORMAT === 'json' ? 'email' : 'username')]: email,
    [env.LOGIN_PASSWORD_FIELD]: password,
  };
  const response = request(LOGIN, {
    ...(env.LOGIN_FORMAT === 'json' ? { body: fields } : { form: fields }),
    headers: {
      ...LOGIN.params.headers,
      ...csrfHeader(cookies, html),
      Cookie: cookieHeader(cookies),
      // Django asks for it where the connection is encrypted.
      Referer: url,
    },
  });
  keepCookies(response, cookies);
  const isIn = before !== JSON.stringify(cookies) && isAccepted(response);
  supportFailed.add(!isIn, { name: LOGIN.name });
  if (!isIn) {
    fail(email, page, response);
  }
  Object.values(cookies).forEach(hide);
  const safe = { Cookie: cookieHeader(cookies) };
  return { safe, unsafe: { ...safe, ...csrfHeader(cookies, html), Referer: url } };
}

/**
 * @param {HttpResponse} response to the form
 * @returns {boolean} false: it shows the login again, or an error
 */
function isAccepted({ status, headers, body }) {
  if (status >= 300 && status < 400) {
    return !isLogin(headers.Location ?? '');
  }
  return status >= 200 && status < 300 && !/type\s*=\s*["']?password/i.test(String(body ?? ''));
}

/**
 * @param {string} location
 * @returns {boolean}
 */
function isLogin(location) {
  const path = url.replace(/^https?:\/\/[^/]*/, '');
  return location.replace(/^https?:\/\/[^/]*/, '').startsWith(path);
}

/**
 * @param {string} user
 * @param {HttpResponse} page
 * @param {HttpResponse} response
 * @returns {never}
 */
function fail(user, page, response) {
  if (__VU > 0) {
    // A service that refuses logins is not to be asked again and again at full speed.
    thinkTime(1, 3);
  }
  const { status } = response;
  const advice =
    page.status === 404 || status === 404
      ? 'there is no login: set LOGIN_PATH'
      : status === 403 || status === 419
        ? 'the CSRF token was refused: set CSRF_COOKIE and CSRF_HEADER'
        : status === 200 || status === 401 || status === 302
          ? 'the credentials were refused, or the form has other fields: check TEST_USER_EMAIL, TEST_USER_PASSWORD, ' +
            `LOGIN_USER_FIELD and LOGIN_PASSWORD_FIELD`
          : 'expected a session cookie';
  throw Object.assign(
    new Error(`login of ${user} at ${env.LOGIN_PATH} failed: status ${status}: ${advice}`),
    { reported: true },
  );
}

/** @type {AuthStrategy} */
export const session = {
  endpoints: [LOGIN],
  token: () => {
    current ??= logIn();
    return '';
  },
  headers: ({ method }) => {
    current ??= logIn();
    return SAFE.includes(method) ? current.safe : current.unsafe;
  },
  renew: () => {
    current = logIn();
  },
  isRefused: ({ status, headers }) =>
    status === 401 || (status >= 300 && status < 400 && isLogin(headers.Location ?? '')),
};
