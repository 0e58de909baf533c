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

/** Hidden fields that hold a CSRF token in the forms of Django, Rails, Spring and Laravel. */
const CSRF_FIELDS = ['csrfmiddlewaretoken', 'authenticity_token', '_csrf', '_token'];

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
/** Where the login leads to. It may not exist: only its cookies and its CSRF token matter. */
const LANDING = endpoint('auth landing', url, {
  ...AUTH,
  statuses: [{ min: 100, max: 599 }],
  headers: PAGE.options.headers,
});

/**
 * What the sessions of the VU send with requests that change nothing, and with others, by user.
 *
 * @type {Record<string, { safe: Values, unsafe: Values } | undefined>}
 */
const sessions = Object.create(null);

/** @returns {{ safe: Values, unsafe: Values }} the session of the VU's user; logs in if need be */
function current() {
  const { email } = currentUser();
  return (sessions[email] ??= logIn());
}

/**
 * @param {HttpResponse} response
 * @param {Values} cookies to add to
 */
function keepCookies({ cookies: sent }, cookies) {
  for (const [name, values] of Object.entries(sent ?? {})) {
    const { value } = values[values.length - 1];
    if (value === '') {
      // That is how servers delete a cookie.
      delete cookies[name];
    } else {
      cookies[name] = value;
    }
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
 * @param {HttpResponse} page the last one
 * @returns {Values} the header that proves that a request comes from the site itself; empty if there is no token
 */
function csrfHeader(cookies, { headers, body }) {
  const html = String(body ?? '');
  const name = env.CSRF_COOKIE || Object.keys(CSRF_COOKIES).find((one) => one in cookies);
  if (name !== undefined && cookies[name] !== undefined) {
    const header = env.CSRF_HEADER || CSRF_COOKIES[name] || 'X-CSRF-Token';
    // Tokens are ASCII; a stray % stays what it is.
    return { [header]: cookies[name].replace(/%[0-7][0-9a-f]/gi, decodeURIComponent) };
  }
  const [tag] = /<meta\b[^>]*["'](?:csrf-token|_csrf)["'][^>]*>/i.exec(html) ?? [''];
  const fields = hiddenFields(html);
  const field = CSRF_FIELDS.find((one) => one in fields);
  const token = headers['X-Csrf-Token'] ?? attribute(tag, 'content');
  const value = token || (field === undefined ? '' : fields[field]);
  return value === '' ? {} : { [env.CSRF_HEADER || 'X-CSRF-Token']: value };
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
      ...csrfHeader(cookies, page),
      Cookie: cookieHeader(cookies),
      // Django asks for it where the connection is encrypted.
      Referer: url,
    },
  });
  keepCookies(response, cookies);
  const landing = land(response, cookies);
  const isIn = before !== JSON.stringify(cookies) && isAccepted(response, landing);
  supportFailed.add(!isIn, { name: LOGIN.name });
  if (!isIn) {
    fail(email, page, response);
  }
  Object.values(cookies).forEach(hide);
  const safe = { Cookie: cookieHeader(cookies) };
  return { safe, unsafe: { ...safe, ...csrfHeader(cookies, landing ?? page), Referer: url } };
}

/**
 * Opens the page that the login redirects to, as a browser does: a new session often has a new CSRF token, which only
 * this page gives.
 *
 * @param {HttpResponse} response to the form
 * @param {Values} cookies to add to
 * @returns {HttpResponse | undefined} undefined: there is no such page on this host
 */
function land({ headers }, cookies) {
  const { Location: location = '' } = headers;
  const [host] = /^https?:\/\/[^/]*/.exec(url) ?? [''];
  const target = location.startsWith('/') ? `${host}${location}` : location;
  if (!target.startsWith(`${host}/`)) {
    return undefined;
  }
  const page = request(
    { ...LANDING, url: target },
    { headers: { ...LANDING.params.headers, Cookie: cookieHeader(cookies) } },
  );
  keepCookies(page, cookies);
  return page;
}

/**
 * @param {HttpResponse} response to the form
 * @param {HttpResponse | undefined} landing the page that it redirects to
 * @returns {boolean} false: it shows the login again, or an error
 */
function isAccepted(response, landing) {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    // Some sites have their login and their first page at the same path.
    return !isLogin(headers.Location) || (landing !== undefined && !asksForPassword(landing));
  }
  return status >= 200 && status < 300 && !asksForPassword(response);
}

/** @param {HttpResponse} response */
const asksForPassword = ({ body }) => /type\s*=\s*["']?password/i.test(String(body ?? ''));

/**
 * @param {string} [location]
 * @returns {boolean}
 */
function isLogin(location = '') {
  return plainPath(location) === plainPath(url);
}

/**
 * @param {string} address
 * @returns {string} its path without query and trailing slash
 */
function plainPath(address) {
  return address.replace(/^https?:\/\/[^/]*/, '').replace(/\/?([?#].*)?$/, '');
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
  const { Location: elsewhere = '' } = page.headers;
  const advice =
    elsewhere !== ''
      ? `there is no login form, it redirects: set LOGIN_PATH=${plainPath(elsewhere)}`
      : page.status === 404 || status === 404
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
    current();
    return '';
  },
  headers: ({ method }) => {
    const { safe, unsafe } = current();
    return SAFE.includes(method) ? safe : unsafe;
  },
  renew: () => {
    sessions[currentUser().email] = logIn();
  },
  isRefused: ({ status, headers }) =>
    status === 401 || (status >= 300 && status < 400 && isLogin(headers.Location ?? '')),
};
