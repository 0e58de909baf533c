// A walk over an API: which requests follow from the answers, what is taken for its own, deleted, and said.

import { env } from '../lib/config.js';
import { expectations, outcome, shows } from './expect.js';
import { answering, checking, grouping, logging, withSettings } from './support/stand-ins.js';

export const options = expectations(0);

const id = (slot) => ({ in: 'path', name: 'id', gen: { bind: slot, else: { make: 'int', min: 1, max: 9 } } }); // prettier-ignore
const json = (required) => ({ required: true, types: [{ type: 'application/json', kind: 'json', gen: { make: 'object', required } }] }); // prettier-ignore
const NAME = { make: 'text', min: 8, max: 12, fresh: true };
const PET = '/pets#id';
const TOY = '/pets/{}/toys#id';
const one = { ok: ['200'], responses: { 200: { types: ['application/json'], is: 'object' } } };
const pet = {
  journey: 'pets',
  ...one,
  params: [id(PET)],
  url: ['/pets/', 'id', ''],
  auth: [['key']],
};
const ROWS = [
  { name: 'list', method: 'GET', url: ['/pets'], journey: 'pets', role: 'list', ok: ['200'], responses: { 200: { types: ['application/json'], is: 'array' } }, gives: { [PET]: ['/*/id'] }, auth: [['key']], params: [{ in: 'query', name: 'q', gen: { const: 'a b' } }, { in: 'header', name: 'X-H', gen: { const: 'h' } }, { in: 'cookie', name: 'c', gen: { const: 'd' } }] },
  { name: 'add', method: 'POST', url: ['/pets'], journey: 'pets', role: 'create', ok: ['201'], responses: { 201: {} }, body: json({ name: NAME }), gives: { [PET]: ['/id', 'header:location'] }, undo: 'drop', auth: [['key']] },
  { ...pet, name: 'read', method: 'GET', role: 'read', needs: { [PET]: ['add', 'list'] } },
  { ...pet, name: 'change', method: 'PUT', role: 'update', body: json({ name: NAME }), needs: { [PET]: ['add'] }, targets: { 'path.id': PET } },
  { name: 'add toy', method: 'POST', url: ['/pets/', 'id', '/toys'], journey: 'toys', role: 'create', params: [id(PET)], ok: ['201'], responses: { 201: {} }, gives: { [TOY]: ['/id'] }, needs: { [PET]: ['add'] }, targets: { 'path.id': PET } },
  { ...pet, name: 'drop', method: 'DELETE', role: 'delete', ok: ['204'], responses: { 204: {} }, needs: { [PET]: ['add'] }, targets: { 'path.id': PET } },
  { name: 'log out', method: 'POST', url: ['/logout'], journey: 'x', role: 'action', ...one, danger: 'ends the session' },
]; // prettier-ignore
const HEADER = { format: 2, document: { title: 'T' }, base: '/v9', schemes: { key: { type: 'apiKey', in: 'query', name: 'k' } } }; // prettier-ignore
const TABLE = [HEADER, ...ROWS].map((row) => JSON.stringify(row)).join('\n');

/** The modules read the table at init; this is what they find. */
function loaded() {
  const { open } = globalThis;
  globalThis.open = (path, mode) =>
    /operations\.jsonl$/.test(path) ? TABLE : /overrides\.json$/.test(path) ? '{}' : open(path, mode); // prettier-ignore
  const settings = { OPENAPI_SEED: 7, OPENAPI_KEY: 's3cret', OPENAPI_WRITES: 'always', OPENAPI_DANGEROUS: ['log out'] }; // prettier-ignore
  try {
    return withSettings(settings, () => ({
      ...require('../engine/features/openapi/journeys.js'),
      ...require('../engine/features/openapi/table.js'),
      ...require('../engine/features/openapi/report.js'),
      ...require('../engine/features/openapi/probe.js'),
    }));
  } finally {
    globalThis.open = open;
  }
}
const api = loaded();

