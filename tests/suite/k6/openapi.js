import { checkAnswer, isFit, valueAt } from '../engine/features/rows/answers.js';
import { claim } from '../engine/features/rows/ownership.js';
import { credentialsOf, schemesOf } from '../engine/features/openapi/credentials.js';
import {
  applyOverride,
  checkNames,
  fillVariables,
  isAllowed,
  overrideOf,
  parseOverrides,
} from '../engine/features/openapi/overrides.js';
import { matches, nearest } from '../engine/features/openapi/names.js';
import { derived } from '../engine/features/openapi/prepared.js';
import { createRandom } from '../engine/features/openapi/table.js';
import { makeValue } from '../engine/features/openapi/values.js';
import { encodeBody, inForm } from '../engine/features/openapi/bodies.js';
import { inHeader, inPath, inQuery } from '../engine/features/openapi/writing.js';
import { combinations, equal, expectations, holds, outcome, shows, throws } from './expect.js';

export const options = expectations(2_000);

const LIST = ['a', 'b c'];
const PAIRS = { x: 1, y: 'z&' };

/** From the tables of the OpenAPI specification: place, style, explode, value, what is written. */
const STYLES = [
  ['path', undefined, undefined, LIST, 'a,b%20c'],
  ['path', 'simple', false, PAIRS, 'x,1,y,z%26'],
  ['path', 'simple', true, PAIRS, 'x=1,y=z%26'],
  ['path', 'label', false, LIST, '.a,b%20c'],
  ['path', 'label', true, LIST, '.a.b%20c'],
  ['path', 'matrix', false, LIST, ';p=a,b%20c'],
  ['path', 'matrix', true, LIST, ';p=a;p=b%20c'],
  ['path', 'matrix', true, PAIRS, ';x=1;y=z%26'],
  ['path', undefined, undefined, 'a/../b?c#d', 'a%2F..%2Fb%3Fc%23d'],
  ['path', 'pipeDelimited', false, LIST, 'a%7Cb%20c'],
  ['query', undefined, undefined, LIST, 'p=a&p=b%20c'],
  ['query', 'form', false, LIST, 'p=a,b%20c'],
  ['query', 'form', true, PAIRS, 'x=1&y=z%26'],
  ['query', 'spaceDelimited', false, LIST, 'p=a%20b%20c'],
  ['query', 'pipeDelimited', false, LIST, 'p=a%7Cb%20c'],
  ['query', 'deepObject', true, PAIRS, 'p%5Bx%5D=1&p%5By%5D=z%26'],
  ['query', undefined, undefined, `$\{7*7}\`"\n`, 'p=%24%7B7*7%7D%60%22%0A'],
  ['header', undefined, undefined, LIST, 'a,b c'],
  ['header', 'tabDelimited', false, LIST, 'a\tb c'],
  ['header', undefined, true, PAIRS, 'x=1,y=z&'],
  ['header', undefined, undefined, PAIRS, 'x,1,y,z&'],
  ['header', undefined, undefined, ' a ', 'a'],
  ['path', undefined, undefined, PAIRS, 'x,1,y,z%26'],
  ['path', 'label', undefined, PAIRS, '.x,1,y,z%26'],
  ['path', 'label', true, PAIRS, '.x=1.y=z%26'],
  ['path', 'matrix', undefined, PAIRS, ';p=x,1,y,z%26'],
  ['path', 'matrix', undefined, 7, ';p=7'],
  ['query', undefined, undefined, PAIRS, 'x=1&y=z%26'],
  ['query', 'form', false, PAIRS, 'p=x,1,y,z%26'],
  ['query', undefined, undefined, null, 'p='],
  ['query', undefined, undefined, { a: [1] }, 'a=1'],
  ['header', undefined, undefined, 'a\r\nX-Evil: 1', 'a X-Evil: 1'],
];

function styles() {
  const writers = { path: inPath, header: inHeader, query: (p, v) => inQuery(p, v).join('&') };
  for (const [place, style, explode, value, wanted] of STYLES) {
    const parameter = { in: place, name: 'p', style, explode };
    equal(`${place} ${style} ${explode}`, writers[place](parameter, value), wanted);
  }
  for (const [value, style] of [
    ['', undefined],
    ['.', undefined],
    ['..', 'simple'],
    ['', 'label'],
    [[], undefined],
  ]) {
    const write = () => inPath({ name: 'p', style }, value);
    throws(`another path: ${JSON.stringify(value)} ${style}`, write, /path parameter 'p'/);
  }
  equal('JSON in a query', inQuery({ name: 'p', json: true }, { a: 1 }), ['p=%7B%22a%22%3A1%7D']);
  equal('reserved', inQuery({ name: 'p', reserved: true }, 'a/b:c&d'), ['p=a/b:c%26d']);
  equal('form: list', inForm('p', LIST), ['p=a', 'p=b%20c']);
  equal('form: object', inForm('p', { a: { b: [1, 2] } }), [
    'p%5Ba%5D%5Bb%5D%5B0%5D=1',
    'p%5Ba%5D%5Bb%5D%5B1%5D=2',
  ]);
}

