import http from 'k6/http';
import { API_URL, defaultOptions, env } from './config.js';
import { hide, hideResponses, reportFailure, unanswered } from '../engine/vu/failures.js';

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').EndpointOptions} EndpointOptions */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('../engine/types/suite.js').TimelineRecorder} TimelineRecorder */

env.secrets.forEach(hide);

/** What names and tags have to be. One VU is enough to notice: in each, it would cost memory. */
const naming = __VU <= 1 ? require('../engine/plan/naming.js') : undefined;

// k6 would take redirects for success.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));

/**
 * Describes an endpoint. Call it once, in the init code: all requests then share one route name and one params
 * object, so a request allocates nothing, and no ID becomes a tag.
 *
 * Network errors throw inside k6, which keeps its log quiet; `request` turns them into status 0.
 *
 * @param {string} name route name, such as `GET /items/{id}`; no comma, no quote at an end: thresholds could not name it;
 *   no line break, no backslash at the end: outputs could not store it
 * @param {string} path from `API_URL`, or a whole URL; may hold `{placeholders}`
 * @param {EndpointOptions} [options]
 * @returns {Endpoint}
 * @throws if the name or a tag is not as it has to be
 * @example const ITEM = endpoint('GET /items/{id}', '/items/{id}', { kind: 'api_read' });
 */
export function endpoint(name, path, options = {}) {
  naming?.refuseName(name);
  const {
    method = 'GET',
    kind = 'api',
    statuses,
    phase,
    headers,
    timeout,
    responseType,
    tags,
    confidential,
  } = options;
  naming?.refuseTags(`endpoint '${name}', tags`, tags);
  if (confidential) {
    hideResponses(name);
  }
  return {
    name,
    method,
    kind,
    options,
    url: path[0] === '/' ? `${API_URL}${path}` : path,
    statuses,
    params: {
      headers: headers ? { ...defaultOptions.headers, ...headers } : defaultOptions.headers,
      timeout: timeout ?? defaultOptions.timeout,
      throw: true,
      tags: { name, kind, ...(phase && { phase }), ...tags },
      ...(responseType && { responseType }),
      ...(statuses && { responseCallback: http.expectedStatuses(...statuses) }),
    },
  };
}

/**
 * Tells whether an endpoint accepts a status.
 *
 * @param {Pick<Endpoint, 'statuses'>} target
 * @param {number} status
 * @returns {boolean}
 * @example accepts(endpoint('GET /', '/', { statuses: [{ min: 200, max: 399 }] }), 301) // true
 */