/** A service that keeps what it is given, and answers otherwise where it is told to. */
function service(changes = {}) {
  let next = 10;
  const things = /** @type {Record<string, any>} */ ({});
  return ({ method, url, body }) => {
    const path = url.replace(/^.*\/v9/, '').replace(/\?.*$/, '');
    const sent = /^\{/.test(body ?? '') ? JSON.parse(body) : {};
    const other = changes[`${method} ${path.replace(/\d+/, 'N')}`];
    const usual = () => {
      if (method === 'POST') {
        next += 1;
        things[`${path}/${next}`] = { ...sent, id: next };
        return { status: 201, body: things[`${path}/${next}`] };
      }
      if (path === '/pets') {
        return { body: Object.values(things) };
      }
      const found = things[path];
      if (method === 'DELETE') {
        delete things[path];
        return { status: found ? 204 : 404 };
      }
      return found ? { body: { ...found, ...sent } } : { status: 404, body: {} };
    };
    return typeof other === 'function' ? other(usual, sent) : (other ?? usual());
  };
}

const lost = (usual, how) => {
  usual();
  return how;
};
const SERVICES = {
  fine: {},
  'foreign list': { 'GET /pets': { body: [{ id: 1 }, { id: 2 }] } },
  'empty list': { 'GET /pets': { body: [] }, 'POST /pets': { status: 500 } },
  'create lost': { 'POST /pets': (usual) => lost(usual, { status: 500, body: {} }) },
  'create unanswered': { 'POST /pets': (usual) => lost(usual, { error: 'EOF' }) },
  'create refused': { 'POST /pets': { status: 422, body: { detail: 'no' } } },
  'create conflicts': { 'POST /pets': { status: 409, body: { id: 3 } } },
  'create of another': { 'POST /pets': { status: 200, body: { id: 3, name: 'other', created_at: '2020-01-01T00:00:00Z' } } }, // prettier-ignore
  'create without a name': {
    'POST /pets': (usual) => ({ status: 200, body: { id: usual().body.id } }),
  },
  'create by location': { 'POST /pets': (usual) => ({ status: 201, headers: { Location: `/v9/pets/${usual().body.id}` } }) }, // prettier-ignore
  'not deleted': { 'DELETE /pets/N': { status: 500 } },
  'deleted before': { 'DELETE /pets/N': { status: 410 } },
  'delete unanswered': { 'DELETE /pets/N': { error: 'EOF' } },
  'not found': { 'GET /pets/N': { status: 404, body: {} } },
  'key refused': {
    'GET /pets': { status: 401, body: { got: 's3cret' } },
    'POST /pets': { status: 401 },
  },
  teaches: { 'PUT /pets/N': (usual, { name }) => (name.length > 5 ? { status: 422, body: { errors: { name: ['must be at most 5 characters'] } } } : usual()) }, // prettier-ignore
};

/** What a step asks, observes, checks and logs. */
function told(name, answer, make) {
  const asked = [];
  const seen = [];
  const ask = (sent) => {
    const { Accept, 'Content-Type': type, ...headers } = sent.params.headers ?? {};
    asked.push([
      sent.method,
      sent.url.replace(/^https?:\/\/[^/]*/, ''),
      sent.body,
      { ...headers, type, Accept },
    ]);
    return answer(sent);
  };
  const observe = ({ name: of }, { response, ok }) => seen.push([of, response.status, ok]);
  const { logged, made } = logging(() => grouping(() => checking(() => answering(ask, () => outcome(() => make(observe) ?? null))))); // prettier-ignore
  const checked = made.made.checked.map(([check, holds]) => `${holds ? '' : 'not '}${check}`);
  const lines = logged.map((line) => line.replace(/\n[^]*/, ' (stack)'));
  const left = made.groups.filter((group) => /^left/.test(group));
  shows(name, [asked, seen, checked, left, lines, made.made.made, made.slept.length]);
}

function walks() {
  const sweep = (observe) => {
    for (let index = 0; index < api.counts.sweep; index += 1) {
      api.runWalk(api.walkAt('sweep', index), api.createRandom(1, index), false, observe);
    }
  };
  shows('counts', [api.counts, api.seed, api.base, api.walkAt('walks', 0), api.operationAt(3)]);
  for (const [name, changes] of Object.entries(SERVICES)) {
    told(`sweep: ${name}`, service(changes), sweep);
  }
  told('one', service(), (observe) => api.runWalk({ operations: [4], weight: 1 }, api.createRandom(3), false, observe)); // prettier-ignore
  told('in proportion', service(), (observe) => api.runWalk({ operations: [0, 0, 0, 0, 0, 0], weight: 2 }, api.createRandom(3), true, observe)); // prettier-ignore
  const deleted = { operations: [1, 5, 2, 5, 3], weight: 1 };
  told('after a delete', service(), (observe) => api.runWalk(deleted, api.createRandom(3), false, observe)); // prettier-ignore
  told('after a lost delete', service({ 'DELETE /pets/N': { status: 500 } }), (observe) => api.runWalk(deleted, api.createRandom(3), false, observe)); // prettier-ignore
  const wrong = () => {
    throw new Error('an observer that throws');
  };
  told('a mistake', service(), () => api.runWalk({ operations: [0, 1], weight: 1 }, api.createRandom(3), false, wrong)); // prettier-ignore
  shows(
    'no such generator',
    outcome(() => api.generatorOf('nope')),
  );
  for (const optional of [0, 1]) {
    withSettings({ OPENAPI_OPTIONAL: optional }, () => told(`first iteration ${optional}`, service(), (observe) => api.runJourneys(observe))); // prettier-ignore
  }
}

function ends() {
  const { requestHeaders } = env;
  withSettings({ requestHeaders: { ...requestHeaders, 'X-Own': '1' } }, () => {
    told('last', service(), () => api.sendLast());
  });
  told('announced', service(), () => api.announce());
  shows('endpoints', [api.endpointsOfRun(), api.support]);
  const metrics = {};
  for (const checks of [
    [],
    [{ name: 'list status 401, declared: 200' }],
    [{ name: 'add status 201 is declared' }],
  ]) {
    shows('coverage', api.coverage(metrics, undefined, { checks }));
  }
}

export default function openapiWalks() {
  walks();
  ends();
}
