import k6 from 'k6';
import { Counter } from 'k6/metrics';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {keyof typeof import('../summary/causes.js').CAUSES} Cause */

/** Failed requests by the tags `name` (endpoint) and `cause`. */
const requestErrors = new Counter('request_errors');

/** Iterations that ended in an exception: a mistake in the script, never load. */
const scriptErrors = new Counter('script_errors');

/** VUs beyond these stay silent: failures are counted, and a dead service must not fill a disk. */
const TALKING_VUS = 10;

/** Messages that one VU shows: texts that hold an id or a time would all be topics of their own. */
const MAX_TOPICS = 20;

/** Topics that were shown. A list: few, and a VU that never fails should not carry a Set. @type {string[]} */
const said = [];

/**
 * Logs a message once per topic and VU, for the first few VUs and a limited number of topics.
 *
 * @param {string} topic such as an endpoint name and a cause
 * @param {() => string} message built only when it is shown
 * @example reportOnce('GET /items 500', () => 'GET /items: server error')
 */
export function reportOnce(topic, message) {
  if (__VU <= TALKING_VUS && said.length < MAX_TOPICS && !said.includes(topic)) {
    said.push(topic);
    console.error(message());
  }
}

/**
 * Logs once what stays in the service or may not be this run's, and passes it on to the summary.
 *
 * @param {string} topic
 * @param {string} text a sentence without an id: each would be a row of its own
 * @param {string} [more] for the log only, such as the id
 * @example reportLeft('POST /pets owner', 'POST /pets: ...', 'id 7');
 */
export function reportLeft(topic, text, more) {
  reportOnce(topic, () => (more === undefined ? text : `${text} (${more})`));
  passLeft(text);
}

/**
 * Passes on to the summary what stays in the service, or may.
 *
 * @param {string} text
 * @example passLeft('POST /pets: no operation deletes what it creates');
 */
export function passLeft(text) {
  if (__VU <= TALKING_VUS && left.length < MAX_LEFT && !left.includes(text)) {
    left.push(text);
    k6.group(`${LEFT_GROUP}${encodeURIComponent(text)}`, () => {});
  }
}

/** Secrets to keep out of messages: those of the settings, and the latest tokens. @type {string[]} */
const hidden = [];

const MAX_HIDDEN = 50;

/** Names of endpoints whose responses are never shown. @type {string[]} */
const confidential = [];

/** Failed responses that one VU passes on to the report. */
const MAX_PASSED_ON = 5;

/** Start of a body that the report shows, characters. */
const BODY_START = 200;

/** Text that is searched for secrets; only its start is shown. */
const MAX_SEARCHED = 2000;

/** Prefix of the group that carries a failed response to `handleSummary`. */
export const RESPONSE_GROUP = 'failed response ';

let passedOn = 0;

/** Prefix of the group that carries what a run leaves in the service. */
export const LEFT_GROUP = 'left behind ';

/** Sentences about it that this VU passed on, and how many it may. @type {string[]} */
const left = [];
const MAX_LEFT = 20;

/**
 * Keeps a secret out of everything that is shown.
 *
 * @param {string} secret
 * @example hide(token);
 */
export function hide(secret) {
  hidden[Math.min(hidden.length, MAX_HIDDEN - 1)] = secret;
}

/**
 * Never shows the responses of an endpoint.
 *
 * @param {string} name
 * @example hideResponses('auth login');
 */
export function hideResponses(name) {
  confidential[confidential.length] = name;
}

/**
 * Makes text from a service safe for one log line: services echo what they were sent.
 *
 * @param {unknown} text
 * @param {number} [most] characters
 * @returns {string} without control characters, marks of text direction and secrets
 * @example shorten('<html>\n...') // '<html> ...'
 */
