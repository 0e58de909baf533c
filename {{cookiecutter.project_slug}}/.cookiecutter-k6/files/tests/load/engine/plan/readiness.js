// Whether the service is up, and if it is not: why, and which setting to change.

import { HEALTH_STATUSES, isHealthy } from '../../lib/checker.js';
import { BASE_URL, env, HEALTH_PATHS } from '../../lib/config.js';
import { endpoint, requestQuietly } from '../../lib/http.js';
import { healthField, isPage, saidIn, saysSick } from './health-document.js';
import { HEALTH_PRESETS } from '../settings/health.js';
import { readable, shorten } from '../vu/failures.js';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {NonNullable<import('../types/suite.js').TestSpec['readiness']>} Readiness */

/**
 * Why a service is not ready.
 *
 * @typedef {object} Finding
 * @property {string} text what was asked, what came back and what was expected
 * @property {string} advice which setting to change; empty: there is nothing to say
 * @property {boolean} lasting waiting will not help
 */

/** Health paths in use elsewhere, asked when the configured one does not exist. */
const USUAL_PATHS = [
  ...new Set([
    ...['/health', '/healthz', '/api/health', '/api/v1/health', '/status', '/ping'],
    ...['/healthcheck', '/_health', '/-/healthy', '/__heartbeat__'],
    ...Object.values(HEALTH_PRESETS).flatMap(({ paths }) => paths),
    '/',
  ]),
];

/** Services that need not be healthy: a missing health document is no failed request. */
const ANY_STATUS = [{ min: 100, max: 599 }];

/** Errors that waiting does not mend. */
const LASTING =
  /x509|certificate|HTTP response to HTTPS client|malformed HTTP|PeekFailLocked: %!w/i;

const CLIENT_CERTIFICATE =
  'the service asks for a client certificate: set CLIENT_CERT and CLIENT_KEY to the PEM files';

/** Characters of a page that are searched for text. */
const LONGEST_PAGE = 10_000;

/** The first frame of an HTTP/2 server, its settings, as an error quotes it. */
const H2C = /malformed HTTP response "\\x00\\x00.{1,4}\\x04/;

/** Errors of a connection that was never made. */
const NO_CONNECTION = /refused|no such host|lookup|dial|no route|unreachable/i;

/**
 * One endpoint per health path, tagged apart: asking whether a service is up is not part of the results.
 *
 * @param {Readiness} [readiness] default: the setting READINESS
 * @param {import('../types/suite.js').EndpointOptions} [options]
 * @returns {Endpoint[]} none if the service is not to be asked
 * @example const probes = healthProbes('answer', { timeout: '2s' });
 */
export function healthProbes(readiness = env.READINESS, options = {}) {
  const statuses = readiness === 'health' ? HEALTH_STATUSES : ANY_STATUS;
  const paths = readiness === 'none' ? [] : HEALTH_PATHS;
  return paths.map((path) => probeOf(path, { statuses, ...options }));
}

/**
 * @param {string} path
 * @param {import('../types/suite.js').EndpointOptions} options
 * @returns {Endpoint}
 */
function probeOf(path, options) {
  return endpoint(`setup ${path}`, `${BASE_URL}${path}`, {
    ...options,
    kind: 'setup',
    phase: 'setup',
  });
}

/**
 * Asks one health path once.
 *
 * @param {Endpoint} probe one of `healthProbes`
 * @param {Readiness} [readiness] default: the setting READINESS
 * @returns {Finding | null} null: ready
 * @example const finding = unready(probe);
 */
export function unready(probe, readiness = env.READINESS) {
  return findingOf(probe, requestQuietly(probe), readiness);
}

/**
 * Judges an answer of a health path.
 *
 * @param {Endpoint} probe
 * @param {HttpResponse} response
 * @param {Readiness} readiness
 * @returns {Finding | null} null: ready
 * @example const finding = findingOf(probe, requestQuietly(probe), 'health');
 */