function source(seed, optional = 0.5) {
  return { random: createRandom(seed), optional, bound: () => undefined };
}

/** All of them are wanted at once. */
const DAYS = Array.from({ length: 40 }, (_, index) => `day ${index}`);

/** Generators, and what everything they make has to be. */
const KINDS = [
  [{ make: 'int', min: -3, max: 9 }, (v) => Number.isInteger(v) && v >= -3 && v <= 9],
  [{ make: 'int', min: 10, max: 50, step: 5 }, (v) => v % 5 === 0 && v >= 10 && v <= 50],
  [{ make: 'int', min: 7, max: 7 }, (v) => v === 7],
  [{ make: 'number', min: 0.1, max: 0.3, step: 0.1 }, (v) => [0.1, 0.2, 0.3].includes(v)],
  [{ make: 'number', min: 0, max: 0.0001 }, (v) => v >= 0 && v <= 0.0001],
  [{ make: 'bool' }, (v) => typeof v === 'boolean'],
  [{ make: 'text', min: 0, max: 3 }, (v) => v.length <= 3],
  [{ make: 'text', min: 30 }, (v) => v.length >= 30],
  [{ make: 'text', min: 30, max: 33 }, (v) => v.length >= 30 && v.length <= 33],
  [
    { make: 'text', min: 30, max: 33, like: 'Rex', fresh: true },
    (v) => v.length >= 30 && v.length <= 33,
  ],
  [{ make: 'format', format: 'email', min: 40, max: 60 }, (v) => v.length >= 40 && v.length <= 60],
  [{ make: 'text', min: 40, max: 40, fresh: true }, (v) => v.length === 40],
  [{ make: 'text', min: 1, max: 6, like: 'Rex the dog', fresh: true }, (v) => v.length <= 6],
  [{ make: 'text', min: 1, max: 40, like: 'Rex', fresh: true }, (v) => v.startsWith('Rex-')],
  [{ make: 'format', format: 'email', max: 20 }, (v) => /^[a-z0-9]+@example\.com$/.test(v)],
  [
    { make: 'format', format: 'uuid' },
    (v) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(v),
  ],
  [{ make: 'format', format: 'date-time' }, (v) => !Number.isNaN(Date.parse(v))],
  [{ make: 'format', format: 'date' }, (v) => /^20\d\d-\d\d-\d\d$/.test(v)],
  [{ make: 'format', format: 'uri', max: 21 }, (v) => v.length === 21],
  [{ make: 'format', format: 'hostname', max: 13 }, (v) => v.length === 13],
  [{ make: 'format', format: 'email', max: 13 }, (v) => v.length === 13],
  [{ make: 'format', format: 'ipv4' }, (v) => v.length === 14],
  [{ make: 'format', format: 'ipv6' }, (v) => v.length === 14],
  [{ make: 'format', format: 'duration' }, (v) => v.length === 3],
  [{ make: 'format', format: 'byte', min: 8, max: 8 }, (v) => /^[A-Za-z0-9+/]{8}$/.test(v)],
  [
    {
      make: 'pattern',
      parts: ['AC', { chars: '0123', min: 3, max: 5 }, { any: [['x'], ['y', 'z']] }],
    },
    (v) => /^AC[0-3]{3,5}(x|yz)$/.test(v),
  ],
  [
    { make: 'array', items: { pick: [1, 2] }, min: 1, max: 2, unique: true },
    (v) => v.length >= 1 && new Set(v).size === v.length,
  ],
  [
    { make: 'array', items: { pick: DAYS }, min: 40, max: 40, unique: true },
    (v) => new Set(v).size === 40,
  ],
  [
    { make: 'map', keys: { pick: DAYS }, values: { const: 1 }, min: 40, max: 40 },
    (v) => Object.keys(v).length === 40,
  ],
  [{ make: 'tuple', items: [{ const: 1 }, { make: 'bool' }] }, (v) => v.length === 2],
  [{ make: 'map', values: { const: 1 }, min: 2, max: 3 }, (v) => Object.keys(v).length >= 2],
  [
    { make: 'object', optional: { a: { const: 1 }, b: { const: 2 } }, min: 1 },
    (v) => Object.keys(v).length >= 1,
  ],
  [{ make: 'one', of: [{ const: 'a' }, { const: 'b' }] }, (v) => v === 'a' || v === 'b'],
];