export function shorten(text, most = 300) {
  let line = String(text ?? '')
    .slice(0, MAX_SEARCHED)
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, ' ');
  for (const secret of hidden) {
    line = line.replaceAll(secret, '***');
  }
  // Not before: a secret may hold several blanks.
  line = withoutSecrets(line).replace(/ +/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}...` : line;
}

/**
 * @param {string} error of a request
 * @returns {string} without the bytes of something that is not HTTP, and without Go's own names
 * @example readable('malformed HTTP response "\\x00\\x12"') // 'malformed HTTP response (binary data)'
 */
export function readable(error) {
  return error
    .replace(/"(?:[^"\\]|\\[^x])*\\x(?:[^"\\]|\\.)*"/g, '(binary data)')
    .replace(/readLoopPeekFailLocked: %!w\(<nil>\)/, 'bytes came before any request was sent')
    .replace('readLoopPeekFailLocked: ', '');
}

/**
 * @param {string} text
 * @returns {string} with *** in place of what looks like a secret: values of JSON fields and parameters named like one, tokens
 */
function withoutSecrets(text) {
  const secret =
    '[\\w-]*(?:token|passw|secret|api[_-]?key|authorization|cookie|credential|session)[\\w-]*';
  return text
    .replace(
      new RegExp(`("${secret}"\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^\\s,}\\]"]+)`, 'gi'),
      '$1"***"',
    )
    .replace(new RegExp(`\\b(${secret}=)[^&\\s"'<>]+`, 'gi'), '$1***')
    .replace(/\b(Bearer|Basic) +[\w.~+/=-]+/gi, '$1 ***')
    .replace(/\beyJ[\w-]+\.[\w-]+\.?[\w-]*/g, '***');
}

/**
 * Counts an exception of an iteration and shows it once. One with the property `reported` only ends the
 * iteration: its cause was counted where it happened.
 *
 * @param {unknown} error
 * @param {string} [where] what it ended
 * @example try { step(); } catch (error) { reportException(error); }
 */
export function reportException(error, where = 'iteration') {
  if (error instanceof Error && 'reported' in error) {
    return;
  }
  scriptErrors.add(1);
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
  reportOnce(`${where} ${text}`, () => `${where} ended in an exception: ${text.trim()}`);
}

/**
 * Counts a failed request by cause and shows the first of its kind.
 *
 * @param {Endpoint} target
 * @param {HttpResponse} response
 * @param {Cause} [cause] when the status does not say it
 * @example if (response.status !== 200) { reportFailure(ITEM, response); }
 */
export function reportFailure(target, response, cause = causeOf(response)) {
  const { name, method } = target;
  requestErrors.add(1, { name, cause });
  reportOnce(`${name} ${cause}`, () => {
    const { Location: location, 'Retry-After': retryAfter } = response.headers;
    const status = response.status === 0 ? readable(response.error) : `status ${response.status}`;
    const redirect = location && `redirects to ${location}`;
    const notes = [
      status,
      redirect,
      retryAfter && `Retry-After: ${retryAfter}`,
      // Neither exists in set-up.
      __VU > 0 && `VU ${__VU}, iteration ${__ITER}`,
      bodyOf(name, response),
    ];
    const url = target.url.replace(/\/\/[^@/]*@/, '//***@').replace(/\?.*$/, '');
    passOn({ name, cause, request: `${method} ${url}`, note: redirect ?? '' }, response);
    return `${name}: ${cause} - ${method} ${url} - ${shorten(notes.filter(Boolean).join(', '))}`;
  });
}

/**
 * Shows the first response of an endpoint whose checks fail although its status was accepted.
 *
 * @param {string} name endpoint name
 * @param {Record<string, (response: HttpResponse) => boolean>} checks
 * @param {HttpResponse} response
 * @example if (!check(response, checks)) { reportChecks('GET /items', checks, response); }
 */
