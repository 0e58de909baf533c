// Requests to the API of GitHub or GitLab.

import http from 'k6/http';
import { shorten, unanswered } from '../../vu/failures.js';

/** Pages of 100 that are read at most: a request with more comments gets a second comment. */
const MOST_PAGES = 30;

/**
 * @typedef {object} Api
 * @property {(method: string, path: string, body?: object) => any} call answers with the parsed document
 * @property {(path: string) => any[]} list all pages
 * @property {(path: string) => string | undefined} text undefined if there is no such thing
 */

/**
 * Speaks to an API. Every problem is an exception that names the request, and never the token.
 *
 * @param {string} base address of the API
 * @param {Record<string, string>} headers with the token
 * @returns {Api}
 * @example apiAt('https://api.github.com', { Authorization: `Bearer ${token}` }).list('/repos/acme/shop/pulls')
 */
export function apiAt(base, headers) {
  const send = senderTo(base, headers);
  /** @type {Api['call']} */
  const call = (method, path, body) => {
    const response = send(method, path, body);
    if (response.status < 200 || response.status > 299) {
      throw problem(method, path, response);
    }
    return response.json();
  };
  return {
    call,
    list: (path) => allPages((page) => call('GET', withQuery(path, `per_page=100&page=${page}`))),
    text: (path) => {
      const response = send('GET', path, undefined, {
        Accept: 'application/vnd.github.raw+json',
      });
      if (response.status === 404) {
        return undefined;
      }
      if (response.status !== 200) {
        throw problem('GET', path, response);
      }
      return String(response.body);
    },
  };
}

/**
 * @param {string} base
 * @param {Record<string, string>} headers of every request
 * @returns {(method: string, path: string, body?: object, extra?: Record<string, string>) => any} sends one request;
 *   without an answer, the status is 0
 */
function senderTo(base, headers) {
  return (method, path, body, extra = {}) => {
    const params = {
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'k6-load-tests',
        ...headers,
        ...extra,
      },
      timeout: '20s',
      redirects: 3,
      throw: true,
    };
    try {
      return http.request(
        method,
        `${base}${path}`,
        body === undefined ? null : JSON.stringify(body),
        params,
      );
    } catch (error) {
      return unanswered(/** @type {any} */ ({ url: '' }), error);
    }
  };
}

/**
 * @param {(page: number) => any[]} read one page of up to 100 rows, counted from 1
 * @returns {any[]} the rows of all pages, at most MOST_PAGES of them
 */
function allPages(read) {
  const found = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const rows = read(page);
    found.push(...rows);
    if (rows.length < 100) {
      break;
    }
  }
  return found;
}

/**
 * @param {string} path
 * @param {string} query
 * @returns {string}
 */
function withQuery(path, query) {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}

/** An answer that says that the token may not do this. */
export class Forbidden extends Error {}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} response
 * @returns {Error}
 */
function problem(method, path, { status, error, body }) {
  const what = status === 0 ? shorten(error) : `status ${status}, ${shorten(body)}`;
  const message = `${method} ${path.split('?')[0]}: ${what}`;
  return status === 401 || status === 403 ? new Forbidden(message) : new Error(message);
}
