// Asks the running service what it is, and proposes the lines for suite.env. Used by `load-test.sh doctor`.
//
// Sends about 40 requests and changes nothing.

import { BASE_URL, env, HEALTH_PATHS } from '../../lib/config.js';
import { endpoint, requestQuietly } from '../../lib/http.js';
import { guardTarget } from '../plan/guard.js';
import { healthField, isPage, saysSick } from '../plan/health-document.js';
import { chooseHealth, findingOf, healthProbes, quoted, unready } from '../plan/readiness.js';
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

/** Pages that show an API description, such as Swagger UI, name its address. */
const PAGES = ['/', '/docs', '/api/docs', '/swagger', '/schema'];
const MOST_NAMED = 5;
const NAMED = /(?:["']?\burl["']?\s*[:=]|spec-?url["']?\s*[:=])\s*["']([^"'<>\s]+)["']/gi;

/** Redirects of / that are followed. */
const MOST_HOPS = 3;
const LOGIN = /login|sign-?in|auth/i;

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
const isLoginPage = (response) =>
  isPage(response) && /type\s*=\s*["']?password/i.test(String(response.body));

/**
 * @param {string} address in a response
 * @returns {string | undefined} its path; undefined: it is not an address of this service
 */
function pathHere(address) {
  const path = address.startsWith(`${BASE_URL}/`) ? address.slice(BASE_URL.length) : address;
  return /^\/(?!\/)/.test(path) ? path : undefined;
}

/** @param {HttpResponse} response */
const isSuccess = ({ status }) => status >= 200 && status < 300;

/**
 * @param {string[]} lines for people; added to
 * @param {Proposals} proposals added to
 * @param {HttpResponse} root
 * @returns {'found' | 'sick' | 'none'} sick: the service itself says that it does not work
 */
function findHealthDocument(lines, proposals, root) {
  const [probe] = healthProbes('health', { timeout: TIMEOUT });
  const answer = requestQuietly(probe);
  const finding = findingOf(probe, answer, 'health');
  if (finding === null) {
    lines.push(
      env.READINESS === 'health'
        ? `Health: ${HEALTH_PATHS[0]} is healthy.`
        : `Health: READINESS=${env.READINESS}, the service need not be healthy.`,
    );
    return 'found';
  }
  const field = healthField(answer);
  if (field !== undefined) {
    lines.push(`Health: ${HEALTH_PATHS[0]} is healthy, by its field ${field}.`);
    proposals.HEALTH_FIELDS = field;
    return 'found';
  }
  const found = chooseHealth(answer, { timeout: TIMEOUT });
  if (found === undefined) {
    lines.push(`Health: no health document found. ${finding.text}`);
    if (!standIn(root, lines, proposals)) {
      lines.push(...tried(finding));
      proposals.READINESS = 'answer';
    }
    return 'none';
  }
  const { path, response } = found;
  lines.push(
    `Health: ${path} answers ${response.status}, ${shorten(response.body).slice(0, 80) || 'empty body'}`,
  );
  if (path !== HEALTH_PATHS[0]) {
    proposals.HEALTH_PATHS = path;
  }
  if (saysSick(response)) {
    lines.push('The service itself says that it does not work. Mend it, then ask again.');
    return 'sick';
  }
  const other = healthField(response);
  const words = wordsFor(response);
  if (other !== undefined) {
    proposals.HEALTH_FIELDS = other;
  } else if (words !== undefined) {
    proposals.HEALTH_STATUS_WORDS = words;
  }
  return 'found';
}

/**
 * Proposes what stands in for a health document: the page that / leads to. Any answer of a path that does not exist says
 * less, and some services delay refusals.
 *
 * @param {HttpResponse} root
 * @param {string[]} lines
 * @param {Proposals} proposals
 * @returns {boolean} whether there is such a page
 */
function standIn(root, lines, proposals) {
  let [path, response] = ['/', root];
  for (let hop = 0; hop < MOST_HOPS && response.status >= 300 && response.status < 400; hop += 1) {
    const next = pathHere(response.headers.Location ?? '');
    if (next === undefined || LOGIN.test(next)) {
      break;
    }
    path = next;
    response = ask(path);
  }
  if (!isSuccess(response)) {
    return false;
  }
  lines.push(`The page ${path} answers ${response.status}: it stands in for a health document.`);
  Object.assign(proposals, { HEALTH_PATHS: path, HEALTH_STATUS_WORDS: '*' });
  return true;
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
 * @param {string} page
 * @returns {string[]} the paths of this service that a page names as API descriptions
 */
function namedIn(page) {
  const response = ask(page);
  return isSuccess(response) && isPage(response)
    ? [...String(response.body).matchAll(NAMED)]
        .slice(0, MOST_NAMED)
        .flatMap(([, url]) => pathHere(url) ?? [])
    : [];
}

/**
 * @param {string[]} lines
 * @param {Proposals} proposals
 * @returns {any} the API description; undefined: there is none
 */
function findDescription(lines, proposals) {
  const below = env.API_PREFIX === '' ? [] : ['/openapi.json', '/swagger.json'];
  const asked = new Set(['/none']);
  const found = (/** @type {string[]} */ paths) => {
    for (const path of paths.filter((one) => !asked.has(one))) {
      asked.add(path);
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
    return undefined;
  };
  const usual = [...DESCRIPTIONS, ...below.map((path) => `${env.API_PREFIX}${path}`)];
  const document = found([env.OPENAPI_PATH, ...usual]) ?? found(PAGES.flatMap(namedIn));
  if (document !== undefined) {
    return document;
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
  // Swagger 2.0 calls it basePath.
  const server = document.servers?.[0]?.url ?? document.basePath ?? '';
  const [, path = ''] = /^(?:https?:\/\/[^/]+)?(\/.*)?$/.exec(server) ?? [];
  // Paths begin with a slash themselves, so that of `servers: [{ url: / }]` is not one more.
  const base = path.replace(/\/$/, '');
  if (!paths.some((one) => `${base}${one}`.startsWith(`${env.API_PREFIX}/`))) {
    lines.push(`API prefix: no path of the description is below ${env.API_PREFIX}.`);
    proposals.API_PREFIX = base || '/';
  }
}

/**
 * The settings for a security scheme of an API description.
 *
 * @param {any} scheme
 * @returns {Proposals | undefined}
 */
function settingsFor(scheme) {
  const { type, in: place, name } = scheme;
  // As Swagger 2.0 says it: type basic, and one flow.
  const word = type === 'basic' ? 'basic' : (scheme.scheme ?? '');
  const flows = scheme.flows ?? {
    [scheme.flow === 'application' ? 'clientCredentials' : scheme.flow]: scheme,
  };
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
  return ['http', 'basic'].includes(type) && /^(basic|bearer)$/i.test(word)
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
  const schemes = Object.entries(
    document?.components?.securitySchemes ?? document?.securityDefinitions ?? {},
  );
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
  } else if (LOGIN.test(location)) {
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
  const health = findHealthDocument(lines, proposals, root);
  const document = findDescription(lines, proposals);
  findPrefix(document, lines, proposals);
  findLogin(document, root, lines, proposals);
  if (isPage(root) && document === undefined && health === 'none') {
    lines.push('This looks like a website, not an API: check BASE_URL and BACKEND_PORT.');
  }
  return { lines, proposals, isUp: health !== 'sick' };
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
  // k6 hands them over in any order. Values come from the service: only those that are plain text go into a file.
  const settings = Object.keys(proposals)
    .sort()
    .filter((name) => /^[\w ./:?=&*,~-]+$/.test(proposals[name]))
    .map((name) => `${name}=${quoted(proposals[name])}`)
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
