// A request as it is going to be sent, for strategies that sign it.

import { formText } from '../../lib/http.js';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../../lib/http.js').RequestDetails} RequestDetails */

/**
 * The whole URL of a request.
 *
 * @param {Endpoint} target
 * @param {RequestDetails} [details]
 * @returns {string}
 * @example urlOf(ITEM, { path: { id: 7 }, query: 'full=true' }) // 'http://localhost:8000/items/7?full=true'
 */
export function urlOf(target, { path = {}, query = '' } = {}) {
  const url = Object.keys(path).reduce(
    (text, name) => text.replaceAll(`{${name}}`, encodeURIComponent(path[name])),
    target.url,
  );
  return query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url;
}

/**
 * The body of a request.
 *
 * @param {RequestDetails} [details]
 * @returns {string | ArrayBuffer} empty: none
 * @example bodyOf({ form: { user: 'a' } }) // 'user=a'
 */
export function bodyOf({ body = '', form } = {}) {
  if (form !== undefined) {
    return formText(form);
  }
  return typeof body === 'string' || body instanceof ArrayBuffer ? body : JSON.stringify(body);
}