function values() {
  for (const [node, isRight] of KINDS) {
    for (let seed = 1; seed <= 100; seed += 1) {
      const value = makeValue(node, source(seed));
      holds(`${JSON.stringify(node)} made ${JSON.stringify(value)}`, isRight(value));
    }
  }
  const text = { make: 'text', min: 1, max: 30, fresh: true };
  equal('the same seed repeats', makeValue(text, source(5)), makeValue(text, source(5)));
  const many = new Set(Array.from({ length: 500 }, (_, seed) => makeValue(text, source(seed))));
  equal('other seeds differ', many.size, 500);
  const object = makeValue(
    { make: 'object', required: { ['__proto__']: { const: 1 }, use: { const: 'x' } } },
    source(1),
  );
  equal('any property name', JSON.stringify(object), '{"__proto__":1,"use":"x"}');
  equal('nothing else changed', {}.polluted, undefined);
  const required = { make: 'object', required: { a: { const: 1 } }, optional: { b: { const: 2 } } };
  equal('required alone', makeValue(required, source(1, 0)), { a: 1 });
  equal('all of it', makeValue(required, source(1, 1)), { a: 1, b: 2 });
  let deep = { const: 'end' };
  for (let level = 0; level < 9; level += 1) {
    deep = { make: 'object', required: { level: { const: level } }, optional: { deep } };
  }
  holds('nesting ends', JSON.stringify(makeValue(deep, source(1, 1))).length < 200);
  const bound = { ...source(1), bound: (slot) => (slot === '/pets#id' ? 42 : undefined) };
  equal('an id that is known', makeValue({ bind: '/pets#id', else: { const: 1 } }, bound), 42);
  equal('one that is not', makeValue({ bind: '/x#id', else: { const: 1 } }, bound), 1);
}

/** What the document asks of an id, what an answer gave, and whether it may be sent. */
const IDS = [
  [undefined, 'anything', true],
  [{ type: 'integer' }, '17', true],
  [{ type: 'integer' }, 'x17', false],
  [{ type: 'integer', minimum: 1 }, 0, false],
  [{ type: 'number' }, '1.5', true],
  [{ patterns: ['^[A-Z]+$'] }, 'ABC', true],
  [{ patterns: ['^[A-Z]+$'] }, 'string', false],
  [{ patterns: ['(?P<python>x'] }, 'ABC', true],
  [{ maxLength: 3 }, 'abcd', false],
  [{ enum: ['1', '2'] }, 2, true],
  [{ enum: ['1', '2'] }, 3, false],
];

function ids() {
  for (const [fits, id, wanted] of IDS) {
    equal(`${id} fits ${JSON.stringify(fits)}`, isFit(id, fits), wanted);
  }
  const made = (type, id) =>
    makeValue({ bind: 's', else: { const: 0 }, fits: { type } }, { ...source(1), bound: () => id });
  equal('a number', made('integer', '17'), 17);
  equal('a text', made('string', 17), '17');
  equal('too long for a number', made('integer', '12345678901234567890'), '12345678901234567890');
}

function bodies() {
  const form = { type: 'application/x-www-form-urlencoded', kind: 'form' };
  equal('form', encodeBody(form, { a: 1, b: [true] }).content, 'a=1&b=true');
  const file = { make: 'file', name: 'a".txt', type: 'text/plain', size: 5 };
  const node = { make: 'object', required: { file, 'n\r\nX: 1': { const: 'é' } } };
  const multipart = { type: 'multipart/form-data', kind: 'multipart' };
  const { content, contentType } = encodeBody(multipart, makeValue(node, source(1)));
  const bytes = String.fromCharCode(...new Uint8Array(content));
  const boundary = contentType.split('boundary=')[1];
  equal('parts', bytes.split(`--${boundary}`).length, 4);
  holds(
    'a file',
    /name="file"; filename="a%22\.txt"\r\nContent-Type: text\/plain\r\n\r\n[a-z]{5}\r\n/.test(
      bytes,
    ),
  );
  const typed = { ...multipart, fields: { file: { type: 'text/csv' } } };
  const csv = encodeBody(typed, makeValue(node, source(1))).content;
  holds(
    'the type that the document wants',
    String.fromCharCode(...new Uint8Array(csv)).includes('Content-Type: text/csv\r\n'),
  );
  holds('no header of the name', bytes.includes('name="n%0D%0AX: 1"\r\n\r\n\u00c3\u00a9\r\n'));
}

