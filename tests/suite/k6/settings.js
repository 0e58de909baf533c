import { choice, duration, integer, limits, number } from '../engine/settings/kinds.js';
import { parseEnvFile, readSettings } from '../engine/settings/reading.js';
import { SETTINGS } from '../engine/settings/table.js';
import { equal, expectations, holds, throws } from './expect.js';

const CASES = JSON.parse(open('./cases/env-files.json')).cases;
const read = (environment, file = {}) => readSettings(SETTINGS, environment, file);

export const options = expectations(52);

export default function settings() {
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

  const kinds = [
    [integer(2, 20, 5, 'x'), ['1', '2', '20', '21', '02', '2.5', ''], [undefined, 2, 20, undefined, undefined, undefined, undefined]],
    [number(0.5, 2, 1, 'x'), ['0.4', '0.5', '2', '2.1', '.5', '1e0'], [undefined, 0.5, 2, undefined, undefined, undefined]],
    [limits(['a', 'b'], 'x'), ['a=1', 'a=1.5, b=2', 'a=', 'c=1', 'a=1,c=1'], [{ a: 1 }, { a: 1.5, b: 2 }, undefined, undefined, undefined]],
    [duration('1s', 'x'), ['999ms', '1s', '1m30s', '1'], [undefined, '1s', '1m30s', undefined]],
    [choice(['a', 'b'], 'a', 'x'), ['a', 'b', 'c', 'A'], ['a', 'b', undefined, undefined]],
  ]; // prettier-ignore
  for (const [kind, texts, wanted] of kinds) {
    equal(`${kind.accepts}: ${texts}`, texts.map(kind.read), wanted);
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
