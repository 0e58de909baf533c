// What a run plans: load, targets and options, by test and settings.

import { certainLoad, plannedLoad, wholeLoad } from '../engine/plan/planned-load.js';
import { asSegment, optionsOf } from '../engine/plan/options.js';
import { planForVus, planTest } from '../engine/plan/plan.js';
import { measurable, overrides, targetsOf, warnOfIgnored } from '../engine/plan/targets.js';
import { withNewNames } from '../engine/vu/old-names.js';
import '../engine/vu/timeline.js';
import { combinations, expectations, outcome, shows } from './expect.js';
import { checking, LOCAL, logging, REMOTE, withSettings } from './support/stand-ins.js';

export const options = expectations(0);

const SHAPES = {
  steady: { executor: 'constant-vus', vus: 10, duration: '2m' },
  ramp: {
    executor: 'ramping-vus',
    startVUs: 0,
    stages: [
      { duration: '30s', target: 4 },
      { duration: '1m', target: 4 },
      { duration: '30s', target: 0 },
    ],
  },
  rate: { executor: 'constant-arrival-rate', rate: 9, duration: '1m', preAllocatedVUs: 5 },
  shared: { executor: 'shared-iterations', vus: 3, iterations: 7, maxDuration: '1m' },
  each: { executor: 'per-vu-iterations', vus: 3, iterations: 7, maxDuration: '1m' },
};
const LIST = { name: 'GET /items', kind: 'api_read', method: 'GET', url: '/items', options: {} };
const ADD = { name: 'POST /items', kind: 'api_write', method: 'POST', url: '/items', options: {} };
const HEALTH = { name: 'health', kind: 'health', method: 'GET', url: '/health', options: {} };

const own = (shape, more = {}) => ({
  name: 'orders',
  defaultLoad: { scenario: 'orders_main', shape },
  endpoints: [LIST],
  ...more,
});
const scenario = (profile, more = {}) => ({ name: profile, profile, endpoints: [HEALTH], ...more });

/** Tests, most of them with one thing that others do not have. */
const SPECS = {
  steady: own(SHAPES.steady),
  ramp: own(SHAPES.ramp, { gracefulStop: '10s', overall: 'api_read', heavy: true }),
  'own ramp-down': own({ ...SHAPES.ramp, gracefulRampDown: '20s' }, { gracefulStop: '10s' }),
  rate: own(SHAPES.rate, { gracefulStop: '10s', tags: { team: 'a' } }),
  shared: own(SHAPES.shared, { exec: 'once', standard: 'health' }),
  each: own(SHAPES.each, { endpoints: [LIST, ADD], metrics: ['orders'], thresholds: { orders: ['count>1'] } }), // prettier-ignore
  'without endpoints': own(SHAPES.steady, { endpoints: [], thresholds: { seen: ['count>0'] } }),
  'metrics by duration': own(SHAPES.steady, { metrics: (ms) => [`m${ms}`], thresholds: { m120000: ['avg<1'], other: ['avg<1'] } }), // prettier-ignore
  always: own(SHAPES.steady, { always: () => ({ checks: ['rate==1'], http_reqs: ['count>9'] }) }),
  'with options': own(SHAPES.steady, { options: { noConnectionReuse: true }, scenario: 'named' }),
  companions: own(SHAPES.steady, {
    endpoints: [LIST, ADD],
    companions: [
      { scenario: 'reports', exec: 'reports', shape: SHAPES.ramp, during: [0.25, 0.75], env: { A: '1' } },
      { scenario: 'arrivals', exec: 'arrivals', shape: { ...SHAPES.rate, rate: 90 }, scales: false, tags: { role: 'x' } },
      { scenario: 'brief', exec: 'brief', shape: { ...SHAPES.rate, timeUnit: '1m' }, during: [0.999, 1] },
    ],
  }), // prettier-ignore
  'needs a profile': { name: 'bare', endpoints: [] },
  unplannable: own({ executor: 'externally-controlled', vus: 1, duration: '1m' }),
  smoke: scenario('smoke'),
  load: scenario('load', { main: { tags: { part: 'main' } } }),
  stress: scenario('stress'),
  spike: scenario('spike', { thresholds: { http_req_failed: ['rate<0.5'] } }),
};

const SETTINGS = {
  'no settings': {},
  'few users': { VUS: 3 },
  'many users': { VUS: 500 },
  'less time': { DURATION: '10s', TIME_SCALE: 0.5 },
  'a rate': { RATE: 30 },
  'a rate elsewhere': { RATE: 3000, target: REMOTE },
  'a heavy rate elsewhere': { RATE: 3000, target: REMOTE, ALLOW_HEAVY: true },
  'a rate by few users': { RATE: 3000, VUS: 7 },
};

const made = [];
const keep = (name, make) => made.push([name, logging(() => outcome(make))]);

