import encoding from 'k6/encoding';
import { currentToken } from '../auth.js'; // @feature auth
import { env } from '../config.js';
import { schemes } from './table.js';

/** @typedef {import('../../types/openapi.js').Scheme} Scheme */
/** @typedef {{ in: 'header' | 'query' | 'cookie', name: string, value: string }} Credential */

/**
 * The environment variables that hold the credentials of a security scheme.
 *
 * @param {string} name of the scheme in the document
 * @param {Scheme} scheme
 * @returns {string[]} the variables that belong together; empty when nothing can be sent
 * @example variablesOf('api-key', { type: 'apiKey', in: 'header', name: 'X-Key' }) // ['OPENAPI_API_KEY_KEY']
 */
export function variablesOf(name, { type }) {
  const base = `OPENAPI_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
  const endings = { apiKey: ['KEY'], bearer: ['TOKEN'], basic: ['USER', 'PASSWORD'], other: [] };
  return endings[type].map((ending) => `${base}_${ending}`);
}

/**
 * The value of one scheme: its own variables, then OPENAPI_KEY, then what the suite signs in with.
 *
 * @param {string} name
 * @param {Scheme} scheme
 * @returns {string} empty: none is known
 */
function secretOf(name, scheme) {
  const [first, second] = variablesOf(name, scheme).map((variable) => __ENV[variable] ?? '');
  if (scheme.type === 'other') {
    return '';
  }
  if (first) {
    return scheme.type === 'basic' ? `${first}:${second}` : first;
  }
  const shared = scheme.type === 'bearer' ? bearerToken() : env.OPENAPI_KEY;
  return shared === '' || scheme.type !== 'basic' || shared.includes(':') ? shared : `${shared}:`;
}

/** Where a bearer token without a variable of its own comes from; the first that has one. */
const TOKENS = [() => env.OPENAPI_KEY];
TOKENS.push(currentToken); // @feature auth

/** @returns {string} empty: there is none */
function bearerToken() {
  for (const token of TOKENS) {
    const found = token();
    if (found !== '') {
      return found;
    }
  }
  return '';
}

/**
 * Chooses the first alternative of a document for which everything is known, and says what to send.
 *
 * @param {readonly (readonly string[])[]} [alternatives] each a set of schemes that go together
 * @returns {Credential[]}
 * @throws when the suite's login fails
 * @example credentialsFor([['api_key'], ['basic']]) // [{ in: 'header', name: 'X-Key', value: '...' }]
 */
export function credentialsFor(alternatives = []) {
  for (const names of alternatives) {
    const found = names.map((name) => credentialOf(name));
    if (found.every((credential) => credential !== undefined)) {
      return found;
    }
  }
  return [];
}

/**
 * @param {string} name
 * @returns {Credential | undefined}
 */
function credentialOf(name) {
  const scheme = schemes[name];
  const secret = scheme === undefined ? undefined : secretOf(name, scheme);
  if (!secret) {
    return undefined;
  }
  if (scheme.type === 'apiKey') {
    return { in: scheme.in ?? 'header', name: scheme.name ?? name, value: secret };
  }
  const value =
    scheme.type === 'basic' ? `Basic ${encoding.b64encode(secret)}` : `Bearer ${secret}`;
  return { in: 'header', name: 'Authorization', value };
}