export function accepts({ statuses }, status) {
  if (!statuses) {
    return status >= 200 && status <= 299;
  }
  // A plain loop: the first iterator of a VU costs it 6 KB, the first string method 5, the first regular expression 16.
  for (let i = 0; i < statuses.length; i += 1) {
    const accepted = statuses[i];
    if (
      typeof accepted === 'number'
        ? status === accepted
        : status >= accepted.min && status <= accepted.max
    ) {
      return true;
    }
  }
  return false;
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
 * The details of one request.
 *
 * @typedef {object} RequestDetails
 * @property {Record<string, string | number>} [path] values of the `{placeholders}`
 * @property {unknown} [body] an object is sent as JSON; text and bytes (`open(path, 'b')`) as they are; an object with an
 *   `http.file()` in it as multipart form
 * @property {Record<string, unknown>} [form] sent as a form, instead of `body`
 * @property {string} [query] appended to the URL, such as `page=2&size=10`
 * @property {Readonly<Record<string, string>>} [headers] instead of the endpoint's
 */

/** Records requests over time, in the VUs that do so. @type {TimelineRecorder | undefined} */
let timeline;

/**
 * Lets this VU record its requests over time.
 *
 * @param {TimelineRecorder} recorder
 * @example recording(plan.timeline, recordWith)(Date.now());
 */
export function recordWith(recorder) {
  timeline = recorder;
}

/**
 * Records a request that is not sent by `request`. Call it before sending: whether a request is sampled must not
 * depend on how long it takes.
 *
 * @param {string} name of the endpoint
 * @returns {(ms: number, isFailed: boolean, count?: number) => void} to call with its duration in milliseconds (0: no
 *   response); a count of 0 is for failures that are no request
 * @example const done = recordOne(ITEM.name); done(http.get(url).timings.duration, false);
 */
export function recordOne(name) {
  const course = timeline?.courseOf(name);
  const isDue = course !== undefined && Date.now() >= course.nextAt;
  return (ms, isFailed, count = 1) => {
    if (course !== undefined) {
      course.requests += count;
      course.failed += isFailed ? 1 : 0;
      if (isDue) {
        timeline?.record(course, ms);
      }
    }
  };
}

/**
 * Sends a request. Network errors do not throw: a request without a response returns status 0. Failures are counted
 * by cause, and logged once per cause.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws when a `{placeholder}` has no value, or the body cannot be sent
 * @example const response = request(ITEM, { path: { id: 7 }, body: { name: 'x' } });
 */
export function request(target, details) {
  // The same as `recordOne`, inlined.
  const course = timeline && (target.course ??= timeline.courseOf(target.name));
  const isDue = course && Date.now() >= course.nextAt;
  let response;
  if (!details) {
    // Does not call `requestQuietly`: function calls take most of the time of an iteration without pauses.
    try {
      response = http.request(target.method, target.url, null, target.params);
    } catch (error) {
      response = unanswered(target, error);
    }
  } else {
    response = requestQuietly(target, details);
  }
  const { status } = response;
  // The usual case first: a call costs an iteration half a microsecond.
  const isFailed = (status !== 200 || target.statuses) && !accepts(target, status);
  if (course) {
    course.requests += 1;
    if (isFailed) {
      course.failed += 1;
    }
    if (isDue) {
      timeline?.record(course, response.timings.duration);
    }
  }
  if (isFailed) {
    reportFailure(target, response);
  }
  return response;
}

/**
 * Sends a request without counting or logging failures, for callers that expect them.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws when a `{placeholder}` has no value
 * @example while (requestQuietly(HEALTH).status === 0) { sleep(1); }
 */
export function requestQuietly(target, { path, query, body, form, headers } = {}) {
  const url = path ? fillPath(target.url, path) : target.url;
  const params = headers ? { ...target.params, headers } : target.params;
  const whole = query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url;
  if (form !== undefined) {
    return send(target, whole, formText(form), typed(params, FORM));
  }
  if (body === undefined || typeof body === 'string') {
    return send(target, whole, body ?? null, params);
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    const bytes =
      body instanceof ArrayBuffer
        ? body
        : body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength);
    return send(target, whole, /** @type {ArrayBuffer} */ (bytes), typed(params, BYTES));
  }
  if (isMultipart(body)) {
    // k6 encodes the form, and sets the content type with the boundary.
    return send(target, whole, body, typed(params, undefined));
  }
  return send(target, whole, jsonOf(target, body), params);
}

/**
 * Encodes a form.
 *
 * @param {Record<string, unknown>} form
 * @returns {string}
 * @example formText({ user: 'a b' }) // 'user=a%20b'
 */
export function formText(form) {
  return Object.keys(form)
    .map((name) => [name, form[name]].map((part) => encodeURIComponent(String(part))).join('='))
    .join('&');
}

const FORM = 'application/x-www-form-urlencoded';
const BYTES = 'application/octet-stream';

/**
 * @param {Endpoint['params']} params
 * @param {string | undefined} type of a body that is not JSON
 * @returns {Endpoint['params']} with this type, unless it names another one than the default
 */
function typed(params, type) {
  const { 'Content-Type': own, ...others } = params.headers ?? {};
  const kept = own === defaultOptions.headers['Content-Type'] ? type : own;
  return { ...params, headers: kept === undefined ? others : { ...others, 'Content-Type': kept } };
}

/**
 * @param {any} body
 * @returns {boolean} whether it holds a file
 */
function isMultipart(body) {
  return (
    body !== null &&
    typeof body === 'object' &&
    Object.values(body).some(
      (value) => value?.filename !== undefined && value.content_type !== undefined,
    )
  );
}

/**
 * @param {Endpoint} target
 * @param {unknown} body
 * @returns {string}
 * @throws if JSON would drop the content silently
 */
function jsonOf({ name }, body) {
  const kind = body === null ? 'null' : (Object(body).constructor?.name ?? 'Object');
  if (
    [
      'Function',
      'AsyncFunction',
      'Symbol',
      'BigInt',
      'Map',
      'Set',
      'WeakMap',
      'WeakSet',
      'Promise',
    ].includes(kind)
  ) {
    throw new Error(
      `${name}: a body of type ${kind} cannot be sent. Give an object (sent as JSON), text, bytes (open(path, 'b')), ` +
        "or 'form' for a form",
    );
  }
  return JSON.stringify(body);
}

/**
 * @param {Endpoint} target
 * @param {string} url
 * @param {any} body
 * @param {Endpoint['params']} params
 * @returns {HttpResponse}
 */
function send(target, url, body, params) {
  try {
    return http.request(target.method, url, body, params);
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
 * Reads one value of a JSON body. Cheaper than parsing it all, and never throws.
 *
 * @param {HttpResponse} response
 * @param {string} selector such as `status` or `data.0.id`
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
