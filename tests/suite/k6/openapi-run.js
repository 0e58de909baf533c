// What a run over an API document sends, what it leaves out, what it learns from refusals and what it has seen.

import { baseOf, notTwice } from '../engine/features/openapi/bases.js';
import { coverageOf } from '../engine/features/openapi/coverage.js';
import { complaintsOf, wishOf } from '../engine/features/openapi/refusals.js';
import { candidateOf, select } from '../engine/features/openapi/selection.js';
import { claim, isMarked } from '../engine/features/rows/ownership.js';
import { combinations, expectations, shows } from './expect.js';
import { withSettings } from './support/stand-ins.js';

export const options = expectations(0);

const row = (name, method, url, role, more = {}) => ({ name, method, url, role, ...more });
const TARGET = { 'path.id': '/pets#id' };
const NEEDS = { '/pets#id': ['add pet'] };
const ROWS = [
  row('list pets', 'GET', ['/pets/'], 'list', { tags: ['pets'] }),
  row('add pet', 'POST', ['/pets'], 'create', { undo: 'drop pet' }),
  row('read pet', 'GET', ['/pets/', 'id', ''], 'read'),
  row('change pet', 'PATCH', ['/pets/', 'id', ''], 'update', { targets: TARGET, needs: NEEDS }),
  row('drop pet', 'DELETE', ['/pets/', 'id', ''], 'delete', { targets: TARGET, needs: NEEDS, danger: 'deletes' }),
  row('mail pet', 'POST', ['/pets/', 'id', '/mail'], 'action', { targets: TARGET, needs: NEEDS, danger: 'sends mail' }),
  row('drop all', 'DELETE', ['/pets'], 'delete', { danger: 'deletes all data' }),
  row('log out', 'POST', ['/logout'], 'action', { danger: 'ends the session' }),
  row('leave', 'DELETE', ['/me'], 'delete', { danger: 'deletes the account' }),
  row('stop', 'POST', ['/stop'], 'action', { danger: 'stops the service' }),
  row('peek', 'GET', ['/stop'], 'query', { danger: 'shows secrets' }),
  row('add cat', 'POST', ['/cats'], 'create'),
  row('read cat', 'GET', ['/cats/', 'id', ''], 'read'),
  row('feed', 'PUT', ['/dogs/', 'id', ''], 'update', { targets: { 'path.id': '', 'body.dog': '/dogs#id' } }),
  row('odd', 'GET', ['/odd'], 'query', { skip: 'cannot be sent' }),
]; // prettier-ignore
const DEFAULTS = {
  OPENAPI_INCLUDE: [],
  OPENAPI_EXCLUDE: [],
  OPENAPI_DANGEROUS: [],
  OPENAPI_WRITES: 'always',
  PROFILE: '',
};
const CHOICES = {
  all: [{}, {}],
  'no writes': [{ OPENAPI_WRITES: 'never' }, {}],
  'writes in smoke tests, in one': [{ OPENAPI_WRITES: 'smoke', PROFILE: 'smoke-ramping' }, {}],
  'writes in smoke tests, in another': [{ OPENAPI_WRITES: 'smoke', PROFILE: 'load' }, {}],
  'one create': [{ OPENAPI_INCLUDE: ['add pet'] }, {}],
  'one other create': [{ OPENAPI_INCLUDE: ['add cat'] }, {}],
  'without the create': [{ OPENAPI_EXCLUDE: ['add pet'] }, {}],
  dangerous: [{ OPENAPI_DANGEROUS: ['stop', 'drop all', 'leave', 'log out', 'drop pet', 'mail pet'] }, {}],
  overrides: [{}, { 'list pets': { skip: true }, 'read pet': { skip: 'why' }, stop: { skip: false }, feed: { values: { 'path.id': 7, body: {} } }, 'change pet': { values: { 'path.id': 7 } } }],
}; // prettier-ignore

function selections() {
  for (const [name, [settings, overrides]] of Object.entries(CHOICES)) {
    withSettings({ ...DEFAULTS, ...settings }, () => {
      const candidates = ROWS.map((each, line) => candidateOf(each, line, overrides[each.name] ?? {})); // prettier-ignore
      const { sent, last, helpers, skipped } = select(candidates);
      const names = (lines) => lines.map((line) => ROWS[line].name);
      shows(name, [names(sent), names(last), names(helpers), skipped.map((one) => [one.name, one.reason])]); // prettier-ignore
    });
  }
  const { line, path, last, targets, isAllowed } = withSettings(DEFAULTS, () => candidateOf(ROWS[4], 4, {})); // prettier-ignore
  shows('candidate', [line, path, last, targets, isAllowed]);
}

