import { choice, duration, integer, limits, number } from '../engine/settings/kinds.js';
import * as kinds from '../engine/settings/kinds.js';
import { headersOf, isSecretHeader, parseHeaders } from '../engine/settings/headers.js';
import { HEALTH_PRESETS, healthOf } from '../engine/settings/health.js';
import { parseCsv } from '../engine/settings/csv.js';
import { parseJson } from '../engine/settings/json.js';
import { parseEnvFile, readEnvironment, readSettings } from '../engine/settings/reading.js';
import { SETTINGS } from '../engine/settings/table.js';
import { combinations, equal, expectations, holds, outcome, shows, throws } from './expect.js';

const CASES = JSON.parse(open('./cases/env-files.json')).cases;
const read = (environment, file = {}) => readSettings(SETTINGS, environment, file);

/** Environments, and what is read of them at init. */
const ENVIRONMENTS = [
  { BASE_URL: '', BACKEND_PORT: '8123', WORKLOAD: '' },
  { BASE_URL: 'https://me:pw@Shop.test:8443/x', WORKLOAD: 'desk', HOST_HEADER: 'shop' },
  { HEALTH_PRESET: 'rails', HEADERS: 'X-A: 1|X-B: 2', SECRET_HEADERS: 'X-Key: Token s3cr3t' },
  { READINESS: 'tcp', HEALTH_PRESET: 'k8s', AUTH_MODE: 'bearer', BEARER_TOKEN: 'a b+c' },
  { VUS: '0', SEGMENT: '4/3' },
];
const READ = ENVIRONMENTS.map((environment) => {
  const before = { ...__ENV };
  Object.assign(__ENV, environment);
  const { HEALTH_PATHS, HEALTH_STATUSES, HEALTH_STATUS_WORDS, ...all } = outcome(() => {
    const values = readEnvironment();
    return 'BASE_URL' in environment ? values : { ...values, target: undefined };
  });
  const names = ['target', 'WORKLOAD', 'requestHeaders', 'secrets', 'AUTH_MODE'];
  Object.keys(environment).forEach((name) => delete __ENV[name]);
  Object.assign(__ENV, before);
  return [HEALTH_PATHS, HEALTH_STATUSES, HEALTH_STATUS_WORDS, names.map((name) => all[name])];
});
const WRONG = ENVIRONMENTS.map((environment) => outcome(() => readSettings(SETTINGS, environment, {}).VUS)); // prettier-ignore

export const options = expectations(52);

/** What each kind of setting makes of texts. */
function texts() {
  const raw = ['', ' ', '0', '1', '1.5', '007', '1e3', '1234567890', '/', '/a', '/a b', '/a,b', 'a', 'a,b', ' a , b ', ',', 'a=1', 'a=1,b=2', 'a=1&b=%20', 'a=5%', 'a=%ff', 'a', 'true', 'TRUE', 'false', 'X-A: 1', 'X-A:1 | X-B: 2', 'X-A', 'Authorization: x', 'http://h', 'https://h:99999', 'ftp://h', '1s', '999ms', '1m30s', '200', '2xx', '600', '20x', '1/4', '4/4', '5/4', '1/1', '*/3', '0/4', '100/999', 'load-1.2', '-a']; // prettier-ignore
  const rows = {
    text: kinds.text('', 'x'),
    secret: kinds.secret('x'),
    integer: kinds.integer(1, 7, 1, 'x'),
    number: kinds.number(0, 1.5, 1, 'x'),
    limits: kinds.limits(['a', 'b'], 'x'),
    flag: kinds.flag(true, 'x'),
    url: kinds.url('', 'x'),
    path: kinds.path('', 'x'),
    list: kinds.list([], 'x'),
    headers: kinds.headers('x'),
    secrets: kinds.secretHeaders('x'),
    pairs: kinds.pairs('x', 'pairs'),
    address: kinds.address('', 'x'),
    fields: kinds.fields('x'),
    ...Object.fromEntries(['API_PREFIX', 'HEALTH_PATHS', 'HEALTH_STATUSES', 'WORKLOAD', 'SEGMENT', 'BASELINE'].map((name) => [name, SETTINGS[name]])),
  }; // prettier-ignore
  for (const [name, row] of Object.entries(rows)) {
    shows(`kind ${name}`, [row.accepts, row.fallback, row.secret]);
    const made = raw.map((one) => [one, outcome(() => row.read(one))]);
    shows(
      `read as ${name}`,
      made.filter(([, value]) => value !== undefined),
    );
  }
  const choices = Object.entries(SETTINGS).filter(([, { accepts }]) =>
    accepts.startsWith('one of'),
  );
  shows('choices', choices.map(([name, row]) => [name, row.accepts.slice(7).split(', ').map(row.read)])); // prettier-ignore
}

