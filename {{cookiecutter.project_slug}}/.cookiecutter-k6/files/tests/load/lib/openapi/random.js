/**
 * Values that look random and repeat: the same seed, VU, iteration and position give the same value.
 *
 * @typedef {object} Random
 * @property {() => number} next at least 0, below 1
 * @property {(length: number) => string} fresh lower-case letters and digits that no other call returns
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
 * @param {...number} seeds whole numbers; all of them count
 * @returns {Random}
 * @example const random = createRandom(seed, exec.vu.idInTest, exec.vu.iterationInScenario, operation);
 */
export function createRandom(...seeds) {
  let state = seeds.reduce((sum, seed) => mixed(sum + mixed(seed + 0x9e3779b9)), 0);
  const bits = () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mixed(state);
  };
  return {
    next: () => bits() / 4_294_967_296,
    fresh: (length) => {
      // 53 bits. A letter in front: names and host names like to start with one.
      const digits = ((bits() >>> 11) * 4_294_967_296 + bits()).toString(36).padStart(11, '0');
      const letter = String.fromCharCode(97 + (bits() % 26));
      return (letter + digits.slice(1 - FRESH_LENGTH)).slice(-Math.min(length, FRESH_LENGTH));
    },
  };
}
