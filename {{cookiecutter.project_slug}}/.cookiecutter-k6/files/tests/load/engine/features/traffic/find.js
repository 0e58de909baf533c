// Finds a value in an answer again: in JSON, a header, a cookie, a field or link of a page, or between two texts.

import http from 'k6/http';

/** @typedef {import('./types.js').Where} Where */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */

/**
 * Reads a value from an answer.
 *
 * @param {HttpResponse} response
 * @param {Where} where
 * @param {Record<string, string>} given values so far: things are found by the name that this run gave them
 * @returns {string | undefined} undefined: it is not there
 * @example found(response, { in: 'json', path: ['items', 0, 'id'] }, {}) // '7'
 */
export function found(response, where, given) {
  switch (where.in) {
    case 'json':
      return inJson(response, where.path, given);
    case 'header':
      return addressed(headerOf(response, where.name), where);
    case 'cookie':
      return cookieOf(response, where.name);
    case 'link':
      return inLink(response, where, given);
    case 'text':
      return between(String(response.body ?? ''), where);
    default:
      return inTag(response, where);
  }
}

/**
 * @param {HttpResponse} response
 * @param {any[]} path
 * @param {Record<string, string>} given
 * @returns {string | undefined}
 */
function inJson(response, path, given) {
  let value;
  try {
    value = /** @type {any} */ (response.json());
  } catch {
    return undefined;
  }
  for (const step of path) {
    if (value === null || typeof value !== 'object') {
      return undefined;
    }
    if (typeof step === 'object') {
      const wanted = given[step.is];
      value = Array.isArray(value)
        ? value.find(
            (item) => String((step.under ? item?.[step.under] : item)?.[step.key]) === wanted,
          )
        : undefined;
    } else if (typeof step === 'number') {
      // A list may be shorter than it was.
      value = Array.isArray(value) ? value[Math.min(step, value.length - 1)] : undefined;
    } else {
      value = Object.hasOwn(value, step) ? value[step] : undefined;
    }
  }
  return value === null || value === undefined || typeof value === 'object'
    ? undefined
    : String(value);
}

/**
 * @param {HttpResponse} response
 * @param {string} name
 * @returns {string | undefined}
 */
function headerOf({ headers }, name) {
  const wanted = name.toLowerCase();
  const key = Object.keys(headers).find((one) => one.toLowerCase() === wanted);
  return key === undefined ? undefined : headers[key];
}

/**
 * @param {HttpResponse} response
 * @param {string} name
 * @returns {string | undefined} also one that an earlier answer set
 */
function cookieOf({ cookies, url }, name) {
  return cookies[name]?.[0]?.value ?? http.cookieJar().cookiesForURL(url)[name]?.[0];
}

/**
 * @param {string | undefined} address
 * @param {{ segment?: number, query?: string }} part
 * @returns {string | undefined}
 */
function addressed(address, { segment, query }) {
  if (address === undefined || (segment === undefined && query === undefined)) {
    return address;
  }
  const bare = address.replace(/^\s*</, '').replace(/>.*$/, '').replace(/#.*$/, '');
  const [path, search = ''] = bare.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').split('?');
  if (segment !== undefined) {
    return decoded(path.split('/')[segment]);
  }
  const start = `${encodeURIComponent(/** @type {string} */ (query))}=`;
  const pair = search.split('&').find((one) => one.startsWith(start));
  return pair === undefined ? undefined : decoded(pair.slice(start.length).replace(/\+/g, ' '));
}

/**
 * @param {string | undefined} text
 * @returns {string | undefined}
 */
function decoded(text) {
  try {
    return text === undefined || text === '' ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}

const ENTITIES = /** @type {Record<string, string>} */ ({
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
});

/**
 * @param {string} text of a page
 * @returns {string}
 */
function plain(text) {
  return text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name) => {
    const isHex = name[1] === 'x' || name[1] === 'X';
    const number = name[0] === '#' ? Number(isHex ? `0${name.slice(1)}` : name.slice(1)) : NaN;
    return number > 0 && number < 0x110000
      ? String.fromCodePoint(number)
      : (ENTITIES[name] ?? whole);
  });
}

/** Attributes of a tag, quoted or not. */
const ATTRIBUTES = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g;

/**
 * @param {string} tag the inside of a start tag
 * @returns {Record<string, string>}
 */
function attributesOf(tag) {
  const of = Object.create(null);
  for (const [, name, one, two, three] of tag.matchAll(ATTRIBUTES)) {
    of[name.toLowerCase()] ??= plain(one ?? two ?? three ?? '');
  }
  return of;
}

/**
 * @param {HttpResponse} response
 * @param {Extract<Where, { in: 'field' | 'meta' | 'attribute' }>} where
 * @returns {string | undefined} the one at its place, else the last one
 */
function inTag(response, { in: kind, name, nth }) {
  const tags = {
    field: /<(?:input|button|textarea)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi,
    meta: /<meta\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi,
    attribute: /<[a-z][\w-]*\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi,
  };
  let last;
  let seen = 0;
  for (const [, inside] of String(response.body ?? '').matchAll(tags[kind])) {
    // Most tags are others; taking one apart costs more than looking at its text.
    if (!inside.includes(name)) {
      continue;
    }
    const of = attributesOf(inside);
    const isIt = kind === 'attribute' ? name in of : of.name === name || of.property === name;
    if (isIt) {
      last = { field: of.value, meta: of.content, attribute: of[name] }[kind];
      if (seen === nth) {
        return last;
      }
      seen += 1;
    }
  }
  return last;
}

/**
 * @param {HttpResponse} response
 * @param {Extract<Where, { in: 'link' }>} where
 * @param {Record<string, string>} given
 * @returns {string | undefined} of links named after something, only that of the one with this name
 */
function inLink(response, where, given) {
  const body = String(response.body ?? '');
  const tags =
    where.tag === 'form'
      ? /<form\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi
      : /<a\b((?:"[^"]*"|'[^']*'|[^>"'])*)>([^]{0,2000}?)<\/a>/gi;
  let last;
  let seen = 0;
  for (const [, inside, content = ''] of body.matchAll(tags)) {
    const of = attributesOf(inside);
    const address = of[where.tag === 'form' ? 'action' : 'href'];
    if (address === undefined || !isLike(address, where.path)) {
      continue;
    }
    const value = addressed(address, where);
    if (where.has !== undefined) {
      const text = plain(content.replace(/<[^>]*>/g, ' '));
      if (given[where.has] !== undefined && text.includes(given[where.has])) {
        return value;
      }
    } else if (seen === where.nth) {
      return value;
    }
    seen += 1;
    last = value;
  }
  return where.has === undefined ? last : undefined;
}

/**
 * @param {string} address
 * @param {string} pattern a path in which `*` is any segment
 * @returns {boolean}
 */
function isLike(address, pattern) {
  const path = address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/[?#].*$/, '');
  const words = path.split('/');
  const wanted = pattern.split('/');
  return (
    words.length === wanted.length &&
    wanted.every((word, index) => word === words[index] || (word === '*' && words[index] !== ''))
  );
}

/**
 * @param {string} body
 * @param {Extract<Where, { in: 'text' }>} where
 * @returns {string | undefined}
 */
function between(body, { before, after, nth }) {
  let at = -1;
  for (let count = 0; count <= nth; count += 1) {
    const next = body.indexOf(before, at + 1);
    if (next < 0) {
      break;
    }
    at = next;
  }
  const start = at + before.length;
  const end = at < 0 ? -1 : body.indexOf(after, start);
  return end < 0 || end - start > 4000 ? undefined : body.slice(start, end);
}
