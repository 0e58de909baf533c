// The checks, on answers of the real service and on one that never came.

import { SharedArray } from 'k6/data';
import {
  check2xx,
  checkDuration,
  checkHealthResponse,
  checkHealthy,
  checkJsonBody,
  checkOk,
  checkResponse,
  checker,
  isHealthy,
} from '../lib/checks.js';
import { authHeaders, authorized, credentialsFor, renewedAfter } from '../lib/auth.js';
import { BASE_URL } from '../lib/config.js';
import { parseJsonResponse } from '../lib/helpers.js';
import { endpoint, jsonAt, request, requestQuietly } from '../lib/http.js';
import { equal, expectations } from './expect.js';

const HEALTH = endpoint('health', '/health', { kind: 'health' });
const OPENAPI = endpoint('openapi', `${BASE_URL}/openapi.json`);
const CREATE = endpoint('create', '/items', { method: 'POST', statuses: [201] });
const MISSING = endpoint('missing', '/missing');
const PAGE = endpoint('page', `${BASE_URL}/login`);
const DEAD = endpoint('dead', 'http://127.0.0.1:1/');
const DROPPED = endpoint('dropped', '/health', { responseType: 'none' });
const HOST = BASE_URL.replace(/^.*\/\//, '');
const WITH_LOGIN = endpoint('credentials', `http://me:pw@${HOST}/login`);
const isCreated = checker('health', { status: 201 });
const isBelow500 = checker('health', { below: 500 });
const isSuccess = checker('health', { success: true });
const isBelow300 = checker('health', { below: 300 });
const isBelow200 = checker('health', { below: 200 });
const sentAs = (type) => checker('typed', { status: 200, type });
const BY_ID = endpoint('by id', '/items/{id}');

/** Names that k6 or an output could not handle, and what has to be said about them. */
const REFUSED = [
  ['a comma', () => endpoint('a,b', '/x'), /comma/],
  ['a quote in front', () => endpoint('"a', '/x'), /quote/],
  ['a quote behind', () => endpoint("a'", '/x'), /quote/],
  ['a backslash behind', () => endpoint('a\\', '/x'), /backslash/],
  ['a line break', () => endpoint('a\nb', '/x'), /line break/],
  ['a tag', () => endpoint('a', '/x', { tags: { team: 'a\\' } }), /tags: 'team' .*backslash/],
  ['a check', () => checker('a', { also: { 'a\\': () => true } }), /checks of 'a': .*back/],
];
/** They are refused at init, once. */
const said = new SharedArray('what is said about refused names', () =>
  REFUSED.map(([, define]) => {
    try {
      define();
      return 'nothing';
    } catch (error) {
      return error.message;
    }
  }),
);

export const options = expectations(45);

export default function checks() {
  const healthy = requestQuietly(HEALTH);
  for (const [status, wanted] of [
    [199, false],
    [200, true],
    [299, true],
    [300, false],
  ]) {
    const response = /** @type {any} */ ({ ...healthy, status });
    equal(`${status} is a success`, isSuccess(response), wanted);
    equal(`${status} is below 300`, isBelow300(response), status < 300);
  }
  equal('status 200', checkOk(healthy), true);
  equal('status is not 201', isCreated(healthy), false);
  equal('2xx', check2xx(healthy), true);
  equal('below 500', isBelow500(healthy), true);
  equal('not below 200', isBelow200(healthy), false);
  equal('in time', checkDuration(healthy, 5000), true);
  equal('not in no time', checkDuration(healthy, 0), false);
  equal('fields', checkJsonBody(healthy, ['status', 'version']), true);
  equal('a missing field', checkJsonBody(healthy, ['status', 'nope']), false);
  equal('no fields', checkJsonBody(healthy), true);
  equal('healthy', [checkHealthy(healthy), isHealthy(healthy)], [true, true]);
  equal('healthy in time', checkHealthResponse(healthy), healthy.timings.duration < 100);
  equal('a response', checkResponse(healthy, 'health', 5000), true);
  equal('a response too late', checkResponse(healthy, 'health', 0), false);
  equal('one value', jsonAt(healthy, 'status'), 'healthy');
  equal('no value', jsonAt(healthy, 'nope'), undefined);
  equal('all of it', parseJsonResponse(healthy).status, 'healthy');

  equal('nested fields', checkJsonBody(requestQuietly(OPENAPI), ['info.title', 'paths']), true);

  const html = requestQuietly(PAGE);
  equal('HTML for JSON', sentAs('json')(html), false);
  equal('HTML for anything else', sentAs('not HTML')(html), false);
  equal('HTML where it may be', sentAs('any')(html), true);
  equal('JSON for JSON', sentAs('json')(healthy), true);
  const isJson = sentAs('json');
  // Looked at are the first, third, seventh and fifteenth; after a wrong one, all.
  for (let i = 0; i < 8; i += 1) {
    isJson(healthy);
  }
  const looks = Array.from({ length: 23 }, () => isJson(html));
  equal('ever fewer, then all', looks.lastIndexOf(true), 5);

  const item = requestQuietly(CREATE, {
    body: { name: 'x' },
    headers: authHeaders('test-api-key'),
  });
  equal(
    'empty and zero are values',
    checkJsonBody(item, ['id', 'name', 'description', 'quantity']),
    true,
  );
  equal('a part of a text is not', checkJsonBody(item, ['name.x']), false);
  equal(
    'no item without a name',
    checkJsonBody(requestQuietly(CREATE, { body: {} }), ['id']),
    false,
  );

  const missing = requestQuietly(MISSING);
  equal('404', [missing.status, checkOk(missing), check2xx(missing)], [404, false, false]);
  equal('404 is below 500', isBelow500(missing), true);
  equal('404 is not healthy', [isHealthy(missing), checkHealthy(missing)], [false, false]);
  equal('404 is no good response', checkResponse(missing), false);

  const page = requestQuietly(PAGE);
  equal('a page is 200', checkOk(page), true);
  equal('but no JSON', checkJsonBody(page), false);
  equal('and no health', isHealthy(page), false);
  equal('no value in a page', jsonAt(page, 'status'), undefined);
  equal('nothing parsed', parseJsonResponse(page), null);

  const dead = requestQuietly(DEAD);
  equal('no answer has status 0', dead.status, 0);
  equal('its error says why', /refused/.test(dead.error), true);
  equal(
    'no answer fails every check',
    [
      checkOk(dead),
      check2xx(dead),
      isBelow500(dead),
      checkDuration(dead, 5000),
      checkJsonBody(dead),
      checkHealthy(dead),
      checkHealthResponse(dead),
      checkResponse(dead),
      isHealthy(dead),
    ],
    Array(9).fill(false),
  );
  equal('no value in no answer', jsonAt(dead, 'status'), undefined);
  equal('nothing parsed from no answer', parseJsonResponse(dead) ?? null, null);

  const dropped = requestQuietly(DROPPED);
  equal('a dropped body has a status', checkOk(dropped), true);
  equal(
    'but nothing to read',
    [checkJsonBody(dropped), jsonAt(dropped, 'status') ?? null],
    [false, null],
  );

  const bearers = ['a', 'b', 'a', ''].map((token) => authHeaders(token).Authorization ?? '');
  equal('a header per token', bearers, ['Bearer a', 'Bearer b', 'Bearer a', '']);
  equal('nobody logs in', [authorized(HEALTH).status, credentialsFor(HEALTH)], [200, { headers: {}, query: '' }]); // prettier-ignore
  equal('nor again', renewedAfter(/** @type {any} */ ({ status: 401 })), false);

  equal('credentials in the address work', requestQuietly(WITH_LOGIN).status, 200);
  equal(
    'an id is filled in',
    request(BY_ID, { path: { id: 'a/b ?' } }).url.replace(BASE_URL, ''),
    '/api/v1/items/a%2Fb%20%3F',
  );
  REFUSED.forEach(([what, , reason], i) => equal(what, reason.test(said[i]), true));
  equal('a backslash inside', endpoint('a\\b=c', '/x', { tags: { t: 'a,b=c' } }).name, 'a\\b=c');
}