function answer(status, body, headers = { 'Content-Type': 'application/json; charset=utf-8' }) {
  return { status, headers, json: () => JSON.parse(body) };
}

/** What the VUs get of a row. */
function preparing(row) {
  const whole = { name: 'GET /x', method: 'GET', url: ['/x'], ok: ['200'], responses: {}, ...row };
  return { ...whole, ...derived(whole, { base: '', weight: 1, credentials: {}, signsAll: false }) };
}

function answers() {
  const responses = {
    200: { types: ['application/json'], is: 'object', required: ['/id', '/items/*/name'] },
    '4XX': {},
  };
  const operation = preparing({ responses });
  for (const [status, body, wanted, headers] of [
    [200, '{"id":1,"items":[]}', true],
    [200, '{"id":null,"items":[{"name":null}]}', true],
    [200, '{"id":1,"items":[{}]}', false],
    [200, '{"items":[]}', false],
    [200, '[]', false],
    [200, '<html>', false],
    [200, '{"id":1,"items":[]}', false, { 'Content-Type': 'text/html' }],
    [404, '', true, {}],
    [500, '', false],
    [0, '', false],
  ]) {
    equal(`${status} ${body}`, checkAnswer(operation, answer(status, body, headers)), wanted);
  }
  for (const [types, is, body, type, wanted] of [
    [['*/*'], 'string', 'hello', 'text/plain', true],
    [['*/*'], 'string', 'hello', 'application/json', true],
    [['*/*'], 'string', '7', 'application/json', false],
    [['application/json'], 'string', 'hello', 'application/json', false],
    [['*/*'], 'object', '{', 'application/json', false],
    [['*/*'], 'object', '[]', 'application/problem+json', false],
    [['text/csv', 'application/json'], 'array', 'a,b', 'text/csv', true],
    [undefined, 'object', '[]', undefined, false],
    [undefined, 'object', 'a', undefined, true],
  ]) {
    const row = preparing({ responses: { 200: { types, is } } });
    const given = answer(200, body, type === undefined ? {} : { 'Content-Type': type });
    equal(`${types} ${is}: ${type} ${body}`, checkAnswer(row, given), wanted);
  }
  const found = (body, places, headers) =>
    valueAt(answer(201, body, headers), { key: 'k' }, places, {
      slot: '/a#id',
      choose: () => 1,
      isOwn: () => true,
    });
  equal('an id', found('{"data":{"id":7}}', ['/id', '/data/id']), 7);
  equal('one of a list', found('[{"id":1},{"id":2}]', ['/*/id']), 2);
  equal('none', found('[]', ['/*/id']), undefined);
  equal('what was sent', found('', ['request:/key']), 'k');
  equal('the last segment', found('', ['header:location'], { Location: '/a/b%20c/?x=1' }), 'b c');
  equal('of a job', found('', ['header:location'], { Location: '/jobs/7' }), undefined);
  const search = ['search:a,aid,id,uuid'];
  equal('wrapped', found('{"result":{"as":[{"uuid":"u"},{"uuid":"v"}]}}', search), 'v');
  equal('of something else', found('{"owner":{"id":7}}', search), undefined);
}

function rows() {
  const { statuses, accept } = preparing({ ok: ['200', '2XX'] });
  equal('statuses', statuses, [200, { min: 200, max: 299 }]);
  equal('nothing is known to come back', accept, '*/*');
  const responses = { 200: { types: ['text/plain', 'application/json'] } };
  equal('JSON first', preparing({ responses }).accept, 'application/json, text/plain');
  const deletes = (url) =>
    preparing({
      role: 'delete',
      url,
      params: [{ in: 'path', name: 'id', gen: { bind: '/a#id' } }],
    });
  equal('what a delete deletes', deletes(['/a/', 'id']).deletes, '/a#id');
  equal('only something of it', deletes(['/a/', 'id', '/lock']).deletes, undefined);
  const known = credentialsOf({
    constructor: { type: 'other' },
    'my-key': { type: 'apiKey', in: 'query', name: 'k' },
  });
  equal('no credentials', schemesOf([['constructor'], ['my-key', 'toString']], known, false), []);
  equal('credentials first', schemesOf([[], ['b']], { b: { in: 'query', name: 'b' } }, false), [
    'b',
  ]);
}

