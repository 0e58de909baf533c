// Whether a service is ready, and which setting to change if it is not.

import { BASE_URL } from '../lib/config.js';
import { endpoint } from '../lib/http.js';
import {
  absent,
  askUsualPaths,
  healthIn,
  healthProbes,
  unready,
} from '../engine/plan/readiness.js';
import { expectations, shows } from './expect.js';
import { answering, LOCAL, logging, REMOTE, withSettings } from './support/stand-ins.js';

export const options = expectations(0);

const ERRORS = [
  'Get "x": http: server gave HTTP response to HTTPS client',
  'malformed HTTP response "\\x00\\x00\\x12\\x04\\x00"',
  'malformed HTTP response "SSH-2.0"',
  'remote error: tls: certificate required',
  'x509: certificate signed by unknown authority',
  'x509: certificate is valid for a.test, not b.test',
  'x509: certificate has expired or is not yet valid',
  'dial tcp: lookup shop: no such host',
  'read tcp 1.2.3.4:5: connection reset by peer',
  'dial tcp 127.0.0.1:1: connect: connection refused',
  'request timeout',
  'Get "x": readLoopPeekFailLocked: %!w(<nil>)',
  'Get "x": readLoopPeekFailLocked: read tcp 1.2.3.4:5: connection reset by peer',
  'Get "x": http: server closed idle connection',
];

const HTML = { headers: { 'Content-Type': 'text/html' } };
const to = (Location, status = 302) => ({ status, headers: { Location } });
const ANSWERS = [
  { body: { status: 'healthy' } },
  { body: { status: 'DOWN' } },
  { body: { state: 'all good', id: 1 } },
  { body: { up: 1 } },
  { body: '' },
  { body: 'fine' },
  { body: 'x'.repeat(41) },
  { body: '<html>', ...HTML },
  { body: 'no page', ...HTML },
  { status: 299, body: '<html>' },
  to('/health/'),
  to('/api/v1/health/', 301),
  to(`${BASE_URL}/api/v1/health/`, 307),
  to(`${BASE_URL}/login`, 308),
  to('https://other.test/api/v1/health'),
  to('https://other.test/login', 303),
  to('https://other.test', 300),
  { status: 399 },
  { status: 400, body: 'Client sent an HTTP request to an HTTPS server.' },
  { status: 400, body: 'No required SSL certificate was sent' },
  { status: 400, body: 'Invalid host header' },
  { status: 400, body: 'other' },
  { status: 401 },
  { status: 403 },
  { status: 404 },
  { status: 405 },
  { status: 407 },
  { status: 410, body: 'gone\n<b>' },
  { status: 421 },
  { status: 500, body: { status: 'healthy' } },
  { status: 503, body: { status: 'DOWN' } },
];

const FIELDS = [
  { state: 'UP' },
  { ok: true, data: { state: 'up' } },
  { name: 'shop', debug: true, data: { state: 'up' } },
  { status: 'DOWN', data: { state: 'up' } },
  { data: { status: 'running' } },
];

const shown = (value) => JSON.parse(JSON.stringify(value).replaceAll(BASE_URL, 'BASE'));

function findings() {
  const ask = (given, readiness) =>
    shown(answering(() => given, () => healthProbes(readiness).map((probe) => unready(probe, readiness)))); // prettier-ignore
  const few = { HEALTH_STATUS_WORDS: ['healthy', 'up'] };
  for (const [where, target] of Object.entries({ LOCAL, REMOTE })) {
    withSettings({ target, ...few }, () => {
      for (const error of ERRORS) {
        shows(`${where} ${error}`, ask({ error }, 'health'));
      }
    });
  }
  withSettings({ target: LOCAL, ...few }, () => {
    for (const given of ANSWERS) {
      shows(JSON.stringify(shown(given)), ask(given, 'health'));
    }
    for (const readiness of ['answer', 'tcp', 'none']) {
      for (const given of [{ status: 500 }, { error: ERRORS[9] }, { error: ERRORS[2] }]) {
        shows(`${readiness} ${JSON.stringify(given)}`, ask(given, readiness));
      }
    }
    withSettings({ HEALTH_STATUS_WORDS: ['up', 'true'] }, () => {
      for (const body of FIELDS) {
        shows(`another field ${JSON.stringify(body)}`, ask({ body }, 'health')[0].advice);
      }
    });
    const words = { HEALTH_STATUS_WORDS: ['*'], HEALTH_STATUSES: ['2xx', '404'] };
    shows('any word', withSettings(words, () => ask({ status: 500 }, 'health'))); // prettier-ignore
    shows('by default', withSettings({ READINESS: 'answer' }, () => answering(() => ({ status: 500 }), () => healthProbes().map((probe) => unready(probe))))); // prettier-ignore
  });
  shows('probes', shown(['health', 'tcp'].map((each) => healthProbes(each, { timeout: '2s' }))));
}

function elsewhere() {
  const paths = { '/healthz': { status: 'DOWN' }, '/ping': 'ok', '/': '<html>' };
  const asked = [];
  const answer = ({ url, params }) => {
    const path = url.slice(BASE_URL.length);
    asked.push([path, params.timeout]);
    return path === '/status' ? { status: 199 } : path === '/up' ? { status: 299, body: 'up' } : path in paths ? { body: paths[path] } : { status: 300 }; // prettier-ignore
  };
  shows(
    'found',
    answering(answer, () => healthIn(askUsualPaths({ timeout: '2s' })).map(({ path }) => path)),
  );
  shows('asked', asked);
}

function optional() {
  const statuses = [200, 401, 403, 404, 405, 410, 500];
  const asked = /** @type {string[]} */ ([]);
  const answer = ({ url }) => {
    asked.push(url.slice(BASE_URL.length));
    return { status: Number(/\d+$/.exec(url)?.[0]) };
  };
  const endpoints = [
    ...statuses.map((status) => endpoint(`at ${status}`, `${BASE_URL}/${status}`, { optional: true })), // prettier-ignore
    endpoint('needed', `${BASE_URL}/404`),
    endpoint('nowhere', `${BASE_URL}/none`, { optional: true }),
  ];
  shows(
    'absent',
    logging(() => answering(answer, () => absent(endpoints))),
  );
  shows('asked', asked);
}

export default function ready() {
  findings();
  elsewhere();
  optional();
}
