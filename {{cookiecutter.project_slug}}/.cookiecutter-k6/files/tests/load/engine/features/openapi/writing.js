// How values are written into requests: style and explode in URLs and headers; JSON, forms and files in bodies.

import encoding from 'k6/encoding';

/** @typedef {import('./types.js').BodyType} BodyType */
/** @typedef {import('./types.js').Parameter} Parameter */
/** @typedef {import('./types.js').BodyField} BodyField */

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
function encoded(value) {
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
function isObject(value) {
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
 * Writes one field of a form.
 *
 * @param {string} name
 * @param {any} value
 * @param {BodyField} [field] default: lists are repeated, objects in brackets
 * @returns {string[]} `name=value` pairs, percent-encoded
 * @example inForm('card', { number: 42 }) // ['card%5Bnumber%5D=42']
 */
export function inForm(name, value, field = {}) {
  const { style = isObject(value) ? 'deepObject' : 'form', explode = style === 'form' } = field;
  return field.type === 'application/json'
    ? [`${encodeURIComponent(name)}=${encodeURIComponent(JSON.stringify(value))}`]
    : pairs(name, value, { style, explode, write: encoded });
}

/**
 * @param {string} name
 * @param {any} value
 * @param {{ style: string, explode: boolean, write: (value: any) => string }} how
 * @returns {string[]}
 */
function pairs(name, value, { style, explode, write }) {
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

/** The smallest picture: services look at what they get. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Between the parts of multipart bodies; generated values hold no such text. */
const BOUNDARY = 'k6-7d1f0f5d3c0e4b2a';

/**
 * Writes a value as the body of a request.
 *
 * @param {BodyType} type
 * @param {any} value
 * @returns {{ contentType: string, content: string | ArrayBuffer }}
 * @example encodeBody({ type: 'application/json', kind: 'json', gen }, { name: 'Rex' })
 */
export function encodeBody(type, value) {
  const contentType = type.type;
  switch (type.kind) {
    case 'json':
      return { contentType, content: JSON.stringify(value) };
    case 'form':
      return { contentType, content: formOf(type, value) };
    case 'multipart':
      return {
        contentType: `${contentType}; boundary=${BOUNDARY}`,
        content: multipartOf(type, value),
      };
    default:
      return {
        contentType,
        content: value instanceof GeneratedFile ? bytesOf(value) : plain(value),
      };
  }
}

/**
 * @param {BodyType} type
 * @param {Record<string, any>} value
 * @returns {string}
 */
function formOf({ fields = {} }, value) {
  return Object.entries(value)
    .flatMap(([name, item]) => inForm(name, item, fields[name]))
    .join('&');
}

/**
 * @param {GeneratedFile} file
 * @returns {string | ArrayBuffer}
 */
function bytesOf({ type, text }) {
  return type.startsWith('image/') ? encoding.b64decode(PIXEL, 'std') : text;
}

/**
 * @param {BodyType} type
 * @param {Record<string, any>} value
 * @returns {ArrayBuffer}
 */
function multipartOf({ fields = {} }, value) {
  /** @type {(string | ArrayBuffer)[]} */
  const chunks = [];
  for (const [name, item] of Object.entries(value)) {
    const type = fields[name]?.type;
    // Each element of a list is a part of its own, unless the list as a whole is JSON.
    for (const part of Array.isArray(item) && type !== 'application/json' ? item : [item]) {
      chunks.push(...partOf(name, part, type));
    }
  }
  return concatenated([...chunks, `--${BOUNDARY}--\r\n`]);
}

/**
 * @param {string} name
 * @param {any} value
 * @param {string} [type] default: what follows from the value
 * @returns {(string | ArrayBuffer)[]}
 */
function partOf(name, value, type) {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
  if (value instanceof GeneratedFile) {
    const media = type ?? value.type;
    const file = `${head}; filename="${quoted(value.name)}"\r\nContent-Type: ${media}\r\n\r\n`;
    return [file, bytesOf({ ...value, type: media }), '\r\n'];
  }
  const isJson = type === 'application/json' || (value !== null && typeof value === 'object');
  const text = isJson ? JSON.stringify(value) : plain(value);
  const line = isJson ? '\r\nContent-Type: application/json' : '';
  return [`${head}${line}\r\n\r\n${text}\r\n`];
}

/**
 * @param {string} name
 * @returns {string} fit for the inside of a quoted header parameter
 */
function quoted(name) {
  return name.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}

/**
 * @param {(string | ArrayBuffer)[]} chunks
 * @returns {ArrayBuffer}
 */
function concatenated(chunks) {
  const parts = chunks.map(
    (chunk) =>
      // k6 1.x has no TextEncoder; this round trip gives the same bytes.
      new Uint8Array(
        typeof chunk === 'string' ? encoding.b64decode(encoding.b64encode(chunk), 'std') : chunk,
      ),
  );
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole.buffer;
}
