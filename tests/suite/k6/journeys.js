// What scenarios and resource tests do in an iteration: which requests, in which order, and what is made of the answers.

import exec from 'k6/execution';
import { BASE_URL } from '../lib/config.js';
import { defineTest, pause, thinkTime } from '../lib/define.js';
import { endpoint, formText, request } from '../lib/http.js';
import { inTurn } from '../lib/helpers.js';
import { defineResourceTest, resource, rowsOf } from '../lib/resources.js';
import { readRows, randomRow, rowInTurn, rowOfVu, rowOnce } from '../lib/rows.js';
import { uniqueName } from '../lib/unique-name.js';
import { defineScenario, plansOfJourneys } from '../lib/scenario.js';
import { expectations, outcome, shows } from './expect.js';
import { answering, grouping, logging } from './support/stand-ins.js';

const named = () => ({ name: uniqueName('Lamp') });

/** Resources: every kind of step, ids of every source. */
const ROWS = {
  whole: {
    path: '/pets',
    group: 'pets',
    list: 'data',
    withinMs: 50,
    steps: [
      { do: 'list', query: 'limit=2', pause: [1, 2] },
      { do: 'create', body: named, trend: 'pet_duration', counter: 'pets_made', group: 'make', pause: 0.5 },
      { do: 'read', pause: 0 },
      { do: 'search', terms: ['a', 'b'] },
      { do: 'update', body: named, method: 'PUT' },
      { do: 'add', below: 'toys', body: named },
      { do: 'remove' },
    ],
    thresholds: { pet_duration: ['p(95)<9'], errors: ['rate<0.5'] },
  },
  listed: { path: '/cats', group: 'cats', list: 'array', id: 'uuid', steps: [{ do: 'list' }, { do: 'read', trend: 'cat_duration' }] },
  'listed below': { path: '/dogs', group: 'dogs', list: 'items', steps: [{ do: 'list' }, { do: 'read' }, { do: 'list' }] },
  given: { path: '/specs', group: 'specs', list: 'array', steps: [{ do: 'read', ids: ['x', 'y'], statuses: [200, 404] }, { do: 'list' }] },
}; // prettier-ignore
const WRONG = { ...ROWS.whole, steps: [{ do: 'add', body: named }] };

const HEALTH = endpoint('health', '/health', { kind: 'health' });
const ITEMS = endpoint('GET /items', '/items', { kind: 'api_read' });
const PAGE = endpoint('page', '/page', { kind: 'page' });
const visit = (target) => {
  const response = request(target);
  return { response, ok: response.status === 200 };
};
const step = (target, more = {}) => ({ endpoint: target, think: [1, 3], visit, ...more });
const journeys = {
  whole: { order: 'all', steps: [step(HEALTH, { group: 'up' }), step(ITEMS, { maxDuration: 7 }), step(PAGE, { maxDuration: 8 })] },
  weighted: { order: 'weighted', steps: [step(HEALTH, { weight: 0.2 }), step(ITEMS, { weight: 0.8 })] },
}; // prettier-ignore
const blind = {
  endpoints: [PAGE],
  run: () => void visit(PAGE),
  metrics: ['blind'],
  prepare: () => {},
};

// At init, as metrics and modules are.
const made = Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, resource(row)]));
const refused = outcome(() => resource(WRONG));
const shape = { executor: 'constant-vus', vus: 1, duration: '1s' };
const scenarios = {
  whole: defineScenario('smoke', { scenario: 'all_of_it', ...journeys.whole }),
  weighted: defineScenario('load', { scenario: 'mix', ...journeys.weighted }),
  companions: defineScenario('spike', {
    scenario: 'two',
    exec: 'main',
    journey: blind,
    companions: [{ scenario: 'other', exec: 'other', journey: blind, shape }],
  }),
};
const pets = defineResourceTest('pets & co', [ROWS.whole, ROWS.given]);
const plain = defineTest({
  name: 'plain',
  defaultLoad: { scenario: 'plain', shape },
  endpoints: [ITEMS],
});
const files = ['data/users.json', 'k6/cases/rows.csv', 'k6/cases/none.json', 'nope.csv'].map(
  (file) => String(outcome(() => readRows(file).length)).replace(/stat .*/, 'no file'),
);

export const options = expectations(0);

const shown = (value) =>
  JSON.parse(
    JSON.stringify(value)
      .replaceAll(BASE_URL, 'BASE')
      .replaceAll('/api/v1', '')
      .replace(/1[789]\d{11}/g, 'time'),
  );