function headers() {
  for (const raw of ['', 'A: 1', ' A : 1 |\nB:2|', 'A: ', ': 1', 'A B: 1', 'A: 1 | B', 'A: b: c']) {
    shows(`headers ${JSON.stringify(raw)}`, parseHeaders(raw));
  }
  const names = ['X-Api-Key', 'apikey', 'Cookie', 'X-TOKEN', 'X-Tenant', 'Set-Session', 'Accept'];
  shows('secret headers', names.filter(isSecretHeader));
  const table = { A: { secret: true }, B: { secret: true }, C: {} };
  for (const [A, B, HOST_HEADER] of combinations(
    ['', 'abc', 'abcd', 'Bearer abc', 'bearer a b&c'],
    [{}, { X: 'Basic  dXNlcg==', Y: 'abcd' }],
    ['', 'h'],
  )) {
    const values = { A, B, C: 'public', HEADERS: { V: '1', X: '2' }, SECRET_HEADERS: B, HOST_HEADER }; // prettier-ignore
    shows(`secrets of ${JSON.stringify([A, B])}`, headersOf(values, /** @type {any} */ (table)));
  }
}

function health() {
  const presets = [undefined, ...Object.keys(HEALTH_PRESETS)];
  const defaults = { HEALTH_PATHS: [], HEALTH_STATUSES: ['2xx'], HEALTH_STATUS_WORDS: [], API_PREFIX: '/v1' }; // prettier-ignore
  for (const [HEALTH_PRESET, READINESS] of combinations(presets, ['health', 'tcp'])) {
    shows(`${HEALTH_PRESET} ${READINESS}`, healthOf({ ...defaults, HEALTH_PRESET, READINESS }));
  }
  const own = { HEALTH_PATHS: ['/h'], HEALTH_STATUS_WORDS: ['Fine'], HEALTH_PRESET: 'rails' };
  shows('own words', healthOf({ ...defaults, ...own, READINESS: 'health' }));
  shows('own words, any answer', healthOf({ ...defaults, ...own, READINESS: 'answer' }));
}

function tables() {
  const files = ['a,b\n1,2\n', '\uFEFFa, b\r\n"1,""x",\r\n\r\n', 'a\n\n1\n""\n2', 'a,b\n1\n', 'a\n1,2', 'a\n1"2\n', 'a\n"1', '', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'a\n<<<<<<< HEAD\n1\n']; // prettier-ignore
  for (const file of files) {
    shows(`CSV ${JSON.stringify(file)}`, outcome(() => parseCsv(file, 'x.csv'))); // prettier-ignore
  }
  for (const file of [
    '{"a":1}',
    '{"a":',
    '',
    'version https://git-lfs.github.com/spec/v1\n',
    '[\n<<<<<<< HEAD\n1,\n=======\n2,\n>>>>>>> b\n]',
  ]) {
    // prettier-ignore
    shows(`JSON ${JSON.stringify(file)}`, outcome(() => parseJson(file, 'x.json'))); // prettier-ignore
  }
}