function bases() {
  const servers = [
    { host: 'other', base: '/o' },
    { host: 'shop.test:81', base: '/own/' },
  ];
  const hrefs = ['http://shop.test:81', 'https://me:pw@shop.test:81/x', 'http://shop.test'];
  for (const [OPENAPI_BASE, href, path] of combinations(['', '/given//'], hrefs, [
    '',
    '/v1',
    '/xv1',
  ])) {
    // prettier-ignore
    withSettings({ OPENAPI_BASE, target: { href, path } }, () => {
      const found = [{}, { base: '/v1' }, { base: '/v1', servers }, { base: 'v1' }].map(baseOf);
      shows(`base ${OPENAPI_BASE} ${href} ${path}`, [found, notTwice(''), notTwice('/v1')]);
    });
  }
}

/** Bodies of refusals as frameworks write them, and odd ones. */
const REFUSALS = [
  { detail: [{ loc: ['body', 'items', 0, 'kind'], msg: 'Input should be "a" or "b"', type: 'enum', ctx: { expected: '"a" or "b"' } }] },
  { errors: { Kind: ['The Kind field is required.'] }, title: 'One or more' },
  { violations: [{ propertyPath: 'kind', message: 'must be one of [x, y]' }] },
  { errors: [{ source: { pointer: '/data/kind' }, detail: 'is too short' }] },
  { message: ['kind must be an email', 'each value in tags must be a string'], error: 'Bad Request' },
  { message: '"size" must be greater than or equal to 5' },
  { message: 'body/size must be <= 3' },
  { kind: ['is already taken'], non_field_errors: ['size is required'] },
  { errors: [{ instancePath: '/a', params: { missingProperty: 'b' }, message: 'must have required property' }] },
  { errors: { a: { message: 'too long', kind: 'max', properties: { enumValues: ['p', 'q'] } } } },
  { errors: { a: { b: ['is blank'] }, c: [{ d: 1 }] } },
  { data: { a: { b: { c: 'x' } } } },
  { path: '/pets', message: 'size is invalid', status: 400 },
  { title: ['is too short'], detail: 'no', url: 'x' },
  { fieldErrors: [{ field: 'a', defaultMessage: 'must not be null', code: 'NotNull' }] },
  { errors: [{ keys: ['a'], message: 'invalid', allowedValues: [1, 2] }] },
  { error: { errors: { a: 'bad' } } },
  "Field validation for 'Kind' failed on the 'oneof' tag",
  'param is missing or the value is empty: pet',
  'missing field `kind` at line 1',
  'nothing to see',
  [[[[[[[{ field: 'deep', message: 'x' }]]]]]]],
  [[[[[{ field: 'deep', message: 'x' }]]]]],
  null,
  7,
  { errors: [] },
  { where: '', field: '', message: 'x' },
]; // prettier-ignore
const MESSAGES = ['must be one of: red, green', "should be 'a' or 'b'", 'expected one of [low, high]', 'must be at least 5', 'must be at most 3 characters', 'at least 3 characters', 'greater than 7', 'less than 2', '5 characters or more', '4 items or fewer', 'must be >= 300 characters long', 'is required', 'is already taken', 'must be an e-mail', 'not a valid uuid', 'not a url', 'date-time expected', 'not a date', 'a boolean', 'an integer', 'a list', 'an object', 'only contain lower case', 'not good', 'between 3 and 9', 'max length exceed 0']; // prettier-ignore

function refusals() {
  for (const body of REFUSALS) {
    const found = complaintsOf(body);
    const kinds = ['string', 'number', 'array', ''];
    shows(JSON.stringify(body), [
      found,
      found.map((one) => kinds.map((kind) => wishOf(one, kind))),
    ]);
  }
  for (const message of MESSAGES) {
    const kinds = ['string', 'number', 'object', ''];
    const wish = (more, kind) => wishOf({ steps: ['x'], message, choices: [], isMissing: false, ...more }, kind); // prettier-ignore
    shows(message, [kinds.map((kind) => wish({}, kind)), wish({ isMissing: true }, 'string'), wish({ choices: ['7'] }, 'number')]); // prettier-ignore
  }
}

