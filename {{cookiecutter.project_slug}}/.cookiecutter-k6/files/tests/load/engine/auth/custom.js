// AUTH_MODE=custom: config/auth.js, which the owner of this suite writes. docs/auth.md has recipes for it.

import { env } from '../../lib/config.js';
import { formText } from '../../lib/http.js';

/** @typedef {import('../types/suite.js').AuthStrategy} AuthStrategy */
/** @typedef {import('../types/suite.js').Endpoint} Endpoint */

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
  headers: (target, details = {}) => {
    const { form, path = {}, query = '' } = details;
    const body = form === undefined ? (details.body ?? '') : formText(form);
    const url = Object.keys(path).reduce(
      (text, name) => text.replace(`{${name}}`, encodeURIComponent(path[name])),
      target.url,
    );
    return headersOf({
      method: target.method,
      url: query ? `${url}${url.includes('?') ? '&' : '?'}${query}` : url,
      body: typeof body === 'string' || body instanceof ArrayBuffer ? body : JSON.stringify(body),
    });
  },
};