/** Shows the requests, groups, pauses, and what is observed and logged. */
function told(name, answer, make, ...randoms) {
  const asked = [];
  const seen = [];
  const { random } = Math;
  Math.random = () => randoms[(asked.length + seen.length) % randoms.length] ?? 0.5;
  const observe = ({ name: of }, { response, ok }) => seen.push([of, response.status, ok]);
  const ask = (sent) => {
    asked.push([sent.method, sent.url, sent.body]);
    return answer(sent);
  };
  try {
    const all = logging(() => grouping(() => answering(ask, () => outcome(() => make(observe)))));
    const { made: inner, logged } = all;
    const lines = logged.map((line) => line.replace(/\n[^]*/, ' (stack)'));
    shows(name, shown([asked, inner.groups.filter((group) => !/^(failed resp)/.test(group)), inner.slept, seen, lines, inner.made ?? null])); // prettier-ignore
  } finally {
    Math.random = random;
  }
}

function resources() {
  for (const [name, { endpoints, metrics, thresholds }] of Object.entries(made)) {
    shows(`journey ${name}`, shown({ endpoints, metrics, thresholds }));
  }
  shows('refused', refused);
  const pet = { id: 7, name: '' };
  const lists = {
    '/pets': { data: [pet] },
    '/cats': [{ uuid: 'u1' }, { uuid: 'u2' }],
    '/dogs': { items: [{ id: 3 }, { id: 4 }] },
    '/specs': [],
  };
  const store = ({ method, url, body }) => {
    const path = url.replace(/^.*\/api\/v1/, '').replace(/\?.*$/, '');
    if (method === 'POST' && path === '/pets') {
      Object.assign(pet, JSON.parse(body), { id: pet.id + 1 });
      return { status: 201, body: pet };
    }
    if (method === 'DELETE') {
      return { status: 204 };
    }
    const id = path.split('/')[2];
    return { body: lists[path] ?? (id === 'search' ? lists['/pets'] : { id: Number(id) || id, uuid: id }) };
  }; // prettier-ignore
  for (const [name, journey] of Object.entries(made)) {
    told(name, store, journey.run, 0.2);
    told(`${name}, other choices`, store, journey.run, 0.9, 0.7);
    told(`${name}, not observed`, store, () => journey.run(), 0.2);
    told(`${name}, refused`, () => ({ status: 404, body: {} }), journey.run);
    told(`${name}, empty`, () => ({ status: 200, body: {} }), journey.run);
    told(`${name}, no answer`, () => ({ error: 'EOF' }), journey.run);
  }
  const lose = (how) => (sent) => {
    const response = store(sent);
    return sent.method === 'POST' ? how : response;
  };
  for (const how of [{ status: 500 }, { error: 'EOF' }, { error: 'refused' }, { body: {} }]) {
    told(`a lost create: ${JSON.stringify(how)}`, lose(how), made.whole.run);
  }
  told('of another resource', lose({ status: 500 }), made.listed.run);
  const other = (sent) => (sent.method === 'GET' ? { body: { id: 8, data: [] } } : store(sent));
  told('another entry', other, made.whole.run);
  const same = (sent) => (sent.method === 'POST' ? { status: 201, body: { id: 1 } } : store(sent));
  told('an id', same, made.whole.run);
  told('the same id again, after a deletion', same, made.whole.run);
  const kept = (sent) => (sent.method === 'DELETE' ? { status: 500 } : same(sent));
  told('an entry that stays', kept, made.whole.run);
  told('the same id again', kept, made.whole.run);
  told('late', (sent) => ({ ...store(sent), timings: { duration: 50 } }), made.whole.run);
  told('a test of two', store, () => pets.iteration({ startedAt: 'now' }));
  shows('test', [Object.keys(pets), pets.durationMs, pets.stages, pets.journey.thresholds]);
  const table = { a: 1, b: 2 };
  shows('rows', [['a'], [], ['b', 'c']].map((names) => outcome(() => rowsOf(/** @type {any} */ (table), names)))); // prettier-ignore
}

