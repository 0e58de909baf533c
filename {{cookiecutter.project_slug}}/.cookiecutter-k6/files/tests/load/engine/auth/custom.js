// AUTH_MODE=custom: config/auth.js, which the owner of this suite writes. docs/auth.md has recipes for it.

import { env } from '../../lib/config.js';
import { bodyOf, urlOf } from './sent.js';

/** @typedef {import('../types/suite.js').AuthStrategy} AuthStrategy */

/** A name that type checkers do not follow: the file is there only if its owner wrote it. */
const FILE = '../../config/auth.js';

/** @returns {any} */
function ownModule() {
  try {
    return require(FILE);
  } catch (error) {
    throw new Error(
      `AUTH_MODE=${env.AUTH_MODE}: cannot load config/auth.js: ${error}. docs/auth.md shows how to write it`,
      { cause: error },
    );
  }
}

const { headersOf, renew } = ownModule();

if (typeof headersOf !== 'function') {
  throw new Error('config/auth.js: needs an exported function headersOf, see docs/auth.md');
}

/** @type {AuthStrategy} */
export const custom = {
  endpoints: [],
  token: () => '',
  ...(typeof renew === 'function' && { renew }),
  headers: (target, details) =>
    headersOf({ method: target.method, url: urlOf(target, details), body: bodyOf(details) }),
};
