// Asks the running service what it is, and proposes the lines for suite.env. Used by `load-test.sh doctor`.
//
// Sends about 30 requests and changes nothing.

import { BASE_URL, env, HEALTH_PATHS } from '../../lib/config.js';
import { endpoint, requestQuietly } from '../../lib/http.js';
import { guardTarget } from '../plan/guard.js';
import { healthField } from '../plan/health-document.js';
import { findHealth, findingOf, healthProbes, unready } from '../plan/readiness.js';
import { transportOptions } from '../plan/transport.js';
import { shorten } from '../vu/failures.js';
import { options as frame } from './frame.js';

/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {Record<string, string>} Proposals settings and their values */

guardTarget();

export const options = { ...frame, ...transportOptions(), setupTimeout: '300s' };

/** Paths of API descriptions in use, of FastAPI, Spring, ASP.NET, Django and others. */
const DESCRIPTIONS = [
  ...['/openapi.json', '/v3/api-docs', '/swagger/v1/swagger.json', '/openapi/v1.json'],
  ...['/api/openapi.json', '/api/schema/?format=json', '/swagger.json', '/api-docs', '/q/openapi'],
];

/** Of one request. The first one to a service that has just started may take seconds. */
const TIMEOUT = '10s';
const ANY = { timeout: TIMEOUT, statuses: [{ min: 100, max: 599 }] };

/**
 * @param {string} path
 * @returns {HttpResponse}
 */
const ask = (path) =>
  requestQuietly(endpoint(`doctor ${path}`, `${BASE_URL}${path}`, { ...ANY, phase: 'setup' }));

/**
 * @param {HttpResponse} response
 * @returns {any} undefined: the body is not JSON
 */
function documentOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/** What suite.env says already, a line each. */
const present = open('../../suite.env').split(/\r?\n/);

/**
 * @param {Proposals} proposals added to if the service is on this machine, but not where suite.env says
 */
function findAddress(proposals) {
  const [, port] = /^http:\/\/localhost:(\d+)$/.exec(BASE_URL) ?? [];
  if (port !== undefined) {
    proposals.BACKEND_PORT = port;
  } else if (env.target.isLocal) {
    proposals.BASE_URL = env.target.masked;
  }
}

/** @param {HttpResponse} response */
const isPage = ({ body }) => /^\s*</.test(String(body ?? ''));

