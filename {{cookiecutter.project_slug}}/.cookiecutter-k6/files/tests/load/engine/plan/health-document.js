// What a health document says, when it is in none of the fields that count.

import { env } from '../../lib/config.js';
import { jsonAt } from '../../lib/http.js';

/** @typedef {import('../types/suite.js').HttpResponse} HttpResponse */

/** Fields that mean that the service is up if they are true. */
const YES = /^(ok|up|alive|live|ready|running|available|online|pass|passed|success)$/i;

/** Words of a service that does not work. A degraded one may. */
const SICK =
  /^(down|fail|failed|failing|failure|unhealthy|critical|dead|error|not[ _-]?ready|out[ _-]of[ _-]service|unavailable)$/i;

/** Fields that usually hold the word. */
const USUAL = /^(status|state|health)$/i;

/**
 * @param {HttpResponse} response
 * @returns {[path: string, value: string][]} texts and truths of a JSON object and of the objects in it
 */
function valuesOf(response) {
  let document;
  try {
    document = response.json();
  } catch {
    return [];
  }
  const isObject = (/** @type {unknown} */ one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one);
  const members = (/** @type {any} */ one) =>
    Object.entries(isObject(one) ? one : {}).filter(([name]) => /^[\w-]+$/.test(name));
  return members(document)
    .flatMap(([name, value]) => [
      [name, value],
      ...members(value).map(([inner, one]) => [`${name}.${inner}`, one]),
    ])
    .filter(([, value]) => ['string', 'boolean'].includes(typeof value))
    .map(([path, value]) => [path, String(value)]);
}

/**
 * @param {HttpResponse} response
 * @returns {boolean} whether it is a web page
 * @example isPage(response) // true for <html>...
 */
export const isPage = ({ body }) => /^\s*</.test(String(body ?? ''));

/** @param {string} path */
const lastOf = (path) => path.slice(path.lastIndexOf('.') + 1);

/**
 * The field of HEALTH_FIELDS that a document has.
 *
 * @param {HttpResponse} response
 * @returns {string | undefined}
 */
const judgedField = (response) =>
  env.HEALTH_FIELDS.find((name) => jsonAt(response, name) !== undefined);

/**
 * Finds the field that says that the service is healthy, if HEALTH_FIELDS has none that is there.
 *
 * @param {HttpResponse} response
 * @returns {string | undefined} undefined: no field says so, or another one counts
 * @example healthField(response) // 'ok' for {"ok": true}
 */
export function healthField(response) {
  const saysSo = (/** @type {string} */ path, /** @type {string} */ value) =>
    env.HEALTH_STATUS_WORDS.includes(value.toLowerCase()) &&
    (value !== 'true' || YES.test(lastOf(path)));
  return response.status <= 299 && judgedField(response) === undefined
    ? valuesOf(response).find(([path, value]) => saysSo(path, value))?.[0]
    : undefined;
}

/**
 * Finds what a document says instead of a healthy word.
 *
 * @param {HttpResponse} response
 * @returns {[field: string, word: string] | undefined} the field is empty if it is one of HEALTH_FIELDS
 * @example saidIn(response) // ['state', 'running'] for {"state": "running"}
 */
export function saidIn(response) {
  const judged = judgedField(response);
  return judged === undefined
    ? valuesOf(response).find(([path]) => USUAL.test(lastOf(path)))
    : ['', String(jsonAt(response, judged))];
}

/**
 * Tells whether a health document says that the service does not work.
 *
 * @param {HttpResponse} response
 * @returns {boolean} true for {"status": "DOWN"}, and for a server error
 * @example saysSick(response)
 */
export function saysSick(response) {
  const text = String(response.body ?? '')
    .trim()
    .replaceAll('"', '');
  const word = saidIn(response)?.[1] ?? text;
  return response.status >= 500 || SICK.test(word);
}
