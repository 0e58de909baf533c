/** VUs beyond these stay silent: a dead service must not fill a disk. */
const TALKING_VUS = 10;

const MAX_LENGTH = 300;

/** @type {Set<string>} */
const said = new Set();

/**
 * Logs a message once per topic and VU, and only from the first few VUs. Failures are counted in metrics;
 * the log is for the first look at them.
 *
 * @param {string} topic what to say only once, such as an endpoint name and a cause
 * @param {() => string} message built only when it is shown
 * @example reportOnce('GET /items 500', () => 'GET /items: server error')
 */
export function reportOnce(topic, message) {
  if (__VU > TALKING_VUS || said.has(topic)) {
    return;
  }
  said.add(topic);
  console.error(message());
}

/**
 * Makes foreign text fit for one log line.
 *
 * @param {unknown} text
 * @returns {string} without control characters, at most 300 characters
 * @example shorten('<html>\n...') // '<html> ...'
 */
export function shorten(text) {
  // eslint-disable-next-line no-control-regex
  const line = String(text ?? '').replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}...` : line;
}