export function findingOf(probe, response, readiness) {
  const isReady = {
    health: () => isHealthy(response),
    answer: () => response.status !== 0,
    tcp: () => response.status !== 0 || !NO_CONNECTION.test(response.error),
    none: () => true,
  }[readiness];
  if (isReady()) {
    return null;
  }
  const wanted = {
    health: `expected status ${env.HEALTH_STATUSES.join(' or ')} and ${wordsText()}`,
    answer: 'expected any response',
    tcp: 'expected an open port',
    none: '',
  }[readiness];
  const found =
    response.status === 0
      ? shorten(readable(response.error))
      : `status ${response.status}, ${bodyText(response) || 'empty body'}`;
  return {
    text: `GET ${env.target.masked}${probe.name.replace('setup ', '')}: ${found} (${wanted})`,
    advice:
      response.status === 0 ? adviceOnError(response.error) : adviceOnStatus(response, probe.name),
    lasting:
      [301, 302, 307, 308, 400, 401, 403, 404, 405].includes(response.status) ||
      LASTING.test(response.error),
  };
}

/**
 * @param {HttpResponse} response
 * @returns {string} of a web page what people would read
 */
function bodyText(response) {
  const text = shorten(response.body);
  if (!isPage(response)) {
    return text;
  }
  const seen = String(response.body)
    .slice(0, LONGEST_PAGE)
    .replace(/<(script|style|svg)\b.*?(<\/\1>|$)|<[^>]*(>|$)/gis, ' ');
  return /\w/.test(seen) ? `the web page '${shorten(seen, 120)}'` : text;
}

/** @returns {string} */
function wordsText() {
  const words = env.HEALTH_STATUS_WORDS;
  return words.includes('*') ? 'any body' : `the word ${words.join(', ')}`;
}

/**
 * @param {string} error of a request that got no response
 * @returns {string}
 */
function adviceOnError(error) {
  const { scheme, host, masked } = env.target;
  const other = masked.replace(/^https?/, scheme === 'http' ? 'https' : 'http');
  /** @type {[RegExp, string][]} */
  const table = [
    [
      /server gave HTTP response to HTTPS client|first record does not look like/i,
      `the service speaks plain HTTP here: set BASE_URL=${other}`,
    ],
    [
      H2C,
      'the service speaks HTTP/2 without TLS (h2c), and k6 speaks HTTP/2 only over TLS: set BASE_URL to a port with HTTP/1.1, or to https://',
    ],
    [
      // The second is what Go says if bytes arrive before it has sent the request.
      /malformed HTTP (response|status|version)|PeekFailLocked: %!w/i,
      `this port does not speak HTTP/1.1. Set BASE_URL to the port that does` +
        `${scheme === 'http' ? ` (BASE_URL=${other} if it speaks TLS)` : ''}, or READINESS=tcp for other protocols`,
    ],
    [/certificate required|bad certificate|handshake failure/i, CLIENT_CERTIFICATE],
    [
      /unknown authority|self.signed|not trusted/i,
      'no known authority signed the certificate: export SSL_CERT_FILE=/path/to/ca.pem, or set ' +
        'INSECURE_SKIP_TLS_VERIFY=true for a test system',
    ],
    [
      /certificate (is valid for|is not valid)|doesn't contain any IP SANs|cannot validate certificate/i,
      `the certificate is for another name than ${host}: set BASE_URL to that name, and HOSTS=name=address if it does not resolve`,
    ],
    [/expired|not yet valid/i, 'the certificate is out of date: renew it'],
    [/no such host|lookup/i, `there is no host ${host}: correct BASE_URL`],
    [
      /reset by peer|: EOF$|unexpected EOF|server closed idle connection/i,
      'something accepts connections there and closes them without a response: look at the log of the service and of proxies' +
        `${
          scheme === 'http'
            ? `, or set BASE_URL=${other} if it speaks TLS`
            : ', or set CLIENT_CERT and CLIENT_KEY if it asks for a client certificate'
        }`,
    ],
  ];
  const found = table.find(([pattern]) => pattern.test(error));
  if (found !== undefined) {
    return found[1];
  }
  // k6 dials one address of a name, an IPv4 one if there is any; a browser would go on to IPv6.
  const alsoIpv6 =
    host === 'localhost'
      ? '; k6 asked 127.0.0.1 only, a service that listens on IPv6 alone needs ' +
        `BASE_URL=${masked.replace('localhost', '[::1]')}`
      : '';
  return error.includes('refused') ? `start the service, or correct BASE_URL${alsoIpv6}` : '';
}

