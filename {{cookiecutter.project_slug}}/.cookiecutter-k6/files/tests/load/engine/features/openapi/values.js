// Makes values from the generators of the table. Every value is valid for the schema that its generator was compiled
// from; the seed decides which value it is.
//
// Every VU evaluates this module: a module costs it 6 KB, a function 0.8 KB. Hence few helpers, and no further module.

import encoding from 'k6/encoding';
import { FRESH_LENGTH, generatorOf } from './table.js';
import { GeneratedFile } from './writing.js';

/** @typedef {import('./types.js').Generator} Generator */
/** @typedef {import('./types.js').PatternPart} PatternPart */

/**
 * What values are made from.
 *
 * @typedef {object} Source
 * @property {import('./table.js').Random} random
 * @property {number} optional share of optional properties and parameters that are made, 0 to 1
 * @property {(slot: string, fits?: import('./types.js').Fits) => string | number | undefined} bound the id
 *   that an earlier answer gave, undefined without one that fits
 * @property {boolean} [isMadeUp] whether an id was made up because the service has none
 */

/** From this nesting on only what is required is made: documents may refer to themselves. */
const DEPTH_LIMIT = 4;

/** Share of the properties that are made of an object whose document requires none. */
const UNDECIDED_SHARE = 0.5;

/** Most elements of an array whose schema allows more. */
const ELEMENTS = 3;

/** Values made for each element that has to differ from the others: enough to get all of an enum. */
const TRIES = 20;

const UUID = 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Dates are made from here on, milliseconds: services tend to refuse the past. */
const FIRST_DAY = Date.UTC(2030, 0, 1);

/**
 * Makes a value.
 *
 * @param {Generator} node
 * @param {Source} source
 * @param {number} [depth] nesting so far
 * @returns {any} JSON, or a GeneratedFile
 * @example makeValue({ make: 'int', min: 1, max: 6 }, source) // 4
 */
export function makeValue(node, source, depth = 0) {
  if ('const' in node) {
    return node.const;
  }
  if ('pick' in node) {
    return node.pick[upTo(source, node.pick.length)];
  }
  if ('use' in node) {
    return makeValue(generatorOf(node.use), source, depth);
  }
  if ('bind' in node) {
    const id = source.bound(node.bind, node.fits);
    return id === undefined ? makeValue(node.else, source, depth) : typed(id, node.fits);
  }
  return makeKind(node, source, depth);
}

/**
 * @param {Extract<Generator, { make: any }>} node
 * @param {Source} source
 * @param {number} depth
 * @returns {any}
 */
function makeKind(node, source, depth) {
  const inner = depth + 1;
  const minimal = depth >= DEPTH_LIMIT;
  switch (node.make) {
    case 'bool':
      return source.random.next() < 0.5;
    case 'int':
    case 'number':
      return makeNumber(node, source);
    case 'text':
      return makePlain(node, source);
    case 'format':
      return makeFormat(node, source);
    case 'pattern':
      return node.parts.map((part) => makePart(part, source)).join('');
    case 'file':
      return new GeneratedFile(node.name, node.type, letters(source, node.size));
    case 'with':
      return withProperties(node, source, depth);
    case 'tuple':
      return node.items.map((item) => makeValue(item, source, inner));
    case 'one':
      return makeValue(node.of[minimal ? 0 : upTo(source, node.of.length)], source, inner);
    case 'array':
      return makeArray(node, source, inner, minimal);
    case 'object':
      return makeObject(node, source, inner, minimal);
    default:
      return makeMap(node, source, inner, minimal);
  }
}

/**
 * @param {string | number} id
 * @param {import('./types.js').Fits} [fits]
 * @returns {string | number}
 */
function typed(id, { type } = {}) {
  if (type === undefined) {
    return id;
  }
  // Numbers that JavaScript cannot hold stay texts.
  const number = Number(id);
  return type === 'string' || String(number) !== String(id) ? String(id) : number;
}

/** @param {Source} source @param {number} count @returns {number} 0 to count - 1 */
function upTo({ random }, count) {
  return Math.floor(random.next() * count);
}

/** @param {Source} source @param {number} min @param {number} max @returns {number} min to max */
function between(source, min, max) {
  return min + upTo(source, Math.max(0, max - min) + 1);
}

/** @param {Source} source @param {number} length @returns {string} */
function letters(source, length) {
  let text = '';
  while (text.length < length) {
    text += LETTERS[upTo(source, LETTERS.length)];
  }
  return text;
}

/**
 * @param {Extract<Generator, { make: 'int' | 'number' }>} node
 * @param {Source} source
 * @returns {number}
 */
