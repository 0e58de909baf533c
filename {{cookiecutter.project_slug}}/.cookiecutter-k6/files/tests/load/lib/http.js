import http from 'k6/http';
import { API_URL, defaultOptions } from './config.js';
import { shorten, reportOnce } from './log.js';
import { CAUSES, countError } from './metrics.js';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').EndpointOptions} EndpointOptions */
/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('./metrics.js').Cause} Cause */

/**
 * Describes an endpoint once, at init. All its requests then share one route name, one set of accepted
 * statuses and one parameters object, so a request allocates nothing and no id ever becomes a tag.
 *
 * Redirects are not followed: an API that answers 302 to a login page has failed. Network errors throw
 * inside k6, which keeps its log quiet; `request` turns them into a response with status 0.
 *
 * @param {string} name route name, such as `GET /items/{id}`; no comma, thresholds could not name it
 * @param {string} path from `API_URL`, or a whole URL; may hold `{placeholders}`
 * @param {EndpointOptions} [options]
 * @returns {Endpoint}
 * @throws when the name holds a comma
 * @example const ITEM = endpoint('GET /items/{id}', '/items/{id}', { kind: 'api_read' });
 */
export function endpoint(name, path, options = {}) {
  if (name.includes(',')) {
    throw new Error(`endpoint '${name}': a name must not hold a comma, k6 thresholds cannot name it`);
  }
  const { method = 'GET', kind = 'api', statuses = [200], phase, headers } = options;
  const tags = Object.freeze({ name, kind, ...(phase ? { phase } : {}) });
  return Object.freeze({
    name,
    method,
    kind,
    tags,
    options,
    url: path.startsWith('/') ? `${API_URL}${path}` : path,
    statuses: Object.freeze(statuses.flatMap(expandStatus)),
    params: Object.freeze({
      headers: headers ? { ...defaultOptions.headers, ...headers } : defaultOptions.headers,
      timeout: options.timeout ?? defaultOptions.timeout,
      responseType: options.responseType ?? 'text',
      responseCallback: http.expectedStatuses(...statuses),
      redirects: 0,
      throw: true,
      tags,
    }),
  });
}

/**
 * @param {number | { min: number, max: number }} status
 * @returns {number[]}
 */
function expandStatus(status) {
  return typeof status === 'number'
    ? [status]
    : Array.from({ length: status.max - status.min + 1 }, (_, offset) => status.min + offset);
}

/**
 * The same endpoint with other options.
 *
 * @param {Endpoint} base
 * @param {EndpointOptions} changes
 * @returns {Endpoint}
 * @example const PATIENT_HEALTH = variant(HEALTH, { timeout: '10s' });
 */
export function variant(base, changes) {
  return endpoint(base.name, base.url, { ...base.options, ...changes });
}

/**
 * What one request adds to its endpoint.
 *
 * @typedef {object} RequestDetails
 * @property {Record<string, string | number>} [path] values of the `{placeholders}`
 * @property {unknown} [body] an object is sent as JSON, text as it is
 * @property {Readonly<Record<string, string>>} [headers] instead of the endpoint's, such as `authHeaders(token)`
 */

/**
 * Sends one request. Never throws: a request without an answer comes back with status 0, and whatever was
 * not an accepted status is counted by cause and logged once.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {HttpResponse}
 * @example const response = request(ITEM, { path: { id: 7 }, headers: authHeaders(token) });
 */
export function request(target, details) {
  const response = requestQuietly(target, details);
  if (!target.statuses.includes(response.status)) {
    reportFailure(target, response);
  }
  return response;
}

/**
 * The same without a word about failures, for callers that expect them.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {HttpResponse}
 * @example while (requestQuietly(HEALTH).status === 0) { sleep(1); }
 */
export function requestQuietly(target, details) {
  try {
    if (details === undefined) {
      return http.request(target.method, target.url, null, target.params);
    }
    const url = details.path ? fillPath(target.url, details.path) : target.url;
    const params = details.headers ? { ...target.params, headers: details.headers } : target.params;
    return http.request(target.method, url, encodeBody(details.body), params);
  } catch (error) {
    return unanswered(target, error);
  }
}