function overrides() {
  const row = { name: 'GET /x', ok: ['200'], params: [{ in: 'query', name: 'q', optional: true }] };
  const { params, ok } = applyOverride(row, {
    ok: [404],
    values: { 'query.q': [1, 2], 'header.X-Y': 'z' },
  });
  equal('statuses', ok, ['404']);
  equal('a pool', [params[0].gen, params[0].optional], [{ pick: [1, 2] }, false]);
  equal('a new one', params[1], { in: 'header', name: 'X-Y', gen: { const: 'z' } });
  const evil = ['header', 'cookie'].map((place) => ({ in: place, name: 'a: b\r\n' }));
  equal('no header of that name', applyOverride({ ...row, params: evil }, {}).params, []);
  throws(
    'a place that is none',
    () => parseOverrides('{"operations": {"GET /x": {"values": {"q": 1}}}}'),
    /query\.NAME/,
  );
}

const PETS = { name: 'GET /pets/{id}', id: 'getPet', method: 'GET', tags: ['Pets'] };

/** Entries of OPENAPI_INCLUDE and its like, and whether they mean it. */
const ENTRIES = [
  ['GET /pets/{id}', true],
  ['get /pets/{id}', false],
  ['GET /pets', false],
  ['GET /p*', true],
  ['*', true],
  ['getPet', true],
  ['get.et', false],
  ['tag:pets', true],
  ['tag=PETS', true],
  ['tag:pet', false],
  ['method:get', true],
  ['method:post', false],
  ['operation:getPet', true],
  ['operation:GET /pets', false],
];

/** A misspelt name, known ones, the one that is meant. */
const SPELLINGS = [
  ['DELETE /pet/{id}', ['DELETE /x', 'DELETE /pets/{id}'], 'DELETE /pets/{id}'],
  ['ab', ['xy'], 'xy'],
  ['ab', ['xyz'], undefined],
  ['abcdef', ['abcdxy'], 'abcdxy'],
  ['abcdef', ['abcxyz'], undefined],
  ['abcdefghijkl', ['abcdefghwxyz'], 'abcdefghwxyz'],
  ['abcdefghijkl', ['abcdefgvwxyz'], undefined],
  ['getpets', ['GETPETX', 'GETPETS', 'GETPETZ'], 'GETPETS'],
  ['bcdef', ['abcdef', 'abcde'], 'abcdef'],
  ['x', [], undefined],
];

function names() {
  for (const [entry, wanted] of ENTRIES) {
    equal(`${entry} means it`, matches(PETS, entry), wanted);
  }
  equal('a comma', matches({ name: 'GET /a%2Cb', method: 'GET' }, 'GET /a,b'), true);
  equal('no tags', matches({ name: 'GET /a', method: 'GET' }, 'tag:a'), false);
  for (const [name, known, wanted] of SPELLINGS) {
    equal(`${name} of ${known}`, nearest(name, known), wanted);
  }
}

/** Ten minutes before the answer, and the same in a zone two hours ahead. */
const SERVED = 'Sun, 29 Nov 2026 10:10:00 GMT';
const MARK = 'q7x0k2m9aa1';

/** What an answer to a create holds, the status, what is known, whose it is. */
const OWNERS = /** @type {[any, number, any, string][]} */ ([
  [{ id: 7 }, 201, {}, 'own'],
  [{ id: 7 }, 200, {}, 'doubtful'],
  [{ id: 7, name: `Lamp ${MARK}` }, 200, {}, 'own'],
  [{ id: 7, mail: `${MARK.toUpperCase()}@x.com` }, 200, {}, 'own'],
  [{ meta: { ref: MARK }, data: { id: 7, name: 'old' } }, 200, {}, 'doubtful'],
  [{ id: 7, name: 'old' }, 201, { sent: { name: MARK } }, 'doubtful'],
  [{ id: 7, name: 'old' }, 201, { sent: { name: 'typed' } }, 'own'],
  [{ id: 7 }, 201, { before: ['7'] }, 'doubtful'],
  [{ id: 7, created_at: '2026-11-29T10:10:00Z' }, 200, {}, 'own'],
  [{ id: 7, created_at: '2026-11-29T12:10:00+02:00' }, 200, {}, 'own'],
  [{ id: 7, created: 1795947000 }, 200, {}, 'own'],
  [{ id: 7, createdAt: 1795947000000 }, 200, {}, 'own'],
  [{ id: 7, createdAt: '2026-11-29T10:00:00Z', name: MARK }, 201, {}, 'foreign'],
  [{ id: 7, creationTimestamp: 1795946400, name: MARK }, 201, {}, 'foreign'],
  [{ id: 7, date_created: '2019-01-01', name: MARK }, 201, {}, 'foreign'],
  // The day of today, and a time in a zone that nobody names, say nothing.
  [{ id: 7, date_created: '2026-11-29' }, 200, {}, 'doubtful'],
  [{ id: 7, created_on: '2026-11-29 12:10:00' }, 200, {}, 'doubtful'],
  [{ id: 7, created_on: '2026-11-29 08:10:00' }, 201, {}, 'own'],
  [
    { id: 7, created: '2019-01-01T00:00:00Z' },
    201,
    { sent: { created: '2019-01-01T00:00:00Z' } },
    'own',
  ],
  [{ id: 7, created_by: 'ann' }, 201, {}, 'own'],
]);

