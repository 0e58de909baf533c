// What is refused before any load: targets, loads, a small machine, names that outputs lose.

import { guardTarget } from '../engine/plan/guard.js';
import { checkGenerator } from '../engine/plan/generator.js';
import { finish, start } from '../engine/plan/lifecycle.js';
import { isStorable, refuseChecks, refuseName, refuseTags } from '../engine/plan/naming.js';
import { combinations, expectations, outcome, shows } from './expect.js';
import { answering, LOCAL, logging, REMOTE, withSettings } from './support/stand-ins.js';

export const options = expectations(0);

const HOST = { ALLOWED_HOSTS: ['*.example.com'] };

function targets() {
  const settings = {
    'a local target': { target: LOCAL },
    'another one': { target: REMOTE },
    'a listed one': { target: REMOTE, ...HOST },
    'only confirmed': { target: REMOTE, CONFIRM_TARGET: ['Shop.Example.com'] },
    'only allowed': { target: REMOTE, ALLOW_REMOTE: true, CONFIRM_TARGET: ['other.test'] },
    both: { target: REMOTE, ALLOW_REMOTE: true, CONFIRM_TARGET: ['Shop.Example.com'] },
    'a login elsewhere': { target: LOCAL, AUTH_MODE: 'login', LOGIN_PATH: 'https://id.test/in', REFRESH_PATH: 'https://id.test/re' },
    'a session elsewhere': { target: LOCAL, AUTH_MODE: 'session', LOGIN_PATH: 'https://id.test/in' },
    'tokens elsewhere': { target: LOCAL, AUTH_MODE: 'oauth2', OAUTH2_TOKEN_URL: 'https://id.test/t' },
    'tokens here': { target: LOCAL, AUTH_MODE: 'oauth2', OAUTH2_TOKEN_URL: 'http://localhost:1/t' },
    'not used': { target: LOCAL, AUTH_MODE: 'none', LOGIN_PATH: 'https://id.test/in' },
  }; // prettier-ignore
  for (const [name, each] of Object.entries(settings)) {
    shows(
      name,
      withSettings(each, () => outcome(() => guardTarget())),
    );
  }
  const own = { setting: 'DATABASE_URL', ...REMOTE, host: 'db.test', masked: 'postgres://db.test' };
  shows('targets of a test', withSettings({ target: REMOTE }, () => outcome(() => guardTarget(undefined, { targets: [own, own] })))); // prettier-ignore
}

function loads() {
  const most = { MAX_REMOTE_VUS: 100, MAX_REMOTE_RATE: 50, MAX_REMOTE_DURATION: '1h' };
  const intents = [
    { vus: 100, rate: 50, durationMs: 3600000 },
    { vus: 101, durationMs: 1 },
    { vus: 1, rate: 51, durationMs: 1 },
    { vus: 1, durationMs: 3600001 },
    { vus: 999, rate: 999, durationMs: 9999999 },
    { profile: 'stress', vus: 1, durationMs: 1 },
    { vus: 1, durationMs: 1, heavyTest: 'memory' },
    { profile: 'spike', vus: 1, durationMs: 1, heavyTest: 'memory' },
  ];
  const where = [{ target: REMOTE }, { target: LOCAL }, { target: REMOTE, ALLOW_HEAVY: true }];
  for (const [settings, intent] of combinations(where, intents)) {
    const guard = () => guardTarget({ profile: 'smoke', ...intent });
    shows(
      `${settings.target.host} ${settings.ALLOW_HEAVY ?? ''} ${JSON.stringify(intent)}`,
      withSettings({ ...HOST, ...most, ...settings }, () => outcome(guard)),
    );
  }
}

function machine() {
  const none = {};
  const rows = [
    [none, { vus: 9999, rate: 9999 }],
    [{ descriptors: 130 }, { vus: 100 }],
    [{ descriptors: 129 }, { vus: 100 }],
    [{ descriptors: 129 }, { vus: 100, rate: 0 }],
    [{ descriptors: 129 }, { vus: 100, rate: 5 }],
    [{ descriptors: 129, ports: 99 }, { vus: 100 }],
    [{ processes: 40, conntrack: 100, ports: 100, memory: 50, space: 1950 }, { vus: 100 }],
    [{ processes: 39, conntrack: 99, ports: 99, memory: 49, space: 1949 }, { vus: 100 }],
    [{ memory: 50, space: 1950 }, { vus: 101 }],
    [{ cores: 1 }, { vus: 1, rate: 1000 }],
    [{ cores: 1 }, { vus: 1, rate: 1001 }],
    [{ cores: 2 }, { vus: 1, rate: 2001 }],
  ];
  for (const [[limits, load], SEGMENT] of combinations(rows, ['', '1/3'])) {
    shows(
      `${JSON.stringify(limits)} for ${JSON.stringify(load)} ${SEGMENT}`,
      withSettings({ GENERATOR_LIMITS: limits, SEGMENT }, () =>
        logging(() => outcome(() => checkGenerator(load))),
      ),
    );
  }
}

function names() {
  const texts = ['GET /a', 'a,b', "'a", 'a"', 'a"b', 'a\nb', 'a\tb', 'a\\', 'a\\b', 'a b', ''];
  for (const text of texts) {
    shows(JSON.stringify(text), [
      isStorable(text),
      outcome(() => refuseName(text)),
      outcome(() => refuseTags('tags', { fine: 'a', team: text })),
      outcome(() => refuseChecks('checks', { fine: 1, [text]: 2 })),
    ]);
  }
  shows('none', [isStorable(7), refuseTags('tags'), refuseChecks('checks')]);
}

function starts() {
  const run = { profile: 'smoke', vus: 3, durationMs: 90000 };
  const begin = (more, answer, ...args) => {
    const made = logging(() =>
      withSettings({ target: LOCAL, GENERATOR_LIMITS: {}, ...more }, () =>
        answering(
          () => answer,
          () => outcome(() => start(run, ...args)),
        ),
      ),
    );
    return JSON.parse(JSON.stringify(made).replace(/"startedAt":"[^"]*"/, '"startedAt":"now"'));
  };
  const healthy = { body: 'ok' };
  shows('healthy', begin({}, healthy));
  shows('not so', begin({}, { status: 404 }));
  shows('without advice', begin({}, { status: 500 }));
  shows('any answer', begin({}, { status: 500 }, 'answer', 'https://a.test'));
  shows('not verified', begin({ INSECURE_SKIP_TLS_VERIFY: true }, healthy));
  shows('by a small machine', begin({ GENERATOR_LIMITS: { cores: 1, memory: 1 } }, healthy));
  __ENV.HTTP_PROXY = 'proxy.test:1';
  shows('by a proxy', begin({}, healthy, 'none', 'http://me@shop.test:80/x'));
  const proxied = { ...REMOTE, masked: 'http://***@shop.example.com', scheme: 'http' };
  shows('a proxy that is not listed', withSettings({ target: proxied, ...HOST }, () => outcome(() => guardTarget()))); // prettier-ignore
  delete __ENV.HTTP_PROXY;
  const ended = logging(() => finish(/** @type {any} */ ({ startedAt: 'then' }))).logged[0];
  shows('end', ended.replace(/ended [\d-]+T[\d:.]+Z$/, 'ended now'));
}

export default function refusals() {
  targets();
  loads();
  machine();
  names();
  starts();
}
