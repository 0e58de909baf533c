// The API as data: one copy for all VUs. What a run takes of the document is chosen once (choose.js); a VU holds
// nothing of it but what the request at hand needs.

import { SharedArray } from 'k6/data';
// First: its own SharedArray must not be made while one below is, k6 would wait for ever.
import '../../../lib/config.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').Generator} Generator */
/** @typedef {import('./types.js').Walk} Walk */

/**
 * @param {keyof import('./choose.js').Choice} part
 * @returns {readonly string[][]}
 */
const shared = (part) =>
  new SharedArray(`openapi ${part}`, () => require('./choose.js').chosen()[part]);

/**
 * @param {keyof import('./choose.js').Choice} part of one element
 * @returns {any}
 */
const whole = (part) => JSON.parse(shared(part)[0][0]);

const operations = shared('operations');
const generators = shared('generators');
const sweep = shared('sweep');
const walks = shared('walks');

/** Counts of what the tables hold. */
export const counts = {
  operations: operations.length,
  sweep: sweep.length,
  walks: walks.length,
};

/**
 * What is true of the whole run: what to send for security schemes by name, secrets of the overrides, the seed, whether
 * any body is not plain JSON.
 */
export const { credentials, secrets, seed, base, encodesBodies } = whole('facts');

/**
 * Values that look random and repeat: the same seed, VU, iteration and position give the same value.
 *
 * @typedef {object} Random
 * @property {() => number} next at least 0, below 1
 * @property {(length: number) => string} fresh lower-case letters and digits that no other call returns
 * @property {string[]} made what `fresh` returned since somebody emptied the list
 */

/** A fresh text holds no more than this: 36^11 of them are enough. */
export const FRESH_LENGTH = 11;

/**
 * @param {number} state
 * @returns {number} 32 bits, well mixed
 */
function mixed(state) {
  let bits = state ^ (state >>> 16);
  bits = Math.imul(bits, 0x21f0aaad);
  bits ^= bits >>> 15;
  bits = Math.imul(bits, 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/**
 * Makes a source of values.
 *
 * @param {...number} seeds integers; all of them count
 * @returns {Random}
 * @example const random = createRandom(seed, exec.vu.idInTest, exec.vu.iterationInScenario, operation);
 */
export function createRandom(...seeds) {
  let state = seeds.reduce((sum, one) => mixed(sum + mixed(one + 0x9e3779b9)), 0);
  const bits = () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mixed(state);
  };
  /** @type {string[]} */
  const made = [];
  return {
    made,
    next: () => bits() / 4_294_967_296,
    fresh: (length) => {
      // 53 bits. A letter in front: names and host names like to start with one.
      const digits = ((bits() >>> 11) * 4_294_967_296 + bits()).toString(36).padStart(11, '0');
      const letter = String.fromCharCode(97 + (bits() % 26));
      const text = (letter + digits.slice(1 - FRESH_LENGTH)).slice(-Math.min(length, FRESH_LENGTH));
      made.push(text);
      return text;
    },
  };
}

/**
 * Reads one operation.
 *
 * @param {number} index
 * @returns {Operation}
 * @example const { name } = operationAt(0);
 */
export const operationAt = (index) => {
  const row = JSON.parse(operations[index][0]);
  return Object.assign(row, {
    params: row.params ?? [],
    body: row.body?.types[0],
    responses: row.responses ?? {},
    gives: row.gives ?? {},
    undo: row.undo ?? undefined,
    look: row.look ?? undefined,
    list: row.list ?? undefined,
    targets: Object.values(row.targets ?? {}),
  });
};

/**
 * Reads one shared generator.
 *
 * @param {string} name
 * @returns {Generator}
 * @throws when the table has none of that name
 * @example makeValue(generatorOf(node.use), source)
 */
export function generatorOf(name) {
  let from = 0;
  let to = generators.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (generators[middle][0] < name) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  const [found, row] = generators[from] ?? [];
  if (found !== name) {
    throw new Error(`data/operations.jsonl: no shared generator '${name}'`);
  }
  return JSON.parse(row).gen;
}

/**
 * Reads one walk.
 *
 * @param {'sweep' | 'walks'} kind every operation of a journey, or walks of bounded length
 * @param {number} index
 * @returns {Walk}
 * @example walkAt('walks', counts.walks - 1).upTo
 */
export const walkAt = (kind, index) => JSON.parse((kind === 'sweep' ? sweep : walks)[index][0]);

/**
 * Reads what only options, set-up and summary need. At init, once per run: not in every VU.
 *
 * @returns {{ skipped: { name: string, reason: string }[], warnings: string[], last: number[], endpoints: import('./choose.js').Brief[],
 *   declared: () => import('./choose.js').Declared[], auths: [alternatives: string[][], count: number][],
 *   schemes: Record<string, import('./types.js').Scheme> }} what was left out and why, the operations, what the document
 *   declares of each, sets of credentials that they want, the security schemes
 * @example const { skipped } = aboutRun();
 */
export const aboutRun = (declared = shared('declared')) => ({
  declared: () => JSON.parse(declared[0][0]),
  skipped: whole('skipped'),
  warnings: whole('warnings'),
  last: whole('last'),
  endpoints: whole('endpoints'),
  auths: whole('auths'),
  schemes: whole('schemes'),
});