function owners() {
  for (const [content, status, more, wanted] of OWNERS) {
    const response = /** @type {any} */ ({
      status,
      body: JSON.stringify(content),
      headers: { Date: SERVED },
      json: () => content,
    });
    const evidence = { made: [MARK], says: status === 201, since: Date.now(), ...more };
    equal(`owner of ${JSON.stringify(content)} ${status}`, claim(response, 7, evidence), wanted);
  }
}

/** Further generators: those with parts of all kinds, nested, at the end of their ranges. */
const MORE = [
  { make: 'int', min: 5, max: 1 },
  { make: 'number', min: 1, max: 2 },
  { make: 'number', min: 1, max: 2, step: 1e-7 },
  { make: 'number', min: 0.05, max: 0.9, step: 0.25 },
  { make: 'text', min: 0, max: 2, fresh: true },
  { make: 'text', min: 9, max: 60 },
  { make: 'text', min: 5, max: 9, like: 'a b c d e f g h' },
  { make: 'text', min: 20, max: 30, like: '\u{1F600}\u{1F600}', fresh: true },
  { make: 'format', format: 'time' },
  { make: 'format', format: 'other' },
  { make: 'format', format: 'uri', min: 50, max: 60 },
  { make: 'format', format: 'hostname', min: 30, max: 60 },
  { make: 'format', format: 'byte', min: 30, max: 40 },
  { make: 'format', format: 'byte' },
  {
    make: 'pattern',
    parts: [{ chars: 'ab' }, { any: [['x', { chars: 'cd', min: 2 }]], min: 0, max: 3 }],
  },
  { make: 'file', name: 'a.txt', type: 'text/plain', size: 5 },
  { make: 'array', items: { make: 'bool' }, min: 4, unique: true },
  { make: 'array', items: { make: 'int', min: 1, max: 9 }, max: 0 },
  { make: 'array', items: { make: 'int', min: 1, max: 9 }, max: 9 },
  { make: 'map', values: { make: 'bool' } },
  { make: 'map', keys: { pick: ['a'] }, values: { make: 'bool' }, min: 2 },
  {
    make: 'object',
    required: { a: { const: 1 } },
    optional: { b: { make: 'bool' }, c: { make: 'bool' } },
    min: 2,
  },
  { make: 'object', optional: { b: { make: 'bool' }, c: { make: 'bool' } } },
  {
    make: 'object',
    required: { from: { make: 'int', min: 1, max: 9 }, to: { make: 'int', min: 1, max: 9 } },
    ordered: [['from', 'to']],
  },
  {
    make: 'with',
    base: { make: 'object', required: { a: { const: 1 }, 'x.y': { const: 2 } } },
    properties: {
      b: { make: 'bool' },
      'x.y': { const: 3 },
      'p.q.r': { const: 4 },
      'a.z': { const: 5 },
    },
  },
  { make: 'with', base: { const: [1] }, properties: { a: { const: 1 } } },
  { bind: 'known', else: { const: 0 } },
  { bind: 'known', else: { const: 0 }, fits: { type: 'string' } },
  { bind: 'unknown', else: { make: 'int', min: 1, max: 9 } },
];

/** A tree that is as deep as generators may be. */
const TREE = ['one', 'object', 'array', 'map', 'tuple', 'one'].reduce(
  (inner, make) => ({
    make,
    of: [inner, { const: 'b' }],
    items: make === 'tuple' ? [inner] : inner,
    values: inner,
    required: { in: inner },
    optional: { more: inner },
    max: 2,
  }),
  { make: 'array', items: { make: 'one', of: [{ const: 1 }, { const: 2 }] }, max: 2 },
);