function loads() {
  const scaled = ['steady', 'ramp', 'rate', 'shared', 'companions', 'smoke'];
  const all = [
    ...combinations(Object.keys(SPECS), ['no settings']),
    ...combinations(scaled, Object.keys(SETTINGS).slice(1)),
  ];
  for (const [name, settings] of all) {
    keep(`load of ${name} with ${settings}`, () =>
      withSettings({ target: LOCAL, ...SETTINGS[settings] }, () => {
        const load = plannedLoad(SPECS[name]);
        const whole = wholeLoad(SPECS[name], load);
        const { vus, rate, durationMs } = certainLoad(whole);
        return [load, whole.vus, whole.rate, whole.heavyTest, [vus, rate, durationMs]];
      }),
    );
  }
  for (const [PROFILE, name] of combinations(
    ['', 'smoke', 'smoke-ramping', 'load', 'nope'],
    ['steady', 'smoke', 'companions'],
  )) {
    keep(`${name} with PROFILE=${PROFILE}`, () =>
      withSettings({ PROFILE }, () => plannedLoad(SPECS[name])),
    );
  }
}

function targets() {
  const settings = [
    { PROFILE_SET: 'core', WORKLOAD: 'core' },
    { PROFILE_SET: 'desk', WORKLOAD: 'desk' },
    { PROFILE_SET: 'desk', WORKLOAD: 'core' },
    { PROFILE_SET: 'desk', WORKLOAD: 'desk', RATE: 5 },
    { PROFILE_SET: 'desk', WORKLOAD: 'desk', THINK_TIME: 1.5 },
    { PROFILE_SET: 'none', WORKLOAD: 'none', SLO: 'critical' },
    { SLO: 'target', THRESHOLDS: 'http_req_failed=rate<0.2;orders=count>3' },
    { THRESHOLDS: 'http_req_duratio=p(95)<3' },
  ];
  const profiles = [undefined, 'smoke', 'load', 'stress'];
  for (const [each, profile] of combinations(settings, profiles)) {
    keep(`targets of ${profile} with ${JSON.stringify(each)}`, () =>
      withSettings(each, () => targetsOf(SPECS.load, profile, 50)),
    );
  }
  keep('targets of fewer users', () =>
    withSettings(settings[1], () => targetsOf(SPECS.load, 'load', 49)),
  );
  keep('targets of a test', () => targetsOf(SPECS.each, 'load', 50));
  keep('targets of a heavy test', () => targetsOf(SPECS.each, 'breakpoint', 50));
  keep('of another profile', () => withSettings({ PROFILE_SET: 'desk', WORKLOAD: 'desk' }, () => targetsOf(SPECS.steady, 'load', 50))); // prettier-ignore
  const all = {
    http_req_duration: ['p(95)<1'],
    'http_req_duration{stage:peak}': ['p(95)<2'],
    'http_req_duration{stage:peak,kind:api_read}': ['p(95)<3'],
    'http_req_duration{expected_response:true}': ['p(95)<4'],
    'http_req_duration{name:x}': ['p(95)<5'],
    checks: ['rate>0.9'],
    ws_connecting: ['avg<1'],
  };
  for (const name of ['ramp', 'steady', 'without endpoints']) {
    keep(`measured by ${name}`, () => measurable(SPECS[name], all));
    keep(`measured by ${name}, one asked for`, () =>
      withSettings({ THRESHOLDS: 'http_req_duration=p(95)<9' }, () => [
        measurable(SPECS[name], all),
        overrides(),
      ]),
    );
  }
  const asked = { THRESHOLDS: 'a=count>1;b=count>1;http_req_duration{name:api}=p(95)<1' };
  keep('ignored', () => withSettings(asked, () => warnOfIgnored(() => ({ b: [] }))));
  keep('nothing ignored', () => warnOfIgnored(() => { throw new Error('asked'); })); // prettier-ignore
}

function allOptions() {
  const settings = [
    { RUN_ID: 'r1', INSECURE_SKIP_TLS_VERIFY: true, HOSTS: { 'a.test': '127.0.0.1' }, REQUEST_TIMEOUT: '5s' },
    { SEGMENT: '2/3', THRESHOLDS: 'checks=rate>0.5;http_req_duration=p(98)<9,p(50)<3' },
    { SEGMENT: '*/3', ENVIRONMENT: 'a\\' },
  ]; // prettier-ignore
  for (const [name, spec] of Object.entries(SPECS)) {
    keep(`options of ${name}`, () => optionsOf(spec, plannedLoad(spec), undefined));
  }
  for (const each of settings) {
    keep(
      `options with ${JSON.stringify(each)}`,
      () =>
      withSettings(each, () => asSegment(optionsOf(SPECS.steady, plannedLoad(SPECS.steady), undefined))), // prettier-ignore
    );
  }
  for (const name of ['steady', 'companions', 'smoke']) {
    keep(`plan for the VUs of ${name}`, () => planForVus(SPECS[name]));
  }
  keep('an abort in a segment', () => asSegment({ thresholds: { a: ['count>1', { threshold: 'count>2', abortOnFail: true }, { threshold: 'count>3', abortOnFail: false }] } })); // prettier-ignore
}

