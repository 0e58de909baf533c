// Learns from refusals: the validation messages of FastAPI, Spring, Rails, Django, ASP.NET and others name the field
// that is wrong. That one value is changed, once. Only the first VU loads this module.

import k6 from 'k6';
import { reportOnce } from '../../vu/failures.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').Json} Json */
/** @typedef {{ field: string, message: string }} Complaint */

/** How deep a message may be nested. */
const DEEPEST = 6;

/** Statuses that mean: a value is wrong. */
const REFUSALS = [400, 422];

/** Names that hold the field and the message of a complaint, in the frameworks that have objects for them. */
const FIELDS = ['loc', 'field', 'path', 'property', 'param', 'pointer', 'instancePath', 'name'];
const MESSAGES = ['msg', 'message', 'defaultMessage', 'description', 'detail', 'reason', 'error'];

/** A message that names its field itself. */
const MENTION =
  /(?:missing|required|invalid|bad|unknown) (?:field|property|parameter|key|argument|attribute)[^:'"`]*[:\s'"`]+(\w+)/i;

/** Never changed: another id may be somebody else's. */
const ID = /(^|_)(id|uuid|guid)s?$|(Id|ID|Uuid)s?$/;

/**
 * What messages ask for. The first that fits wins.
 *
 * @type {[pattern: RegExp, value: (match: RegExpExecArray) => Json][]}
 */
const WISHES = [
  [
    /(?:one of|should be|must be|allowed|choices?|expected|accepted|values?)[^'"]*['"]([\w .:/-]+)['"]/i,
    ([, one]) => one,
  ],
  [/one of:? *\[?([\w.-]+)[,|\]]/i, ([, one]) => one],
  [/at least (\d+) (?:char|letter)/i, ([, count]) => 'k'.repeat(Math.min(Number(count), 200))],
  [
    /(?:at most|longer than|exceed) (\d+) (?:char|letter)/i,
    ([, count]) => 'k'.repeat(Math.max(1, Math.min(Number(count), 8))),
  ],
  [
    /(?:greater than or equal to|at least|minimum(?: value)?(?: is| of)?|not be less than|>=) *(-?\d+)/i,
    ([, least]) => Number(least),
  ],
  [/(?:greater than|more than|>) *(-?\d+)/i, ([, least]) => Number(least) + 1],
  [
    /(?:less than or equal to|at most|maximum(?: value)?(?: is| of)?|not be greater than|<=) *(-?\d+)/i,
    ([, most]) => Number(most),
  ],
  [/e-?mail/i, () => 'k6@example.com'],
  [/\b(url|uri)\b/i, () => 'https://example.com/'],
  [/date-?time|timestamp/i, () => '2030-01-01T00:00:00Z'],
  [/\bdate\b/i, () => '2030-01-01'],
  [/\bbool/i, () => true],
  [/\b(integer|int|number|numeric|decimal|float)\b/i, () => 1],
  [/\b(array|list)\b/i, () => []],
  [/\b(object|dictionary|dict|mapping)\b/i, () => ({})],
  [/alphanumeric|lower ?case|only contain|invalid characters/i, () => 'k6abc'],
  [/blank|empty|required|missing|null|none/i, () => 'k6abc'],
];

/** Learned so far: changed values by operation. @type {Record<number, Record<string, Json>>} */
const learned = {};

/**
 * Puts into an operation what was learned about it.
 *
 * @param {Operation} operation
 * @returns {Operation}
 * @example const wiser = taught(operationAt(3));
 */
export function taught(operation) {
  const values = learned[operation.index];
  return values === undefined ? operation : changed(operation, values);
}

/**
 * Proposes the operation with one value changed, if the refusal names it.
 *
 * @param {Operation} operation
 * @param {import('../../types/suite.js').HttpResponse} response
 * @returns {{ operation: Operation, accept: () => void } | undefined} what to send once more, and what to call when
 *   it succeeds; undefined: nothing to learn
 * @example const lesson = lessonOf(operation, response);
 */
export function lessonOf(operation, response) {
  if (!REFUSALS.includes(response.status) || operation.index in learned) {
    return undefined;
  }
  let body;
  try {
    body = response.json();
  } catch {
    return undefined;
  }
  for (const { field, message } of complaints(body, 0)) {
    const key = keyOf(operation, field);
    const value = key && wished(message);
    if (key !== undefined && value !== undefined) {
      const values = { [key]: value };
      return {
        operation: changed(operation, values),
        accept: () => {
          learned[operation.index] = values;
          propose(operation, values);
        },
      };
    }
  }
  return undefined;
}

/**
 * @param {Operation} operation
 * @param {Record<string, Json>} values
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
 * @param {any} node
 * @param {number} depth
 * @returns {Complaint[]}
 */
function complaints(node, depth) {
  if (node === null || typeof node !== 'object' || depth > DEEPEST) {
    return [];
  }
  if (Array.isArray(node)) {
    return node.flatMap((item) => complaints(item, depth + 1));
  }
  const own = MESSAGES.map((key) => node[key]).find((text) => typeof text === 'string');
  const where = FIELDS.map((key) => node[key]).find(
    (place) => typeof place === 'string' || Array.isArray(place),
  );
  if (own !== undefined && where !== undefined) {
    const steps = Array.isArray(where) ? where : where.split(/[./]/);
    const field = steps.filter((step) => typeof step === 'string' && step !== '').pop() ?? '';
    return [{ field, message: `${own} ${JSON.stringify(node.ctx ?? '')}` }];
  }
  const [, mentioned] = MENTION.exec(own ?? '') ?? [];
  if (own !== undefined && mentioned !== undefined) {
    return [{ field: mentioned, message: own }];
  }
  return Object.entries(node).flatMap(([field, inner]) => {
    const texts = [inner].flat().filter((text) => typeof text === 'string');
    const here = texts.map((message) => ({ field, message }));
    return [...here, ...complaints(inner, depth + 1)];
  });
}

/**
 * @param {Operation} operation
 * @param {string} field
 * @returns {string | undefined} where it is sent; undefined: nowhere, or it must not be changed
 */
function keyOf({ params, body, kind }, field) {
  if (ID.test(field)) {
    return undefined;
  }
  const same = (/** @type {string} */ name) => name.toLowerCase() === field.toLowerCase();
  const parameter = params.find(({ name }) => same(name));
  if (parameter !== undefined) {
    const isFree = parameter.in !== 'path' || kind === 'api_read';
    return isFree ? `${parameter.in}.${parameter.name}` : undefined;
  }
  const { gen } = body ?? {};
  const known = gen && 'required' in gen ? { ...gen.required, ...gen.optional } : {};
  const name = Object.keys(known).find(same);
  if (name !== undefined) {
    return 'bind' in known[name] ? undefined : `body.${name}`;
  }
  // A shared generator does not show its properties here, and a missing field is none of them.
  return body?.kind === 'json' && !MESSAGES.includes(field) && /^[A-Za-z_]\w*$/.test(field)
    ? `body.${field}`
    : undefined;
}

/**
 * @param {string} message
 * @returns {Json | undefined}
 */
function wished(message) {
  for (const [pattern, value] of WISHES) {
    const match = pattern.exec(message);
    if (match !== null) {
      return value(match);
    }
  }
  return undefined;
}

/**
 * @param {Operation} operation
 * @param {Record<string, Json>} values
 * @returns {Operation}
 */
function changed(operation, values) {
  const { params, body } = operation;
  const [[key, value]] = Object.entries(values);
  const name = key.slice(key.indexOf('.') + 1);
  if (key.startsWith('body.') && body !== undefined) {
    const properties = { [name]: { const: value } };
    return { ...operation, body: { ...body, gen: { make: 'with', base: body.gen, properties } } };
  }
  return {
    ...operation,
    params: params.map((one) =>
      `${one.in}.${one.name}` === key ? { ...one, optional: false, gen: { const: value } } : one,
    ),
  };
}