function allValues() {
  for (const node of [...KINDS.map(([kind]) => kind), ...MORE, TREE]) {
    const made = combinations([0, 0.5, 1], [1, 2, 3]).map(([optional, seed]) => {
      const from = {
        ...source(seed, optional),
        bound: (slot) => (slot === 'known' ? 17 : undefined),
      };
      const value = makeValue(node, from);
      return from.random.made.length > 0 ? [value, from.random.made] : value;
    });
    shows(JSON.stringify(node).slice(0, 60), made);
  }
}

function allParameters() {
  const writers = { path: inPath, header: inHeader, query: inQuery };
  const written = ['a/b', 7, true, ['x', 'y'], [[1, 2], [3]], { k: 'v', l: [1, null] }];
  for (const [place, style, explode, more] of combinations(
    ['path', 'header', 'query'],
    [undefined, 'simple', 'label', 'matrix', 'form', 'deepObject', 'tabDelimited'],
    [true, false],
    [{}, { json: true }, { reserved: true }, { inner: 'pipeDelimited' }],
  )) {
    const parameter = { name: 'p', style, explode, ...more };
    shows(
      `${place} ${JSON.stringify(parameter)}`,
      written.map((value) => writers[place](parameter, value)),
    );
  }
}

function allBodies() {
  for (const [kind, fields, value] of combinations(
    ['form', 'text', 'xml', 'multipart', 'binary'],
    [undefined, { a: { style: 'pipeDelimited', explode: false }, b: { type: 'text/csv' } }],
    [{ a: [1, 2], b: 'x y', c: { d: true }, e: null }, 'text', 7, [1]],
  )) {
    const made = outcome(() => {
      const { content, contentType } = encodeBody({ type: 'x/y', kind, fields }, value);
      const text =
        typeof content === 'string' ? content : String.fromCharCode(...new Uint8Array(content));
      const boundary = contentType.split('boundary=')[1] ?? '(none)';
      return [text, contentType].map((part) => part.split(boundary).join('BOUNDARY'));
    });
    shows(`${kind} ${JSON.stringify([fields, value])}`, made);
  }
}

/** @param {string} name @returns {string} a variable of the environment, as overrides write it */
function variable(name) {
  return `\${${name}}`;
}

/** Overrides of one operation, good ones and others. */
const OVERRIDES = [
  { skip: 'why' },
  { skip: 1 },
  { ok: [200, '4XX'] },
  { ok: ['600'] },
  { ok: '200' },
  { weight: 0 },
  { weight: -1 },
  { weight: '1' },
  { check: 1 },
  { check: false },
  { values: [] },
  { values: { limit: 1 } },
  { vales: {} },
  { values: { 'query.q': 1, 'path.id': 'a', 'body.a': [1], 'cookie.c': 'x', 'header.X-Own': 'y' } },
  { values: { body: { a: 1 } } },
  { values: { 'header.Authorization': 'x' } },
  { values: { 'query.api_key': 'x' } },
  { values: { 'query.k': 'x' } },
  { values: { 'body.t': 'Bearer abcdefgh' } },
  { values: { 'body.t': [{ in: 'ghp_aaaaaaaaaaaaaaaaaaaaaaaa' }] } },
  { values: { 'body.t': [variable('OWN'), { a: 7 }], 'header.X-Token': variable('OWN') } },
  { values: { 'body.t': variable('NOT_SET') } },
];

const EVERY = [
  { name: 'GET /x', method: 'GET', ok: ['200'], params: [], responses: { 200: {} } },
  {
    name: 'PUT /x/{id}',
    id: 'putX',
    method: 'PUT',
    ok: ['204'],
    params: [
      { in: 'path', name: 'id', gen: { const: 1 } },
      { in: 'query', name: 'q', gen: { const: 1 }, optional: true },
      { in: 'header', name: 'a b', gen: { const: 1 } },
    ],
    ordered: [[0, 1]],
    targets: { 'path.id': '/x#id', 'body.a': '/a#id' },
    body: { types: [{ type: 'a/b', kind: 'json', gen: { make: 'bool' } }, { type: 'c/d' }] },
  },
];