function coverages() {
  const brief = (name, more = {}) => ({ name, declares: { statuses: ['200', '4XX'], types: ['a/b'], ok: [], sent: 1, parameters: 2, ...more } }); // prettier-ignore
  const status = (name, code) => ({ name: `${name} status ${code} is declared` });
  const all = [brief('a'), brief('a b'), brief('c', { ok: ['3XX'] }), brief('d', { types: [], statuses: [], parameters: 0, sent: 0 })]; // prettier-ignore
  const codes = [400, 401, 403, 404, 405, 409, 422, 429, 500, 503, 302, 418];
  const groups = {
    nothing: undefined,
    good: { checks: [status('a', 200), status('a b', 201), status('c', 302), status('d', 404), { name: 'a content type a/b is declared' }] },
    bad: { checks: { x: status('a', 404), y: { name: 'a status 403, declared: 200, 4XX' }, z: { name: 'a b status 404 for an ID that was made up' }, w: { name: 'learned "a": {}' }, v: status('c', '2000') } },
  }; // prettier-ignore
  for (const [[name, group], endpoints] of combinations(Object.entries(groups), [all, []])) {
    const found = coverageOf(/** @type {any} */ (endpoints), { count: 1, missing: ['key'] }, {}, group); // prettier-ignore
    shows(`coverage: ${name}`, found);
  }
  const some = codes.map((code) => brief(`s${code}`));
  const group = { checks: codes.map((code) => status(`s${code}`, code)) };
  shows(
    'why',
    coverageOf(/** @type {any} */ (some), { count: 0, missing: [] }, {}, group).tables[1],
  );
  for (const count of [50, 51]) {
    const many = Array.from({ length: count }, (_, i) => brief(`e${i}`));
    const { tables } = coverageOf(/** @type {any} */ (many), { count: 0, missing: [] }, {}, {});
    shows(`${count} never successful`, tables[1].rows.length);
  }
}

/** Answers to creates, and whose the thing in them is. */
function owners() {
  const now = Date.UTC(2030, 0, 1);
  const { now: clock } = Date;
  Date.now = () => now;
  const answer = (body, headers = {}) => ({ body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...headers }, json: () => body, status: 201 }); // prettier-ignore
  const iso = (ms, end = 24) => new Date(now + ms).toISOString().slice(0, end);
  const times = [iso(0), iso(-4000), iso(-6000), iso(-5999), iso(4999), iso(5001), iso(-6000, 19), iso(-60e6, 19), iso(-60e6, 10), iso(-150e6, 10), (now - 9e3) / 1000, now - 9e3, now - 5e3, iso(0, 19).replace('T', ' '), 'soon', '']; // prettier-ignore
  const date = new Date(now + 10_000).toUTCString();
  for (const [time, says] of combinations(times, [true, false])) {
    const thing = answer({ id: 7, createdAt: time });
    const late = answer({ id: 7, created: time }, { Date: date });
    const how = { made: [], says, since: now - 1000 };
    shows(`created ${time} ${says}`, [thing, late].map((one) => claim(/** @type {any} */ (one), 7, how))); // prettier-ignore
  }
  const deep = (depth) => (depth === 0 ? { id: 7 } : { inner: deep(depth - 1) });
  const list = (count) => [...Array(count).fill({ id: 1 }), { id: 7, name: 'marked' }];
  const bodies = [{ id: 7, name: 'MARKED' }, { id: 7, name: 'other' }, { id: 8 }, deep(4), deep(5), list(49), list(50), null, 'marked', { id: 7, name: 3 }]; // prettier-ignore
  for (const [body, sent] of combinations(bodies, [
    undefined,
    { name: 'marked' },
    { name: 'plain' },
    'marked',
  ])) {
    // prettier-ignore
    const how = { made: ['marked'], says: true, since: now, sent };
    const all = [
      how,
      { ...how, made: ['marke'] },
      { ...how, before: ['7'] },
      { ...how, says: false },
    ];
    shows(`answer ${JSON.stringify(body)?.slice(0, 60)} to ${JSON.stringify(sent)}`, all.map((each) => claim(/** @type {any} */ (answer(body)), 7, each))); // prettier-ignore
  }
  shows('marked', [isMarked('a K3J9X2', ['k3j9x2']), isMarked('abcde', ['abcde']), isMarked('x', [])]); // prettier-ignore
  Date.now = clock;
}

export default function openapiRun() {
  selections();
  bases();
  refusals();
  coverages();
  owners();
}
