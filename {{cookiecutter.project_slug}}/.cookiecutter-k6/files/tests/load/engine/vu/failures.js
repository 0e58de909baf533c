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
 * Logs a message once per topic and VU, only from the first few VUs and only so many topics.
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

/** Secrets to keep out of messages: those of the settings, and the latest tokens. @type {string[]} */
const hidden = [];

const MAX_HIDDEN = 50;

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
 * Makes foreign text fit for one log line: services repeat what they were sent.
 *
 * @param {unknown} text
 * @returns {string} without control characters and without secrets of the settings, at most 300 characters
 * @example shorten('<html>\n...') // '<html> ...'
 */
export function shorten(text) {
  // eslint-disable-next-line no-control-regex
  let line = String(text ?? '').replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');
  for (const secret of hidden) {
    line = line.replaceAll(secret, '***');
  }
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
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
  requestErrors.add(1, { name: target.name, cause });
  reportOnce(`${target.name} ${cause}`, () => {
    const { Location: location, 'Retry-After': retryAfter } = response.headers;
    const notes = [
      response.status === 0 ? response.error : `status ${response.status}`,
      location && `redirects to ${location}`,
      retryAfter && `Retry-After: ${retryAfter}`,
      // Neither exists in set-up.
      __VU > 0 && `VU ${__VU}, iteration ${__ITER}`,
      // An answer may repeat the secret it was sent.
      !target.options.confidential && response.body,
    ];
    const url = target.url.replace(/\/\/[^@/]*@/, '//***@').replace(/\?.*$/, '');
    return `${target.name}: ${cause} - ${target.method} ${url} - ${shorten(notes.filter(Boolean).join(', '))}`;
  });
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
 * Stands in for the response of a request that got none.
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
      // Only what stands behind the URL: it may hold credentials.
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
