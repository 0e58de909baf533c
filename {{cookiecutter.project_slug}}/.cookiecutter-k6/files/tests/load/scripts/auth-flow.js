// Authentication: a user logs in, asks who they are, and renews their tokens.
// Each step needs the one before. ME_PATH and REFRESH_PATH may be /none.
//
//   ./scripts/load-test.sh auth-flow
//   ./scripts/load-test.sh load auth-flow
//   TEST_USER_EMAIL=... TEST_USER_PASSWORD=... k6 run tests/load/scripts/auth-flow.js
//
// Users: data/users.json, one per VU as long as they last. Here the login is what is measured; other tests log
// in beside what they measure (lib/auth.js). A service without renewal: REFRESH_PATH=/none.

import k6 from 'k6';
import { Trend } from 'k6/metrics';
import { authHeaders, currentUser, loginSteps, tokensIn } from '../lib/auth.js';
import { checker } from '../lib/checker.js';
import { endpoint, jsonAt, request } from '../lib/http.js';
import { env } from '../lib/config.js';
import { defineTest, pause } from '../lib/define.js';

const loginDuration = new Trend('login_duration', true);

const steps = loginSteps();

/** @type {import('../engine/types/suite.js').EndpointOptions} */
const POST = { method: 'POST', statuses: [200, 201], confidential: true };

export const LOGIN = endpoint(`POST ${env.LOGIN_PATH}`, steps.urls.login, POST);
export const ME = endpoint(`GET ${env.ME_PATH}`, env.ME_PATH);
export const REFRESH = endpoint(`POST ${env.REFRESH_PATH}`, steps.urls.refresh, POST);

/** What the service does not have. */
const NONE = '/none';
const [hasMe, hasRefresh] = [env.ME_PATH !== NONE, env.REFRESH_PATH !== NONE];

const checkLogin = checker(LOGIN.name, {
  success: true,
  also: {
    [`${LOGIN.name} gives a token`]: (r) => tokensIn(r) !== undefined,
    ...(hasRefresh && {
      [`${LOGIN.name} gives a refresh token`]: (r) => tokensIn(r)?.refresh !== undefined,
    }),
  },
});
/** Fields in which services say who is signed in. */
const ADDRESSES = ['email', 'mail'];
const NAMES = [...ADDRESSES, 'username', 'userName', 'user_name', 'login', 'preferred_username'];

/** Whether the route is that of the user who is signed in, by its last word. */
const IS_ABOUT_ONE = ['me', 'self', 'whoami', 'userinfo', 'profile'].includes(
  String(env.ME_PATH.split('/').pop()),
);

/**
 * @param {any} value
 * @returns {string[]} the texts in it: services write an address as `'a@b.c'`, `{ address: 'a@b.c' }`, or a list of those
 */
const textsIn = (value) =>
  typeof value === 'string' ? [value] : Object.values(Object(value)).flatMap(textsIn);

/**
 * Says whether a response is about a user. One that names nobody, or by names of another kind, passes: ME_PATH may be
 * any route that needs a login. But an address holds a text, and a route such as /me does not answer with a list.
 *
 * @param {import('../engine/types/suite.js').HttpResponse} response
 * @param {string} user what they log in as
 * @returns {boolean}
 */
function isAbout(response, user) {
  const document = jsonAt(response, '@this');
  const parts = [document, document?.data, document?.user, document?.data?.user];
  const addresses = parts.flatMap((part) => ADDRESSES.map((name) => part?.[name] ?? ''));
  if (
    (IS_ABOUT_ONE && Array.isArray(document)) ||
    addresses.some((address) => textsIn(address).length === 0)
  ) {
    return false;
  }
  const found = parts
    .flatMap((part) => NAMES.flatMap((name) => textsIn(part?.[name])))
    .filter((name) => name.includes('@') === user.includes('@'));
  return found.length === 0 || found.some((name) => name.toLowerCase() === user.toLowerCase());
}

const checkMe = checker(ME.name, {
  status: 200,
  json: true,
  also: {
    [`${ME.name} is the user who logged in`]: (r) => isAbout(r, currentUser().email),
  },
});
const checkRefresh = checker(REFRESH.name, {
  success: true,
  also: { [`${REFRESH.name} gives a token`]: (r) => tokensIn(r) !== undefined },
});

/** Logs in, asks who it is, renews. */
function signIn() {
  const login = k6.group('login', () => {
    const response = request(LOGIN, steps.login(currentUser()));
    if (response.status !== 0) {
      loginDuration.add(response.timings.duration);
    }
    return checkLogin(response) ? tokensIn(response) : undefined;
  });
  if (login === undefined) {
    return;
  }
  if (hasMe) {
    pause(0.5);
    const headers = authHeaders(login.token);
    if (!k6.group('me', () => checkMe(request(ME, { headers })))) {
      return;
    }
  }
  const { refresh } = login;
  if (hasRefresh && refresh !== undefined) {
    pause(0.5);
    k6.group('refresh', () => {
      checkRefresh(request(REFRESH, steps.refresh(refresh)));
    });
  }
}

const test = defineTest({
  name: 'auth-flow',
  defaultLoad: {
    scenario: 'auth_flow',
    shape: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [
        { duration: '30s', target: 10 },
        { duration: '2m', target: 10 },
        { duration: '30s', target: 0 },
      ],
    },
  },
  endpoints: [LOGIN, ...(hasMe ? [ME] : []), ...(hasRefresh ? [REFRESH] : [])],
  thresholds: {
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
    login_duration: ['p(95)<500'],
  },
  tags: { test_type: 'auth_flow' },
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  signIn();
  pause(1);
});
