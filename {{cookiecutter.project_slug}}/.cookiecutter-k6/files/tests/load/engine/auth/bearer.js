import { env } from '../../lib/config.js';

const prefix = env.BEARER_WORD === 'none' ? '' : `${env.BEARER_WORD} `;

/** The token that was used last, and its header: most requests of a VU have the same. */
let lastToken = '';
/** @type {Record<string, string>} */
let lastHeaders = {};

/**
 * The header that carries a token.
 *
 * @param {string} token
 * @returns {Record<string, string>} the same object as long as the token is the same
 * @example bearer('abc') // { Authorization: 'Bearer abc' }
 */
export function bearer(token) {
  if (token !== lastToken) {
    lastToken = token;
    lastHeaders = { [env.BEARER_HEADER]: prefix + token };
  }
  return lastHeaders;
}