export function reportChecks(name, checks, response) {
  if (said.includes(`${name} ${causeOf(response)}`)) {
    return;
  }
  reportOnce(`${name} checks`, () => {
    const failed = Object.keys(checks).filter((each) => !checks[each](response));
    passOn({ name, checks: failed }, response);
    const seen = [`status ${response.status}`, `VU ${__VU}, iteration ${__ITER}`];
    return `${name}: failed ${failed.map((each) => `'${each}'`).join(', ')} - ${shorten([...seen, bodyOf(name, response)].filter(Boolean).join(', '))}`;
  });
}

/**
 * @param {string} name endpoint name
 * @param {HttpResponse} response
 * @returns {HttpResponse['body']} null if it may hold a secret
 */
function bodyOf(name, response) {
  return confidential.includes(name) ? null : response.body;
}

/**
 * Passes a failed response on to the report. k6 passes only samples and the names of groups and checks from VUs to
 * `handleSummary`; a group without a check changes no result.
 *
 * @param {{ name: string, cause?: Cause, checks?: string[], request?: string, note?: string }} what
 * @param {HttpResponse} response
 */
function passOn(what, response) {
  if (__VU === 0 || passedOn >= MAX_PASSED_ON) {
    return;
  }
  passedOn += 1;
  const { status, error } = response;
  const body = bodyOf(what.name, response);
  const seen = {
    ...what,
    note: shorten(what.note || (status === 0 ? readable(error) : ''), BODY_START),
    status,
    body: body === null && status !== 0 ? null : shorten(body, BODY_START),
    at: Date.now(),
    vu: __VU,
    iteration: __ITER,
  };
  // Encoded: the name of a group must not hold `::`.
  k6.group(`${RESPONSE_GROUP}${encodeURIComponent(JSON.stringify(seen))}`, () => {});
}

/**
 * Says why a response is a failure.
 *
 * @param {HttpResponse} response with a status that was not accepted
 * @returns {Cause}
 * @example causeOf(response) // 'server_error'
 */
export function causeOf({ status, error }) {
  // Tables inside the function: made when something fails, not once in every VU.
  if (status === 0) {
    const texts = /** @type {[RegExp, Cause][]} */ ([
      // Before all others: a lookup and a handshake need a descriptor too.
      [/too many open files/i, 'descriptors'],
      [/(cannot|can't) assign requested address|no buffer space|cannot allocate memory/i, 'ports'],
      [/refused/i, 'refused'],
      [/x509|tls|certificate/i, 'tls'],
      [/timeout|deadline/i, 'timeout'],
      [/no such host|lookup/i, 'dns'],
    ]);
    return texts.find(([pattern]) => pattern.test(error))?.[1] ?? 'connection';
  }
  const statuses = /** @type {[boolean, Cause][]} */ ([
    [status === 401 || status === 403, 'auth'],
    [status === 429, 'rate_limited'],
    [status >= 300 && status < 400, 'redirect'],
    [status >= 500, 'server_error'],
    [status >= 400, 'client_error'],
  ]);
  return statuses.find(([applies]) => applies)?.[1] ?? 'unexpected';
}

/**
 * The response of a request that got none.
 *
 * @param {Endpoint} target
 * @param {unknown} error what k6 threw
 * @returns {HttpResponse} with status 0
 * @example catch (error) { return unanswered(ITEM, error); }
 */
export function unanswered(target, error) {
  const message = error instanceof Error ? error.message : String(error);
  const timings = { duration: 0, blocked: 0, connecting: 0, looking_up: 0 };
  return /** @type {HttpResponse} */ (
    /** @type {unknown} */ ({
      status: 0,
      status_text: '',
      // Only the text after the URL, which may contain credentials.
      error: message.slice(message.lastIndexOf('": ') + 1).replace(/^: /, ''),
      error_code: 1000,
      body: null,
      headers: {},
      cookies: {},
      url: target.url,
      timings: { ...timings, tls_handshaking: 0, sending: 0, waiting: 0, receiving: 0 },
      json: () => undefined,
      html: () => undefined,
    })
  );
}