/**
 * @param {HttpResponse} response
 * @param {string} name of the probe
 * @returns {string}
 */
function adviceOnStatus(response, name) {
  const { status, headers, body } = response;
  const path = name.replace('setup ', '');
  const { masked } = env.target;
  const text = String(body ?? '').trim();
  /** @type {[boolean, () => string][]} */
  const table = [
    [status >= 300 && status < 400, () => adviceOnRedirect(headers.Location ?? '', path)],
    [
      /HTTP request (was sent )?to (an )?HTTPS/i.test(text),
      () => `this port speaks TLS: set BASE_URL=${masked.replace(/^http:/, 'https:')}`,
    ],
    [/SSL certificate/i.test(text), () => CLIENT_CERTIFICATE],
    [
      status === 421 || /(invalid|disallowed|unknown) (http_)?host/i.test(text),
      () => 'the service expects another host name: set HOST_HEADER',
    ],
    [
      [401, 403, 407].includes(status),
      () =>
        `${path} asks for credentials. Set HEALTH_PATHS to a path that does not, export ` +
        `SECRET_HEADERS='Name: value' for a gateway, or set HEALTH_STATUSES=2xx,${status} if this response means that it is up`,
    ],
    [
      [404, 405, 410].includes(status),
      () =>
        `there is no health document at ${path}: set HEALTH_PATHS, or HEALTH_PRESET for a well-known stack`,
    ],
    [status >= 200 && status < 300, () => adviceOnBody(response, text)],
    [
      status >= 500,
      () =>
        'the service, or a gateway before it, answers with an error: look at its log, and at what it depends on',
    ],
  ];
  return table.find(([applies]) => applies)?.[1]() ?? '';
}

/**
 * @param {string} location
 * @param {string} path
 * @returns {string}
 */
function adviceOnRedirect(location, path) {
  const [, scheme, authority, target = '/'] = /^(https?):\/\/([^/]+)(\/.*)?$/.exec(location) ?? [
    '',
    env.target.scheme,
    '',
    location,
  ];
  if (target === `${path}/` || `${target}/` === path) {
    return `set HEALTH_PATHS=${target}`;
  }
  if (authority !== '' && `${scheme}://${authority}` !== BASE_URL && target.endsWith(path)) {
    return `the service is at another address: set BASE_URL=${scheme}://${authority}`;
  }
  return (
    `redirected to ${shorten(location)}. If that is a login, set HEALTH_PATHS to a path without one; ` +
    `HEALTH_STATUSES=2xx,3xx accepts redirects`
  );
}

/**
 * @param {HttpResponse} response
 * @param {string} text its body
 * @returns {string}
 */
function adviceOnBody(response, text) {
  if (text === '') {
    return 'if a response without a body is healthy, set HEALTH_STATUS_WORDS=empty';
  }
  if ((response.headers['Content-Type'] ?? '').includes('html') && text.startsWith('<')) {
    return (
      'a web page answers here, not an API: correct BASE_URL or HEALTH_PATHS; ' +
      'HEALTH_STATUS_WORDS=* accepts any body'
    );
  }
  const field = healthField(response);
  if (field !== undefined) {
    return `if that is healthy, set HEALTH_FIELDS=${field}`;
  }
  if (saysSick(response)) {
    return 'the service says itself that it does not work: look at its log, and at what it depends on';
  }
  const [place, word] = saidIn(response) ?? ['', text];
  const where = place === '' ? '' : `HEALTH_FIELDS=${place} and `;
  return /^[\w .-]{1,40}$/.test(word)
    ? `if that is healthy, set ${where}HEALTH_STATUS_WORDS=${quoted(word)}`
    : 'if this response is healthy, set HEALTH_FIELDS to the field that holds the word and HEALTH_STATUS_WORDS to ' +
        'the word, or HEALTH_STATUS_WORDS=* to accept any body';
}