function allOverrides() {
  __ENV.OWN = 'from outside';
  const scheme = { k: { type: 'apiKey', in: 'query', name: 'K' } };
  for (const override of OVERRIDES) {
    const text = JSON.stringify({ operations: { 'PUT *': override } });
    const found = outcome(() => parseOverrides(text));
    shows(`parsed ${text}`, found);
    if (typeof found !== 'string') {
      shows('filled', [outcome(() => fillVariables(found, scheme)), found]);
      for (const row of EVERY) {
        const own = overrideOf(row, {
          ...found,
          'GET /x': { weight: 2 },
          '*': { values: { 'query.z': 1 } },
        });
        shows('applied', [own, applyOverride(row, own)]);
      }
    }
  }
  for (const text of [
    '{',
    '[]',
    '{"selct": 1}',
    '{"operations": []}',
    '{"operations": {"a": 1}}',
    '{}',
  ]) {
    shows(
      `parsed ${text}`,
      outcome(() => parseOverrides(text)),
    );
  }
  for (const own of [
    { 'GET /x': {} },
    { 'GET /y': {} },
    { 'get*': {}, putX: {}, 'zz*': {} },
    { 'GET /z': { skip: true } },
  ]) {
    shows(
      `names ${JSON.stringify(own)}`,
      outcome(() => checkNames(own, EVERY)),
    );
  }
  for (const name of ['a', 'a b', 'X-Y', '']) {
    shows(
      `allowed ${name}`,
      ['header', 'cookie', 'query'].map((place) => isAllowed({ in: place, name })),
    );
  }
}

/** Bodies of answers, and where an id may be in them. */
const BODIES = [
  'null',
  '{}',
  '[]',
  '7',
  '"x"',
  '{',
  '{"id":7,"a":{"id":""}}',
  '[{"id":1},{"id":"two"}]',
  '{"data":{"items":[{"uuid":"u1"},{"uuid":"u2"}]}}',
  '{"pets":[{"Pet-ID":3}]}',
  '{"id":true,"uid":"x"}',
  '{"result":{"result":{"result":{"result":{"result":{"id":1}}}}}}',
  '{"a/b":{"~":5},"id":null}',
];
const PLACES = [
  ['/id'],
  ['/*/id'],
  ['/data/items/*/uuid'],
  ['/a~1b/~0'],
  ['/0/id'],
  ['search:pet,petid,id,uuid,uid'],
  ['header:location'],
  ['request:/key'],
  ['request:/other', '/id'],
  [],
];
const LOCATIONS = [
  undefined,
  '/pets/9',
  'http://x/pets/9/?q=1#f',
  '/other/9',
  '/pets/%E0',
  '/pets/',
  '9',
];

function allAnswers() {
  for (const body of BODIES) {
    const response = answer(201, body);
    const found = PLACES.map((places) =>
      valueAt(response, { key: 'k', other: '' }, places, {
        slot: '/shops/{}/pets#id',
        choose: (count) => count - 1,
        isOwn: (value) => value === 'k',
      }),
    );
    shows(`ids in ${body}`, found);
    for (const row of [
      { types: ['application/json'], is: 'object', required: ['/id'] },
      { is: 'array', required: [['*', 'id']] },
      { is: 'object', nullable: true, required: ['/a/id', '/data/items/*/uuid'] },
      { types: ['text/*'], is: 'string' },
      {},
    ]) {
      const operation = preparing({ responses: { 201: row } });
      const types = ['application/json', 'text/plain', 'application/hal+json; charset=x', ''];
      shows(
        `${body} as ${JSON.stringify(row)}`,
        types.map((type) => checkAnswer(operation, answer(201, body, { 'Content-Type': type }))),
      );
    }
  }
  for (const Location of LOCATIONS) {
    const given = { slot: '/shops/{}/pets#id', choose: () => 0, isOwn: () => true };
    shows(`at ${Location}`, valueAt(answer(201, '', { Location }), {}, ['header:location'], given));
  }
  for (const status of [0, 200, 204, 304, 404, 500]) {
    for (const responses of [
      {},
      { default: {} },
      { '2XX': { is: 'object' } },
      { 404: {} },
      { 304: { is: 'object' } },
    ]) {
      for (const method of ['GET', 'HEAD']) {
        shows(
          `${method} ${status} of ${JSON.stringify(responses)}`,
          checkAnswer(preparing({ method, responses }), answer(status, '', {})),
        );
      }
    }
  }
  for (const type of [undefined, 'string', 'integer', 'number']) {
    for (const more of [
      {},
      { minLength: 2, maxLength: 3 },
      { minimum: 2, maximum: 5 },
      { patterns: ['^a', 'b$'] },
      { enum: ['ab', '3'] },
    ]) {
      const tried = ['', 'a', 'ab', 'abcd', '1', 2, 3, 5, 5.5, 6, -1, 'x1'];
      shows(
        `fits ${type} ${JSON.stringify(more)}`,
        tried.map((value) => isFit(value, { ...more, type })),
      );
    }
  }
}

export default function openapi() {
  allValues();
  allParameters();
  allBodies();
  allOverrides();
  allAnswers();
  styles();
  values();
  ids();
  bodies();
  answers();
  owners();
  names();
  rows();
  overrides();
}