export default function settings() {
  texts();
  headers();
  health();
  tables();
  READ.forEach((found, index) => shows(`environment ${index}`, found));
  shows('refused', WRONG);
  for (const { text, values, error } of CASES) {
    if (error === undefined) {
      equal(`read ${JSON.stringify(text)}`, parseEnvFile(text, 'x.env'), values);
    } else {
      throws(
        `refuse ${JSON.stringify(text)}`,
        () => parseEnvFile(text, 'x.env'),
        new RegExp(`^Error: x\\.env:${error}: expected KEY=value`),
      );
    }
  }

  const defaults = read({});
  equal('users', defaults.VUS, undefined);
  equal('port', defaults.BACKEND_PORT, 8000);
  equal('words', defaults.HEALTH_STATUS_WORDS, []);
  equal('set', defaults.PROFILE_SET, 'core');
  equal('think time', defaults.THINK_TIME, 1);
  equal(
    'caps',
    [defaults.MAX_REMOTE_VUS, defaults.MAX_REMOTE_RATE, defaults.MAX_REMOTE_DURATION],
    [100, 100, '1h'],
  );
  equal(
    'closed by default',
    [
      defaults.ALLOW_REMOTE,
      defaults.ALLOW_HEAVY,
      defaults.ALLOW_WRITES,
      defaults.INSECURE_SKIP_TLS_VERIFY,
    ],
    [false, false, false, false],
  );

  const tried = [
    [integer(2, 20, 5, 'x'), ['1', '2', '20', '21', '02', '2.5', ''], [undefined, 2, 20, undefined, undefined, undefined, undefined]],
    [number(0.5, 2, 1, 'x'), ['0.4', '0.5', '2', '2.1', '.5', '1e0'], [undefined, 0.5, 2, undefined, undefined, undefined]],
    [limits(['a', 'b'], 'x'), ['a=1', 'a=1.5, b=2', 'a=', 'c=1', 'a=1,c=1'], [{ a: 1 }, { a: 1.5, b: 2 }, undefined, undefined, undefined]],
    [duration('1s', 'x'), ['999ms', '1s', '1m30s', '1'], [undefined, '1s', '1m30s', undefined]],
    [choice(['a', 'b'], 'a', 'x'), ['a', 'b', 'c', 'A'], ['a', 'b', undefined, undefined]],
  ]; // prettier-ignore
  for (const [kind, raw, wanted] of tried) {
    equal(`${kind.accepts}: ${raw}`, raw.map(kind.read), wanted);
  }
  equal(
    'examples',
    [integer(1, 5, 1, 'x'), integer(20, 30, 20, 'x'), integer(1, 99, 1, 'x')].map(({ accepts }) =>
      accepts.replace(/^.*such as /, ''),
    ),
    ['5', '20', '10'],
  );

  equal('file', read({}, { VUS: '5' }).VUS, 5);
  equal('environment wins', read({ VUS: '6' }, { VUS: '5' }).VUS, 6);
  equal('empty is unset', read({ VUS: '' }, { VUS: '5' }).VUS, 5);
  equal('both empty', read({ VUS: '' }, { VUS: '' }).VUS, undefined);
  equal('no prefix', read({ API_PREFIX: '/' }).API_PREFIX, '');
  equal('prefix with a slash behind', read({ API_PREFIX: '/api/' }).API_PREFIX, '/api');
  equal('list', read({ HEALTH_PATHS: ' /a , /b,' }).HEALTH_PATHS, ['/a', '/b']);
  equal('flag', read({ ALLOW_WRITES: 'true' }).ALLOW_WRITES, true);
  equal('url', read({ BASE_URL: 'http://LOCALHOST:1/x/' }).BASE_URL, 'http://localhost:1/x');
  throws(
    'all mistakes',
    () => read({ VUS: 'a', SLO: 'b' }, { DURATION: 'c' }),
    /VUS=a: [^]*DURATION=c in suite\.env: [^]*SLO=b: /,
  );
  throws(
    'a secret in the file',
    () => read({}, { API_KEY: 'canary' }),
    /API_KEY in suite\.env: secrets come from the environment/,
  );
  throws('which is not shown', () => read({}, { API_KEY: 'canary' }), /^(?![^]*canary)/);
  throws(
    'credentials are not shown',
    () => read({ BASE_URL: 'http://me:canary@x:99999' }),
    /^(?![^]*canary)[^]*BASE_URL=http:\/\/\*\*\*@x:99999/,
  );
  throws(
    'nor misspelt ones',
    () => read({ BASE_URL: 'me:canary@x' }),
    /^(?![^]*canary)[^]*BASE_URL=\*\*\*@x/,
  );
  holds(
    'every setting is explained',
    Object.values(SETTINGS).every(({ about, accepts }) => about.length > 10 && accepts.length > 5),
  );
}