/**
 * @param {string} value of a setting
 * @returns {string} as suite.env and a shell read it
 * @example quoted('all good') // "'all good'"
 */
export const quoted = (value) => (value.includes(' ') ? `'${value}'` : value);

/**
 * Asks the usual places of health documents.
 *
 * @param {import('../types/suite.js').EndpointOptions} [options]
 * @returns {{ path: string, response: HttpResponse }[]}
 * @example const answers = askUsualPaths({ timeout: '2s' });
 */
export function askUsualPaths(options = {}) {
  return USUAL_PATHS.filter((path) => !HEALTH_PATHS.includes(path)).map((path) => ({
    path,
    response: requestQuietly(probeOf(path, options)),
  }));
}

/**
 * Picks health documents.
 *
 * @param {{ path: string, response: HttpResponse }[]} answers of `askUsualPaths`
 * @returns {{ path: string, response: HttpResponse }[]} every path that answers 2xx, healthy ones first
 * @example const [{ path }] = healthIn(askUsualPaths());
 */
export function healthIn(answers) {
  const found = answers.filter(({ response }) => response.status >= 200 && response.status < 300);
  return [
    ...found.filter(({ response }) => isHealthy(response)),
    ...found.filter(({ response }) => !isHealthy(response)),
  ];
}

/**
 * Chooses the health document among the answers of the configured path and of the usual ones.
 *
 * @param {HttpResponse} answer of the configured path
 * @param {import('../types/suite.js').EndpointOptions} [options]
 * @returns {{ path: string, response: HttpResponse } | undefined} it may say that the service is sick
 * @example const { path } = chooseHealth(answer, { timeout: '2s' }) ?? {};
 */
export function chooseHealth(answer, options) {
  const own = { path: HEALTH_PATHS[0], response: answer };
  const isDocument = answer.status >= 200 && answer.status < 300 && !isPage(answer);
  const usual = askUsualPaths(options).filter(
    ({ path, response }) => path !== '/' || (!isPage(response) && response.status !== 503),
  );
  const elsewhere = healthIn(usual);
  return [
    // Some services answer unknown paths with 500, hardly any with 503.
    ...((isDocument && saysSick(answer)) || answer.status === 503 ? [own] : []),
    ...elsewhere.filter(({ response }) => isHealthy(response)),
    ...(isDocument ? [own] : []),
    ...elsewhere,
    ...(answer.status >= 500 ? [own] : []),
    ...usual.filter(({ response }) => response.status === 503),
  ][0];
}

/** Statuses of paths that a service does not have, or not for everybody. */
const ABSENT = [401, 403, 404, 405, 410];

/**
 * Asks optional endpoints once, and says which of them the service does not have.
 *
 * @param {readonly Endpoint[]} endpoints of a test
 * @returns {string[]} their names
 * @example const without = absent(spec.endpoints);
 */
export function absent(endpoints) {
  return endpoints
    .filter(({ options }) => options.optional)
    .filter(({ name, url }) => {
      const path = url.slice(BASE_URL.length);
      if (path === '/none') {
        return true;
      }
      const statuses = ANY_STATUS;
      const { status } = requestQuietly(
        endpoint(`setup ${name}`, url, { kind: 'setup', phase: 'setup', statuses }),
      );
      if (!ABSENT.includes(status)) {
        return false;
      }
      console.log(
        `${name}: status ${status} at ${path}, so this run leaves it out. If it is elsewhere, set OPENAPI_PATH; ` +
          'OPENAPI_PATH=/none stops asking',
      );
      return true;
    })
    .map(({ name }) => name);
}
