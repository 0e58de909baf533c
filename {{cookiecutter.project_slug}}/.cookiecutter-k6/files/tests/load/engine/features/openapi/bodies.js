// How values are written into bodies that are not plain JSON: forms, files, text.

import encoding from 'k6/encoding';
import { GeneratedFile, encoded, isObject, pairs, plain } from './writing.js';

/** @typedef {import('./types.js').BodyType} BodyType */
/** @typedef {import('./types.js').BodyField} BodyField */

/** The smallest picture: services look at what they get. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Between the parts of multipart bodies; generated values hold no such text. */
const BOUNDARY = 'k6-7d1f0f5d3c0e4b2a';

/**
 * Writes a value as the body of a request. JSON needs no help.
 *
 * @param {BodyType} type
 * @param {any} value
 * @returns {{ contentType: string, content: string | ArrayBuffer }}
 * @example encodeBody({ type: 'application/x-www-form-urlencoded', kind: 'form', gen }, { name: 'Rex' })
 */
export function encodeBody(type, value) {
  const contentType = type.type;
  switch (type.kind) {
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
