// Learns from refusals: validation messages name the field that is wrong and often say what is right (refusals.js).
// Those values are changed and the operation is sent again. Only the first VU loads this module.

import k6 from 'k6';
import { reportOnce } from '../../vu/failures.js';
import { complaintsOf, wishOf } from './refusals.js';
import { generatorOf } from './table.js';
import { makeValue } from './values.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').Generator} Generator */
/** @typedef {import('./types.js').Json} Json */
/** @typedef {import('./values.js').Source} Source */
/** @typedef {Record<string, Json>} Values by their keys in the overrides, such as `body.kind` */

/** Statuses that mean: a value is wrong. */
const REFUSALS = [400, 422];

/** Never changed: another id may be somebody else's. */
const ID = /(^|_)(id|uuid|guid)s?$|(Id|ID|Uuid)s?$/;

/** A name that a missing property may have. */
const PROPERTY = /^[A-Za-z_]\w*$/;

/** Learned so far, by operation. @type {Record<number, Values>} */
const learned = {};

/** Operations that were refused already: each gets one lesson. @type {Record<number, boolean>} */
const taught = {};

/**
 * Puts into an operation what was learned about it.
 *
 * @param {Operation} operation
 * @returns {Operation}
 * @example const wiser = improved(operationAt(3));
 */
export function improved(operation) {
  const values = learned[operation.index];
  return values === undefined ? operation : changed(operation, values);
}

/**
 * Begins a lesson: each refusal may name further values to change.
 *
 * @param {Operation} operation
 * @param {Source} source of values for properties that are missing
 * @returns {{ next: (response: import('../../types/suite.js').HttpResponse) => Operation | undefined, accept: () => void }
 *   | undefined} next: the operation to send again after a refusal, undefined when it names nothing new; accept: to be
 *   called when it succeeded; undefined: there was a lesson already
 * @example const operation = lessonOn(operationAt(3), source)?.next(response);
 */
export function lessonOn(operation, source) {
  if (taught[operation.index]) {
    return undefined;
  }
  /** @type {Values} */
  const values = {};
  return {
    next: (response) => {
      if (!REFUSALS.includes(response.status)) {
        return undefined;
      }
      taught[operation.index] = true;
      const more = wishesIn(operation, response, source);
      const isNew = Object.keys(more).some((key) => !(key in values));
      Object.assign(values, more);
      return isNew ? changed(operation, values) : undefined;
    },
    accept: () => {
      learned[operation.index] = values;
      propose(operation, values);
    },
  };
}

/**
 * @param {Operation} operation
 * @param {import('../../types/suite.js').HttpResponse} response
 * @param {Source} source
 * @returns {Values}
 */
function wishesIn(operation, response, source) {
  let body;
  try {
    body = response.json();
  } catch {
    return {};
  }
  /** @type {Values} */
  const values = {};
  for (const complaint of complaintsOf(body)) {
    const place = placeOf(operation, complaint);
    const kind = place && kindOf(place.node);
    const wish = place && wishOf(complaint, kind ?? '');
    if (place === undefined || wish === undefined || place.key in values) {
      continue;
    }
    // A property that the document describes and the service wants: as it is described.
    values[place.key] =
      wish.isMissing && place.node !== undefined && !('bind' in place.node)
        ? makeValue(place.node, source)
        : wish.value;
  }
  return values;
}

/**
 * @param {Operation} operation
 * @param {Values} values
 */
function propose({ name }, values) {
  const line = `${JSON.stringify(name)}: { "values": ${JSON.stringify(values)} }`;
  reportOnce(
    `${name} learned`,
    () => `${name}: refused, then accepted with another value. For the overrides: ${line}`,
  );
  // Its name carries the proposal to the summary.
  k6.check(null, { [`learned ${line.split('::').join(':')}`]: () => true }, { name });
}

/**
 * Finds what a complaint is about among what the operation sends.
 *
 * @param {Operation} operation
 * @param {import('./refusals.js').Complaint} complaint
 * @returns {{ key: string, node?: Generator } | undefined} undefined: it is not sent, or must not be changed
 */