/**
 * @param {string} template
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
function fillPath(template, values) {
  return template.replace(/\{(\w+)\}/g, (placeholder, name) => {
    if (values[name] === undefined) {
      throw new Error(`${template}: no value for ${placeholder}`);
    }
    return encodeURIComponent(values[name]);
  });
}

/**
 * @param {unknown} body
 * @returns {string | null}
 */
function encodeBody(body) {
  if (body === undefined || body === null) {
    return null;
  }
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** k6's error texts, most telling first. */
const NETWORK_CAUSES = /** @type {[RegExp, Cause][]} */ ([
  [/refused/i, 'refused'],
  [/x509|tls|certificate/i, 'tls'],
  [/timeout|deadline/i, 'timeout'],
  [/no such host|lookup/i, 'dns'],
  [/redirect/i, 'redirect'],
]);

/**
 * Stands in for the response of a request that got none.
 *
 * @param {Endpoint} target
 * @param {unknown} error what k6 threw
 * @returns {HttpResponse}
 */
function unanswered(target, error) {
  const message = error instanceof Error ? error.message : String(error);
  return /** @type {HttpResponse} */ (
    /** @type {unknown} */ ({
      status: 0,
      status_text: '',
      // Only what stands behind the URL: it may hold credentials.
      error: message.slice(message.lastIndexOf('": ') + 1).replace(/^: /, ''),
      error_code: 1000,
      body: null,
      headers: {},
      cookies: {},
      url: target.url,
      timings: NO_TIMINGS,
      json: () => undefined,
      html: () => undefined,
    })
  );
}

const NO_TIMINGS = Object.freeze({
  duration: 0,
  blocked: 0,
  connecting: 0,
  looking_up: 0,
  tls_handshaking: 0,
  sending: 0,
  waiting: 0,
  receiving: 0,
});

/**
 * Says why a response is a failure.
 *
 * @param {HttpResponse} response with a status that was not accepted
 * @returns {Cause}
 * @example causeOf(response) // 'server_error'
 */
export function causeOf({ status, error }) {
  if (status === 0) {
    const known = NETWORK_CAUSES.find(([pattern]) => pattern.test(error));
    return known ? known[1] : 'connection';
  }
  if (status === 401 || status === 403) {
    return 'auth';
  }
  if (status === 429) {
    return 'rate_limited';
  }
  if (status >= 300 && status < 400) {
    return 'redirect';
  }
  return status >= 500 ? 'server_error' : status >= 400 ? 'client_error' : 'unexpected';
}

/**
 * @param {Endpoint} target
 * @param {HttpResponse} response
 */
function reportFailure(target, response) {
  const cause = causeOf(response);
  countError(target.name, cause);
  reportOnce(`${target.name} ${cause}`, () => {
    const found = response.status === 0 ? response.error : `${response.status} ${details(response)}`;
    return `${target.name}: ${CAUSES[cause]} - ${target.method} ${maskUrl(target.url)} - ${shorten(found)}`;
  });
}

/**
 * @param {HttpResponse} response
 * @returns {string}
 */
function details(response) {
  const { Location: location, 'Retry-After': retryAfter } = response.headers;
  if (location) {
    return `to ${location}`;
  }
  return retryAfter ? `(Retry-After: ${retryAfter})` : String(response.body ?? '');
}

/**
 * @param {string} url
 * @returns {string} without credentials and query
 */
function maskUrl(url) {
  return url.replace(/\/\/[^@/]*@/, '//***@').replace(/\?.*$/, '');
}

/**
 * Reads one value of a JSON body. Cheaper than parsing it all, and never throws.
 *
 * @param {HttpResponse} response
 * @param {string} selector such as `status` or `data.0.id`; `@this` is the whole document
 * @returns {any} undefined when the body is no JSON or has no such value
 * @example jsonAt(response, 'status') // 'healthy'
 */
export function jsonAt(response, selector) {
  try {
    return response.json(selector);
  } catch {
    return undefined;
  }
}