function workloads() {
  const answers = [{ status: 200 }, { status: 500 }, { error: 'EOF' }];
  for (const answer of answers) {
    for (const [name, each] of Object.entries(scenarios)) {
      const data = { startedAt: 'now', without: name === 'whole' ? ['page'] : [] };
      told(`${name} ${JSON.stringify(answer)}`, () => answer, () => each.iteration(data), 0.1); // prettier-ignore
    }
  }
  const whole = { startedAt: 'now', without: [] };
  told(
    'all steps',
    () => ({}),
    () => scenarios.whole.iteration(whole),
    0.1,
  );
  told(
    'the other one',
    () => ({}),
    () => scenarios.weighted.iteration(whole),
    0.3,
  );
  told(
    'a companion',
    () => ({}),
    () => scenarios.companions.functions.other(whole),
  );
  shows(
    'functions',
    Object.entries(scenarios).map(([, { functions }]) => Object.keys(functions)),
  );
  const facts = ({ endpoints, metrics, thresholds, support, gracefulStop, run, prepare }) => [
    endpoints.map(({ name }) => name),
    [metrics, thresholds, support?.map(({ name }) => name), gracefulStop],
    [run.length, typeof prepare],
  ];
  for (const list of [[], [blind], [blind, blind]]) {
    const plans = Object.entries(plansOfJourneys(list));
    shows('plans', plans.map(([name, { journey }]) => [name, facts(journey)])); // prettier-ignore
  }
  const observed = { endpoints: [ITEMS], run: (observe) => void observe, thresholds: { a: [] }, support: [HEALTH], gracefulStop: '5s' }; // prettier-ignore
  for (const list of [
    [blind, observed],
    [observed, observed],
    [blind, blind],
  ]) {
    shows('in turn', facts(inTurn(/** @type {any} */ (list))));
  }
  told('pauses', () => ({}), () => { pause(0); pause(2); thinkTime(); thinkTime(0, 0); thinkTime(2, 4); }, 0.5); // prettier-ignore
}

function iterations() {
  const wrong = () => {
    throw new Error('wrong');
  };
  const kinds = { value: () => 7, nothing: () => null, async: () => Promise.resolve(7), wrong };
  for (const [name, iteration] of Object.entries(kinds)) {
    told(`iteration: ${name}`, () => ({}), () => plain.run(iteration)({ startedAt: 'x' })); // prettier-ignore
  }
}

/** What is sent of each kind of body, and how. */
function bodies() {
  const target = endpoint('POST /files', '/files?a=1', { method: 'POST', headers: { 'X-A': '1' } });
  const bytes = new Uint8Array([1, 2, 3, 4]);
  const sent = [];
  const see = ({ url, body, params }) => {
    const isBytes = body instanceof ArrayBuffer;
    sent.push([url, isBytes ? [...new Uint8Array(body)] : body, params.headers]);
    return {};
  };
  const details = [
    undefined,
    {},
    { query: 'b=2' },
    { path: { id: 'a/b' } },
    { body: 'text' },
    { body: { a: 1 } },
    { body: [1] },
    { body: 7 },
    { body: null },
    { body: new Map() },
    { body: () => {} },
    { body: bytes.buffer },
    { body: bytes.subarray(1, 3) },
    { body: { file: { filename: 'f', content_type: 't' } } },
    { body: { file: { filename: 'f' } } },
    { form: { a: 'x y', b: 2 } },
    { form: { a: 1 }, headers: { 'Content-Type': 'text/x', B: '2' } },
    { body: bytes.buffer, headers: { 'Content-Type': 'image/png' } },
  ];
  const failures = details.map((each) =>
    answering(see, () => outcome(() => request(target, each).status)),
  );
  shows('sent', shown(sent));
  shows('refused', failures.filter((one) => one !== 200)); // prettier-ignore
  const item = endpoint('GET /a/{id}', '/a/{id}');
  shows('without an id', String(outcome(() => request(item, { path: {} }))).replace(BASE_URL, ''));
}

function rows() {
  shows('files', files);
  const list = ['a', 'b', 'c'];
  shows('rows of the first iteration', [exec.scenario.iterationInTest, rowInTurn(list), rowOfVu(list), rowOnce(list), rowOnce([]) ?? null]); // prettier-ignore
  told(
    'random rows',
    () => ({}),
    () => randomRow(list),
    0.99,
  );
  shows('form', formText({ 'a b': 'c&d', e: 1 }));
}

export default function iterate() {
  resources();
  workloads();
  iterations();
  bodies();
  rows();
}

/** What the metrics of the journeys got. */
export const handleSummary = ({ metrics }) => {
  const names = ['errors', 'error_rate', 'error_count', 'request_duration', 'health_duration', 'api_duration', 'pet_duration', 'pets_made', 'cat_duration', 'script_errors'];
  for (const name of names) {
    const { contains, values = {} } = metrics[name] ?? {};
    const { passes, fails, count, min, max, avg } = values;
    shows(name, [contains, passes, fails, count, min, max, avg].filter((value) => value !== undefined));
  }
  return {};
}; // prettier-ignore