/** @param {HttpResponse} response */
const isLoginPage = (response) =>
  isPage(response) && /type\s*=\s*["']?password/i.test(String(response.body));

/**
 * @param {string[]} lines for people; added to
 * @param {Proposals} proposals added to
 */
function findHealthDocument(lines, proposals) {
  const [probe] = healthProbes('health', { timeout: TIMEOUT });
  const answer = requestQuietly(probe);
  const finding = findingOf(probe, answer, 'health');
  if (finding === null) {
    lines.push(
      env.READINESS === 'health'
        ? `Health: ${HEALTH_PATHS[0]} is healthy.`
        : `Health: READINESS=${env.READINESS}, the service need not be healthy.`,
    );
    return;
  }
  const field = healthField(answer);
  if (field !== undefined) {
    lines.push(`Health: ${HEALTH_PATHS[0]} is healthy, by its field ${field}.`);
    proposals.HEALTH_FIELDS = field;
    return;
  }
  const [found] = findHealth({ timeout: TIMEOUT }).filter(
    ({ path, response }) => path !== '/' || !isPage(response),
  );
  if (found === undefined) {
    lines.push(`Health: no health document found. ${finding.text}`, ...tried(finding));
    proposals.READINESS = 'answer';
    return;
  }
  const { path, response } = found;
  lines.push(
    `Health: ${path} answers ${response.status}, ${shorten(response.body).slice(0, 80) || 'empty body'}`,
  );
  proposals.HEALTH_PATHS = path;
  const elsewhere = healthField(response);
  const words = wordsFor(response);
  if (elsewhere !== undefined) {
    proposals.HEALTH_FIELDS = elsewhere;
  } else if (words !== undefined) {
    proposals.HEALTH_STATUS_WORDS = words;
  }
}

/** @param {{ advice: string }} finding */
const tried = ({ advice }) => (advice === '' ? [] : [`Try: ${advice}`]);

/**
 * @param {HttpResponse} response
 * @returns {string | undefined} undefined: the default words fit
 */
function wordsFor(response) {
  const text = String(response.body ?? '').trim();
  const word = String(documentOf(response)?.status ?? text)
    .replaceAll('"', '')
    .toLowerCase();
  if (env.HEALTH_STATUS_WORDS.includes(word)) {
    return undefined;
  }
  return text === '' ? 'empty' : /^[\w .-]{1,30}$/.test(word) ? word : '*';
}

/**
 * @param {string[]} lines
 * @param {Proposals} proposals
 * @returns {any} the API description; undefined: there is none
 */
function findDescription(lines, proposals) {
  for (const path of new Set([env.OPENAPI_PATH, ...DESCRIPTIONS])) {
    const response = ask(path);
    const document = response.status === 200 ? documentOf(response) : undefined;
    if (document?.paths !== undefined) {
      const count = Object.keys(document.paths).length;
      lines.push(`API description: ${path}, ${count} paths.`);
      if (path !== env.OPENAPI_PATH) {
        proposals.OPENAPI_PATH = path;
      }
      return document;
    }
  }
  lines.push('API description: none found; runs leave it out.');
  proposals.OPENAPI_PATH = '/none';
  return undefined;
}

/**
 * @param {any} document
 * @param {string[]} lines
 * @param {Proposals} proposals
 */
function findPrefix(document, lines, proposals) {
  const paths = Object.keys(document?.paths ?? {});
  if (paths.length === 0 || env.API_PREFIX === '') {
    return;
  }
  const base = /^(?:https?:\/\/[^/]+)?(\/.*)?$/.exec(document.servers?.[0]?.url ?? '')?.[1] ?? '';
  if (!paths.some((path) => `${base}${path}`.startsWith(`${env.API_PREFIX}/`))) {
    lines.push(`API prefix: no path of the description is below ${env.API_PREFIX}.`);
    proposals.API_PREFIX = base.replace(/\/$/, '') || '/';
  }
}

/**
 * The settings for a security scheme of an API description.
 *
 * @param {any} scheme
 * @returns {Proposals | undefined}
 */
function settingsFor(scheme) {
  const { type, flows = {}, scheme: word = '', in: place, name } = scheme;
  const at = (/** @type {string} */ url) =>
    /^https?:/.test(url) ? url : `/${url.replace(/^\//, '')}`;
  if (type === 'oauth2' && flows.password) {
    const path = at(flows.password.tokenUrl);
    return { AUTH_MODE: 'login', LOGIN_FORMAT: 'form', LOGIN_FROM: 'base', LOGIN_PATH: path };
  }
  if (type === 'oauth2' && flows.clientCredentials) {
    return { AUTH_MODE: 'oauth2', OAUTH2_TOKEN_URL: at(flows.clientCredentials.tokenUrl) };
  }
  if (type === 'apiKey') {
    return { AUTH_MODE: 'api-key', API_KEY_IN: place, API_KEY_NAME: name };
  }
  return type === 'http' && /^(basic|bearer)$/i.test(word)
    ? { AUTH_MODE: word.toLowerCase() }
    : undefined;
}

/**
 * @param {any} document
 * @param {HttpResponse} root
 * @param {string[]} lines
 * @param {Proposals} proposals
 */
function findLogin(document, root, lines, proposals) {
  const schemes = Object.entries(document?.components?.securitySchemes ?? {});
  const known = schemes.find(([, scheme]) => settingsFor(scheme) !== undefined);
  if (known !== undefined) {
    const settings = settingsFor(known[1]) ?? {};
    lines.push(
      `Authentication: the description names ${known[0]} (${/** @type {any} */ (known[1]).type}).`,
    );
    Object.assign(proposals, settings);
    return;
  }
  const challenge = root.headers['Www-Authenticate'] ?? '';
  const location = root.headers.Location ?? '';
  if (root.status === 401 && /^(basic|bearer|digest|ntlm|negotiate)/i.test(challenge)) {
    const mode = challenge.split(/[ ,]/)[0].toLowerCase().replace('negotiate', 'ntlm');
    lines.push(`Authentication: the service asks for ${mode} credentials.`);
    proposals.AUTH_MODE = mode;
  } else if (isLoginPage(root)) {
    lines.push('Authentication: a login page answers at /.');
    Object.assign(proposals, { AUTH_MODE: 'session', LOGIN_PATH: '/' });
  } else if (/login|sign-?in|auth/i.test(location)) {
    const path = location.replace(/^https?:\/\/[^/]+/, '').replace(/\?.*$/, '');
    lines.push(`Authentication: / redirects to the login ${path}.`);
    Object.assign(proposals, { AUTH_MODE: 'session', LOGIN_PATH: path });
  } else {
    lines.push(
      env.AUTH_MODE === 'none'
        ? 'Authentication: nothing found. docs/auth.md lists the settings.'
        : `Authentication: nothing found that contradicts AUTH_MODE=${env.AUTH_MODE}.`,
    );
  }
}

/** What has to be exported for each way to authenticate. @type {Proposals} */
const EXPORTS = {
  login: 'TEST_USER_EMAIL, TEST_USER_PASSWORD',
  session: 'TEST_USER_EMAIL, TEST_USER_PASSWORD',
  basic: 'TEST_USER_EMAIL, TEST_USER_PASSWORD',
  digest: 'TEST_USER_EMAIL, TEST_USER_PASSWORD',
  ntlm: 'TEST_USER_EMAIL, TEST_USER_PASSWORD',
  bearer: 'BEARER_TOKEN',
  'api-key': 'API_KEY',
  oauth2: 'OAUTH2_CLIENT_SECRET (and OAUTH2_CLIENT_ID in suite.env)',
};

/** @returns {{ lines: string[], proposals: Proposals, isUp: boolean }} */
export function setup() {
  /** @type {string[]} */
  const lines = [];
  /** @type {Proposals} */
  const proposals = {};
  const root = ask('/');
  if (root.status === 0) {
    const [probe] = healthProbes('answer', { timeout: TIMEOUT });
    const { text, advice } = unready(probe, 'answer') ?? { text: '', advice: '' };
    lines.push(`No service: ${text}`, ...tried({ advice }));
    return { lines, proposals, isUp: false };
  }
  lines.push(`Service: ${env.target.masked} answers (/: status ${root.status}).`);
  findAddress(proposals);
  findHealthDocument(lines, proposals);
  const document = findDescription(lines, proposals);
  findPrefix(document, lines, proposals);
  findLogin(document, root, lines, proposals);
  if (isPage(root) && document === undefined && proposals.READINESS !== undefined) {
    lines.push('This looks like a website, not an API: check BASE_URL and BACKEND_PORT.');
  }
  return { lines, proposals, isUp: true };
}

/**
 * @param {{ setup_data?: ReturnType<typeof setup> }} data
 * @returns {Record<string, string>}
 */
export function handleSummary({ setup_data: found }) {
  if (found === undefined) {
    return {};
  }
  const { lines, proposals, isUp } = found;
  // Values come from the service: only those that are plain text go into a file.
  const settings = Object.keys(proposals)
    .filter((name) => /^[\w./:?=&*,~-]+$/.test(proposals[name]))
    .map((name) => `${name}=${proposals[name]}`)
    .filter((line) => !present.includes(line));
  const secrets = EXPORTS[proposals.AUTH_MODE];
  const text = [
    ...lines,
    ...(settings.length > 0
      ? ['', 'For tests/load/suite.env:', ...settings.map((one) => `  ${one}`)]
      : []),
    ...(secrets === undefined ? [] : ['', `To export: ${secrets}`]),
    ...(isUp && settings.length === 0 ? ['', 'The settings fit.'] : []),
  ];
  return {
    stdout: `${text.join('\n')}\n`,
    ...(env.RESULTS_DIR && { [`${env.RESULTS_DIR}/.proposals`]: `${settings.join('\n')}\n` }),
  };
}

export { default } from './frame.js';