function makeNumber({ make, min, max, step }, source) {
  if (step !== undefined) {
    const first = Math.ceil(min / step - 1e-9);
    const last = Math.floor(max / step + 1e-9);
    const value = between(source, first, Math.max(first, last)) * step;
    const [, digits = '', exponent = '0'] = /(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(step)) ?? [];
    const decimals = Math.max(0, digits.length - Number(exponent));
    return Number(value.toFixed(Math.min(15, decimals)));
  }
  if (make === 'int') {
    return between(source, min, max);
  }
  const value = min + source.random.next() * (max - min);
  const rounded = Number(value.toFixed(3));
  return rounded >= min && rounded <= max ? rounded : value;
}

/** @param {PatternPart} part @param {Source} source @returns {string} */
function makePart(part, source) {
  if (typeof part === 'string') {
    return part;
  }
  const { min = 1, max = Math.max(1, min) } = part;
  let text = '';
  for (let left = between(source, min, max); left > 0; left -= 1) {
    if ('any' in part) {
      const parts = part.any[upTo(source, part.any.length)];
      text += parts.map((inner) => makePart(inner, source)).join('');
    } else {
      const characters = Array.from(part.chars);
      text += characters[upTo(source, characters.length)];
    }
  }
  return text;
}

/** @param {Extract<Generator, { make: 'text' }>} node @param {Source} source @returns {string} */
function makePlain({ min, max = Math.max(min, 24), like, fresh }, source) {
  if (like !== undefined) {
    return likeness(Array.from(like), { min, max, fresh }, source);
  }
  if (fresh) {
    const head = letters(source, between(source, 3, 6));
    return likeness(Array.from(head), { min, max, fresh }, source);
  }
  const shortest = Math.max(min, Math.min(max, 4));
  const longest = Math.max(shortest, Math.min(max, min + 12));
  const text = letters(source, between(source, shortest, longest));
  if (text.length >= 8) {
    source.random.made.push(text); // nobody else has it
  }
  return text;
}

/**
 * @param {string[]} characters of the documented value
 * @param {{ min: number, max: number, fresh: boolean | undefined }} wanted
 * @param {Source} source
 * @returns {string} the value, cut and padded to fit, with an end of its own when it has to be fresh
 */
function likeness(characters, { min, max, fresh }, source) {
  const end = fresh ? source.random.fresh(max) : '';
  const gap = end !== '' && max > end.length ? '-' : '';
  const head = characters
    .slice(0, Math.max(0, max - end.length - gap.length))
    .join('')
    .trim();
  const text = head === '' ? end : `${head}${gap}${end}`;
  const missing = min - Array.from(text).length;
  return missing > 0 ? letters(source, missing) + text : text;
}

/** @param {Extract<Generator, { make: 'format' }>} node @param {Source} source @returns {string} */
function makeFormat({ format, min = 0, max = Infinity }, source) {
  const { random } = source;
  // Lengths: the compiler knows them too (engine/features/openapi/openapi_table/schemas/formats.py).
  const day = () => new Date(FIRST_DAY + upTo(source, 365 * 86_400) * 1000).toISOString();
  switch (format) {
    case 'date-time':
      return day().replace('.000Z', 'Z');
    case 'date':
      return day().slice(0, 10);
    case 'time':
      return `${day().slice(11, 19)}Z`;
    case 'duration':
      return `P${between(source, 1, 9)}D`;
    case 'uuid': {
      const id = UUID.replace(/x/g, () => upTo(source, 16).toString(16));
      random.made.push(id);
      return id;
    }
    case 'email':
      return framed('', '@example.com', { min, max }, source);
    case 'uri':
      return framed('https://example.com/', '', { min, max }, source);
    case 'hostname':
      return framed('', '.example.com', { min, max }, source);
    case 'ipv4':
      return `198.51.100.${between(source, 100, 254)}`;
    case 'ipv6':
      return `2001:db8::${between(source, 0x1000, 0xffff).toString(16)}`;
    case 'byte':
      return base64({ min, max }, source);
    default:
      return random.fresh(FRESH_LENGTH);
  }
}

/**
 * @param {string} head
 * @param {string} tail
 * @param {{ min: number, max: number }} length
 * @param {Source} source
 * @returns {string} fresh text between the two
 */
function framed(head, tail, { min, max }, source) {
  const room = Math.max(1, max - head.length - tail.length);
  const middle = source.random.fresh(Math.min(room, FRESH_LENGTH));
  const missing = min - head.length - tail.length - middle.length;
  return `${head}${missing > 0 ? letters(source, missing) : ''}${middle}${tail}`;
}