/** Definitions that say something else than they do. */
function mistakes() {
  const of = (more) => own(SHAPES.steady, { support: [HEALTH], ...more });
  const wrong = [
    of({ options: { scenarios: {}, stages: [], noConnectionReuse: true } }),
    of({ thresholds: { 'http_req_duration{name:GET /items}': [], 'checks{name:health}': [] } }),
    of({ thresholds: { 'http_req_duration{name:GET /x}': [], 'checks{name:api}': [] } }),
    of({ thresholds: { 'checks{kind:api_read}': [], 'checks{kind:api_read,stage:a}': [] } }),
    of({ thresholds: { 'checks{kind:health}': [], 'http_reqs{name:POST /items,stage:a}': [] } }),
    of({ thresholds: { mine: [], http_reqs: [] }, metrics: ['yours'] }),
    of({ thresholds: { mine: [], yours: [] }, metrics: ['yours', 'mine'] }),
    of({ thresholds: { mine: [] }, metrics: () => [] }),
  ];
  wrong.forEach((spec, index) => {
    for (const isFirst of [true, false]) {
      keep(`mistakes ${index} ${isFirst}`, () =>
        withSettings({ target: LOCAL }, () => Object.keys(planTest(spec, () => true, isFirst).options.thresholds ?? {}).length)); // prettier-ignore
    }
  });
  keep('another target', () => withSettings({ target: REMOTE }, () => planTest(of({}), () => true, true))); // prettier-ignore
  keep('in a segment', () => withSettings({ target: LOCAL, SEGMENT: '1/2' }, () => planTest(of({}), () => true, false).options)); // prettier-ignore
  keep('with a login', () => withSettings({ target: LOCAL, AUTH_MODE: 'login' }, () => planTest(own(SHAPES.steady), () => true, true).options.thresholds)); // prettier-ignore
  const old = { name: 'old', own: { key: 'k', shape: SHAPES.steady }, beside: [{ key: 'b' }] };
  for (const vu of [0, 1]) {
    globalThis.__VU = vu;
    keep('old names', () => [old, { key: 'k' }, { a: 1 }].map(withNewNames));
  }
}

/** Read at init by the first VU, so that the others may. */
const PEM = 'k6/cases/none.json';
const KEY = 'k6/cases/rows.csv';
[PEM, KEY].forEach((path) => open(`../${path}`));

function certificates() {
  const none = { CLIENT_KEY: '', CLIENT_KEY_PASSWORD: '' };
  const rows = [{ CLIENT_CERT: PEM }, { CLIENT_CERT: PEM, CLIENT_KEY: KEY, CLIENT_KEY_PASSWORD: 'p' }, { CLIENT_CERT: 'nope.pem' }]; // prettier-ignore
  for (const row of rows) {
    const of = () => optionsOf(SPECS.steady, plannedLoad(SPECS.steady), undefined).tlsAuth;
    keep(`certificate ${JSON.stringify(row)}`, () => withSettings({ ...none, ...row }, of));
  }
}

/** What happens before and after the load: planned at init, done in the iteration. */
const STARTS = {
  here: {},
  'as a part': { SEGMENT: '1/20' },
  'without its baseline': { BASELINE: 'none' },
  elsewhere: { target: REMOTE, VUS: 1, ALLOWED_HOSTS: ['shop.example.com'], MAX_REMOTE_VUS: 9 },
  'elsewhere with too many': { target: REMOTE, ALLOWED_HOSTS: ['shop.example.com'], MAX_REMOTE_VUS: 9 }, // prettier-ignore
};
const ALONE = { target: LOCAL, READINESS: 'none', GENERATOR_LIMITS: {} };
const log = (text) => () => console.log(text);
const planned = () =>
  Object.entries(STARTS).map(([name, settings]) => [
    name,
    withSettings(
      { ...ALONE, ...settings },
      () =>
      planTest({ ...own(SHAPES.steady), prepare: log('prepared'), finish: log('finished') }, () => true, true), // prettier-ignore
    ),
  ]);
const plans = __VU === 1 ? planned() : [];

function ends() {
  const timeless = (value) =>
    JSON.parse(JSON.stringify(value).replace(/\d{4}-[\d-]+T[\d:.]+Z/g, 'now'));
  for (const [name, { setup }] of plans) {
    const all = withSettings({ ...ALONE, ...STARTS[name] }, () =>
      logging(() => checking(() => outcome(setup))),
    );
    shows(`set-up ${name}`, timeless(all));
  }
  const { teardown } = plans[0][1];
  shows('teardown', timeless([undefined, { startedAt: 'then' }].map((info) => logging(() => teardown(/** @type {any} */ (info))).logged))); // prettier-ignore
}

if (__VU === 1) {
  certificates();
  loads();
  targets();
  allOptions();
  mistakes();
}

export default function plan() {
  ends();
  for (const [name, { made: value, logged }] of made) {
    shows(name, logged.length > 0 ? [value, logged] : value);
  }
}
