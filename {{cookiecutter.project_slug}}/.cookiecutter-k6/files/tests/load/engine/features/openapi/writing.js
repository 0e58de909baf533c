// How values are written into URLs and headers: style and explode.

/** @typedef {import('./types.js').Parameter} Parameter */

/** Stands for a small file in form data. */
export class GeneratedFile {
  /**
   * @param {string} name
   * @param {string} type media type
   * @param {string} text content
   */
  constructor(name, type, text) {
    this.name = name;
    this.type = type;
    this.text = text;
  }
}

/** Separators of the elements of a list in one value, encoded. */
const SEPARATORS = /** @type {Record<string, string>} */ ({
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
  tabDelimited: '%09',
});

/**
 * @param {any} value
 * @returns {string} a value that is no container, as text
 */
export function plain(value) {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value ?? '');
}

/**
 * @param {any} value
 * @returns {string} percent-encoded
 */
export function encoded(value) {
  return encodeURIComponent(plain(value));
}

/**
 * Encodes a value whose parameter allows reserved characters; those that would end it stay encoded.
 *
 * @param {any} value
 * @returns {string}
 */
function reserved(value) {
  return encoded(value).replace(/%(3A|2F|3F|5B|5D|40|24|2C|3B)/g, decodeURIComponent);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
export function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * Writes a value of a path.
 *
 * @param {Parameter} parameter
 * @param {any} value
 * @returns {string} percent-encoded
 * @throws on a value that would lead to another path: none at all, or dots
 * @example inPath({ in: 'path', name: 'ids', gen }, [1, 2]) // '1,2'
 */
export function inPath({ name, style = 'simple', explode = false, json }, value) {
  if (json) {
    return encodeURIComponent(JSON.stringify(value));
  }
  if (style === 'matrix') {
    return matrix(name, explode, value);
  }
  const head = style === 'label' ? '.' : '';
  const separator = explode && style === 'label' ? '.' : (SEPARATORS[style] ?? ',');
  const text = head + joined(value, explode, separator, encoded);
  if (text === '' || text === '.' || text === '..') {
    throw new Error(
      `path parameter '${name}': the value '${text}' leads to another path. ` +
        'Give it values in data/operations.overrides.json, or skip the operation there',
    );
  }
  return text;
}

/**
 * @param {string} name
 * @param {boolean} explode
 * @param {any} value
 * @returns {string}
 */
function matrix(name, explode, value) {
  const pair = (/** @type {string} */ key, /** @type {string} */ text) =>
    `;${encodeURIComponent(key)}=${text}`;
  if (explode && Array.isArray(value)) {
    return value.map((item) => pair(name, encoded(item))).join('');
  }
  if (explode && isObject(value)) {
    return Object.entries(value)
      .map(([key, item]) => pair(key, encoded(item)))
      .join('');
  }
  return pair(name, joined(value, false, ',', encoded));
}

/**
 * Writes a value of a header, or the value of a cookie.
 *
 * @param {Parameter} parameter
 * @param {any} value
 * @returns {string} without the characters that would end a header
 * @example inHeader({ in: 'header', name: 'X-Ids', gen }, [1, 2]) // '1,2'
 */
export function inHeader({ style = 'simple', explode = false, json }, value) {
  const separator = decodeURIComponent(SEPARATORS[style] ?? ',');
  const text = json ? JSON.stringify(value) : joined(value, explode, separator, plain);
  // All but the tab, which separates.
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f]+/g, ' ').trim();
}

/**
 * @param {any} value
 * @param {boolean} explode
 * @param {string} separator
 * @param {(value: any) => string} write
 * @returns {string} lists and objects in one text
 */
function joined(value, explode, separator, write) {
  if (Array.isArray(value)) {
    return value.map(write).join(separator);
  }
  return isObject(value)
    ? Object.entries(value)
        .map(([key, item]) => `${write(key)}${explode ? '=' : separator}${write(item)}`)
        .join(separator)
    : write(value);
}

/**
 * Writes a value of a query.
 *
 * @param {Parameter} parameter
 * @param {any} value
 * @returns {string[]} `name=value` pairs, percent-encoded
 * @example inQuery({ in: 'query', name: 'tag', gen }, ['a', 'b']) // ['tag=a', 'tag=b']
 */
export function inQuery(parameter, value) {
  const { name, style = 'form', explode = style === 'form', json } = parameter;
  const write = parameter.reserved ? reserved : encoded;
  if (json) {
    return [`${encodeURIComponent(name)}=${encodeURIComponent(JSON.stringify(value))}`];
  }
  const between = decodeURIComponent(SEPARATORS[parameter.inner ?? ''] ?? ',');
  const flat =
    parameter.inner !== undefined && Array.isArray(value)
      ? value.map((item) => (Array.isArray(item) ? item.map(plain).join(between) : item))
      : value;
  return pairs(name, flat, { style, explode, write });
}

/**
 * @param {string} name
 * @param {any} value
 * @param {{ style: string, explode: boolean, write: (value: any) => string }} how
 * @returns {string[]}
 */
export function pairs(name, value, { style, explode, write }) {
  const key = encodeURIComponent(name);
  if (style === 'deepObject') {
    return bracketed(key, value, write);
  }
  if (explode && Array.isArray(value)) {
    return value.flatMap((item, index) =>
      item !== null && typeof item === 'object'
        ? bracketed(`${key}${bracket(index)}`, item, write)
        : [`${key}=${write(item)}`],
    );
  }
  if (explode && isObject(value)) {
    return Object.entries(value).flatMap(([inner, item]) =>
      pairs(inner, item, { style, explode: Array.isArray(item), write }),
    );
  }
  return [`${key}=${joined(value, explode, SEPARATORS[style] ?? ',', write)}`];
}

/**
 * @param {string} key encoded
 * @param {any} value
 * @param {(value: any) => string} write
 * @returns {string[]} `key[inner]=value` down to the last level
 */
function bracketed(key, value, write) {
  if (value === null || typeof value !== 'object') {
    return [`${key}=${write(value)}`];
  }
  return Object.entries(value).flatMap(([inner, item]) =>
    bracketed(`${key}${bracket(inner)}`, item, write),
  );
}

/**
 * @param {string | number} inner
 * @returns {string}
 */
function bracket(inner) {
  return `%5B${encodeURIComponent(String(inner))}%5D`;
}
