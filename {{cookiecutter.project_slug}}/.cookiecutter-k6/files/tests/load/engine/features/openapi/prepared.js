// One row of the table as the VUs read it: whatever follows from the row alone is worked out here, once per run,
// instead of in every request.

import { schemesOf } from './credentials.js';
import { SAFE_METHODS } from './names.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').Credential} Credential */
/** @typedef {import('./types.js').Parameter} Parameter */
/** @typedef {import('./types.js').Place} Place */
/** @typedef {import('./types.js').DeclaredResponse} DeclaredResponse */
/** @typedef {import('./types.js').ExpectedResponse} ExpectedResponse */

const MEDIA_TYPE = /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/;

/** Names that an HTTP header may have, and a cookie. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * What is known of the whole run when a row is prepared.
 *
 * @typedef {object} Context
 * @property {string} base what is before the path
 * @property {Record<string, Credential>} credentials those that are known
 * @property {boolean} signsAll whether the document names no security scheme at all
 */

/**
 * Prepares an operation: all but its place among the others.
 *
 * @param {Row} row with the overrides in it
 * @param {Context & { weight: number }} context
 * @returns {Omit<Operation, 'index' | 'needs' | 'undo'>}
 * @example prepared(row, { base: '/v1', weight: 1, credentials: {}, signsAll: false })
 */
export function prepared(row, { base, weight, credentials, signsAll }) {
  const { name, method, url, role, params = [], body, ok } = row;
  const type = body?.types[0];
  return {
    name,
    method,
    url,
    role,
    base,
    weight,
    kind: SAFE_METHODS.includes(method) ? 'api_read' : 'api_write',
    statuses: accepted(ok),
    accept: acceptOf(row),
    params: params.filter(
      ({ in: place, name: key }) =>
        (place !== 'header' && place !== 'cookie') || HEADER_NAME.test(key),
    ),
    ...(row.ordered && { ordered: row.ordered }),
    ...(type && { body: type }),
    auth: schemesOf(row.auth ?? [], credentials, signsAll),
    responses: row.check === false ? {} : byKey(row.responses ?? {}, expected),
    gives: givesOf(row.gives ?? {}),
    targets: [...new Set(Object.values(row.targets ?? {}))].filter((slot) => slot !== ''),
    ...(role === 'delete' && { deletes: slotOf(row) }),
  };
}

/**
 * @template From, To
 * @param {Record<string, From>} table
 * @param {(value: From) => To} change
 * @returns {Record<string, To>}
 */
function byKey(table, change) {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));
}

/**
 * The statuses that count as success.
 *
 * @param {readonly string[]} statuses such as `200` or `2XX`
 * @returns {(number | { min: number, max: number })[]}
 * @example accepted(['201', '2XX']) // [201, { min: 200, max: 299 }]
 */
export function accepted(statuses) {
  return statuses.map((status) =>
    /^\d{3}$/.test(status)
      ? Number(status)
      : { min: Number(status[0]) * 100, max: Number(status[0]) * 100 + 99 },
  );
}

/**
 * @param {Row} row
 * @returns {string} what the document says comes back
 */
function acceptOf({ ok, responses = {} }) {
  const types = ok.flatMap((status) => responses[status]?.types ?? responses.default?.types ?? []);
  const known = [...new Set(types)].filter((type) => MEDIA_TYPE.test(type));
  // JSON first: it is what can be checked.
  const isOther = (/** @type {string} */ type) => Number(!type.toLowerCase().includes('json'));
  known.sort((first, second) => isOther(first) - isOther(second));
  return known.length > 0 ? known.join(', ') : '*/*';
}

/**
 * @param {DeclaredResponse} response
 * @returns {ExpectedResponse}
 */
function expected({ types, required, ...rest }) {
  return {
    ...rest,
    ...(types && { types: types.map((type) => type.toLowerCase()) }),
    ...(required && { required: required.map(steps) }),
  };
}

/**
 * @param {Record<string, string[]>} gives slot -> places
 * @returns {Record<string, Place[]>}
 */
function givesOf(gives) {
  return Object.fromEntries(
    Object.entries(gives).map(([slot, places]) => [
      slot,
      places.map((place) => placeOf(place, collectionOf(slot))),
    ]),
  );
}

/**
 * @param {string} slot such as `/pets#id`
 * @returns {string} the last word of the path of its things
 */
function collectionOf(slot) {
  const words = slot.replace(/#[^#]*$/, '').split('/');
  return words.filter((word) => word !== '' && word !== '{}').pop() ?? '';
}

/**
 * @param {string} place JSON pointer into the answer, `request:` and a pointer into what was sent, `header:location`,
 *   or `search:` with the resource and the names to look for
 * @param {string} collection
 * @returns {Place}
 */
function placeOf(place, collection) {
  if (place === 'header:location') {
    return { from: 'location', path: [collection] };
  }
  if (place.startsWith('search:')) {
    return { from: 'search', path: place.slice('search:'.length).split(',') };
  }
  return place.startsWith('request:')
    ? { from: 'sent', path: steps(place.slice('request:'.length)) }
    : { from: 'answer', path: steps(place) };
}

/**
 * @param {string} pointer
 * @returns {string[]}
 */
function steps(pointer) {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/**
 * @param {Row} row a delete
 * @returns {string | undefined} the slot of what it deletes: the one that its path ends in
 */
function slotOf({ url, params = [] }) {
  if (url.length % 2 === 1 && url[url.length - 1].replace('/', '') !== '') {
    return undefined; // only something of it, such as its lock
  }
  const wanted = url[url.length - 1 - (url.length % 2)];
  const { gen } = params.find(({ in: place, name }) => place === 'path' && name === wanted) ?? {};
  return gen !== undefined && 'bind' in gen ? gen.bind : undefined;
}