function placeOf({ params, body, kind, targets }, { steps, isMissing }) {
  const last = steps[steps.length - 1];
  if (last === undefined || ID.test(last)) {
    return undefined;
  }
  const parameter = params.find(({ name }) => isSame(name, last));
  if (parameter !== undefined) {
    const isFree = parameter.in !== 'path' || (kind === 'api_read' && targets.length === 0);
    return isFree ? { key: `${parameter.in}.${parameter.name}`, node: parameter.gen } : undefined;
  }
  // What comes first may be the name of a class, `body` or `data`.
  for (let from = 0; body !== undefined && from < steps.length; from += 1) {
    const found = propertyIn(body.gen, steps.slice(from));
    if (found !== undefined) {
      return 'bind' in found.node ? undefined : { key: `body.${found.path}`, node: found.node };
    }
  }
  return body?.kind === 'json' && isMissing && PROPERTY.test(last)
    ? { key: `body.${last}` }
    : undefined;
}

/**
 * @param {string} name
 * @param {string} other
 * @returns {boolean} whether both mean the same property: services write `UnitPrice` for `unit_price`
 */
function isSame(name, other) {
  const bare = (/** @type {string} */ text) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  return bare(name) === bare(other);
}

/**
 * @param {Generator} gen
 * @param {string[]} steps at least one
 * @returns {{ node: Generator, path: string } | undefined} what makes the property, and its path as it is written
 */
function propertyIn(gen, [step, ...rest]) {
  const node = 'use' in gen ? generatorOf(gen.use) : gen;
  if (!('make' in node)) {
    return undefined;
  }
  if (node.make === 'one') {
    return node.of.map((way) => propertyIn(way, [step, ...rest])).find((one) => one !== undefined);
  }
  if (node.make === 'with') {
    return propertyIn(node.base, [step, ...rest]);
  }
  /** @type {[string, Generator][]} */
  const inner =
    node.make === 'object'
      ? Object.entries({ ...node.required, ...node.optional })
      : node.make === 'array' && /^\d+$/.test(step)
        ? [[step, node.items]]
        : [];
  const [name, own] = inner.find(([key]) => isSame(key, step)) ?? [];
  if (name === undefined || own === undefined) {
    return undefined;
  }
  if (rest.length === 0) {
    return { node: own, path: name };
  }
  const below = propertyIn(own, rest);
  return below && { node: below.node, path: `${name}.${below.path}` };
}

/**
 * @param {Generator | undefined} gen
 * @returns {string} JSON type of what it makes; empty: unknown
 */
function kindOf(gen) {
  if (gen === undefined) {
    return '';
  }
  const node = 'use' in gen ? generatorOf(gen.use) : gen;
  if ('bind' in node) {
    return kindOf(node.else);
  }
  if ('const' in node || 'pick' in node) {
    const value = 'const' in node ? node.const : node.pick[0];
    return Array.isArray(value) ? 'array' : typeof value;
  }
  const kinds = /** @type {Record<string, string>} */ ({
    int: 'number',
    number: 'number',
    bool: 'boolean',
    array: 'array',
    tuple: 'array',
    object: 'object',
    map: 'object',
    text: 'string',
    format: 'string',
    pattern: 'string',
  });
  return 'make' in node ? (kinds[node.make] ?? '') : '';
}

/**
 * @param {Operation} operation
 * @param {Values} values
 * @returns {Operation}
 */
function changed(operation, values) {
  const { params, body } = operation;
  /** @type {Record<string, Generator>} */
  const properties = {};
  for (const [key, value] of Object.entries(values)) {
    if (key.startsWith('body.')) {
      properties[key.slice('body.'.length)] = { const: value };
    }
  }
  return {
    ...operation,
    ...(body !== undefined &&
      Object.keys(properties).length > 0 && {
        body: { ...body, gen: { make: 'with', base: body.gen, properties } },
      }),
    params: params.map((one) => {
      const key = `${one.in}.${one.name}`;
      return key in values ? { ...one, optional: false, gen: { const: values[key] } } : one;
    }),
  };
}
