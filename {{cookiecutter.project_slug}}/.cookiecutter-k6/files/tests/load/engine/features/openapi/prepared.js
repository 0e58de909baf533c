// What follows from a row of the table alone: worked out once per run, instead of in every request.

import { schemesOf } from './credentials.js';
import { SAFE_METHODS } from './names.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Derived} Derived */
/** @typedef {import('./types.js').Credential} Credential */

const MEDIA_TYPE = /^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/;

/**
 * What is known of the whole run when a row is prepared.
 *
 * @typedef {object} Context
 * @property {string} base what is before the path
 * @property {Record<string, Credential>} credentials those that are known
 * @property {boolean} signsAll whether the document names no security scheme at all
 */

/**
 * Works out what the VUs need to know of an operation besides its row.
 *
 * @param {Row} row with the overrides in it
 * @param {Context & { weight: number }} context
 * @returns {Derived}
 * @example derived(row, { base: '/v1', weight: 1, credentials: {}, signsAll: false }).kind // 'api_read'
 */
export function derived(row, { base, weight, credentials, signsAll }) {
  return {
    base,
    weight,
    kind: SAFE_METHODS.includes(row.method) ? 'api_read' : 'api_write',
    statuses: accepted(row.ok),
    accept: acceptOf(row),
    auth: schemesOf(row.auth ?? [], credentials, signsAll),
    ...(row.role === 'delete' && { deletes: slotOf(row) }),
  };
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