/**
 * @param {{ min: number, max: number }} length of the encoded text
 * @param {Source} source
 * @returns {string}
 */
function base64({ min, max }, source) {
  const most = Math.floor(Math.min(max, Math.max(min, 16)) / 4);
  return encoding.b64encode(letters(source, 3 * Math.max(Math.ceil(min / 4), most)));
}

/**
 * How many elements: at least one where that is allowed, an empty list tests nothing.
 *
 * @param {{ min?: number, max?: number }} bounds
 * @param {Source} source
 * @param {boolean} minimal
 * @returns {number}
 */
function countOf({ min = 0, max = Math.max(min, ELEMENTS) }, source, minimal) {
  const least = minimal ? min : Math.max(min, Math.min(1, max));
  return minimal ? least : between(source, least, Math.max(least, Math.min(max, ELEMENTS)));
}

/**
 * @param {Extract<Generator, { make: 'array' }>} node
 * @param {Source} source
 * @param {number} depth
 * @param {boolean} minimal
 * @returns {any[]}
 */
function makeArray(node, source, depth, minimal) {
  const count = countOf(node, source, minimal);
  const values = [];
  const seen = Object.create(null);
  for (let tries = 0; values.length < count && tries < count * TRIES; tries += 1) {
    const value = makeValue(node.items, source, depth);
    const key = node.unique ? JSON.stringify(value) : tries;
    if (!(key in seen)) {
      seen[key] = true;
      values.push(value);
    }
  }
  return values;
}

/**
 * An object without a prototype: a property may be called `__proto__`.
 *
 * @param {Extract<Generator, { make: 'object' }>} node
 * @param {Source} source
 * @param {number} depth
 * @param {boolean} minimal
 * @returns {Record<string, any>}
 */
function makeObject(node, source, depth, minimal) {
  const { required = {}, optional = {}, min = 0, ordered = [] } = node;
  const value = Object.create(null);
  for (const name of Object.keys(required)) {
    value[name] = makeValue(required[name], source, depth);
  }
  let left = Object.keys(optional).length;
  let size = Object.keys(required).length;
  // A document that requires nothing seldom means that nothing is enough.
  const least = minimal || size > 0 ? min : Math.max(min, 1);
  const share = minimal ? 0 : Math.max(source.optional, size > 0 ? 0 : UNDECIDED_SHARE);
  for (const name of Object.keys(optional)) {
    if (size + left <= least || source.random.next() < share) {
      value[name] = makeValue(optional[name], source, depth);
      size += 1;
    }
    left -= 1;
  }
  inOrder(ordered, value);
  return value;
}

/**
 * Lets what begins come before what ends. Both are made alike, so each fits the place of the other.
 *
 * @param {readonly (readonly [string | number, string | number])[]} pairs keys of the earlier and the later value
 * @param {any} values gets them in order
 * @example inOrder([['start', 'end']], { start: '2030-05-01', end: '2030-02-01' });
 */
export function inOrder(pairs, values) {
  for (const [first, last] of pairs) {
    if (values[first] > values[last]) {
      [values[first], values[last]] = [values[last], values[first]];
    }
  }
}

/**
 * @param {Extract<Generator, { make: 'map' }>} node
 * @param {Source} source
 * @param {number} depth
 * @param {boolean} minimal
 * @returns {Record<string, any>}
 */
function makeMap(node, source, depth, minimal) {
  const value = Object.create(null);
  let left = countOf(node, source, minimal);
  for (let tries = left * TRIES; left > 0 && tries > 0; tries -= 1) {
    const key = String(node.keys ? makeValue(node.keys, source, depth) : letters(source, 6));
    if (!(key in value)) {
      value[key] = makeValue(node.values, source, depth);
      left -= 1;
    }
  }
  return value;
}

/**
 * @param {Extract<Generator, { make: 'with' }>} node
 * @param {Source} source
 * @param {number} depth
 * @returns {any} what the base makes, with some properties of the user's
 */
function withProperties({ base, properties }, source, depth) {
  const value = makeValue(base, source, depth);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return value;
  }
  const copy = Object.assign(Object.create(null), value);
  for (const [name, node] of Object.entries(properties)) {
    // A dot leads into a part, unless it belongs to a name.
    const steps = name in copy ? [name] : name.split('.');
    const last = steps.pop() ?? name;
    const part = steps.reduce((from, step) => (from[step] = Object(from[step])), copy);
    part[last] = makeValue(node, source, depth + 1);
  }
  return copy;
}
