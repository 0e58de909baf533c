// What the environment holds for the security schemes of a document. Once per run.

import encoding from 'k6/encoding';
import { env } from '../../../lib/config.js';

/** @typedef {import('./types.js').Scheme} Scheme */
/** @typedef {import('./types.js').Credential} Credential */

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
 * What is to be sent for each scheme whose secret is known: its own variables first, then OPENAPI_KEY, then what
 * the suite signs in with.
 *
 * @param {Record<string, Scheme>} schemes by name
 * @returns {Record<string, Credential>} by name, only those that are known
 * @example credentialsOf({ key: { type: 'apiKey', in: 'query', name: 'k' } }) // { key: { in: 'query', name: 'k', value: 's3' } }
 */
export function credentialsOf(schemes) {
  /** @type {Record<string, Credential>} */
  const known = Object.create(null);
  for (const [name, scheme] of Object.entries(schemes)) {
    const credential = credentialOf(name, scheme);
    if (credential !== undefined) {
      known[name] = credential;
    }
  }
  return known;
}

/**
 * @param {string} name
 * @param {Scheme} scheme
 * @returns {Credential | undefined}
 */
function credentialOf(name, scheme) {
  const secret = secretOf(name, scheme);
  if (scheme.type === 'apiKey') {
    return secret
      ? { in: scheme.in ?? 'header', name: scheme.name ?? name, value: secret }
      : undefined;
  }
  const header = /** @type {const} */ ({ in: 'header', name: 'Authorization' });
  if (scheme.type === 'basic') {
    return secret ? { ...header, value: `Basic ${encoding.b64encode(secret)}` } : undefined;
  }
  if (secret) {
    return { ...header, value: `Bearer ${secret}` };
  }
  return scheme.type === 'bearer' && env.AUTH_MODE !== 'none' ? header : undefined;
}

/**
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
  const shared = env.OPENAPI_KEY;
  return shared === '' || scheme.type !== 'basic' || shared.includes(':') ? shared : `${shared}:`;
}

/**
 * Chooses the first alternative of a document for which everything is known.
 *
 * @param {readonly (readonly string[])[]} alternatives each a set of schemes that go together
 * @param {Record<string, Credential>} known
 * @returns {readonly string[]} its schemes; empty when nothing can be or has to be sent
 * @example alternativeOf([['oauth'], ['key', 'app']], known) // ['key', 'app']
 */
export function alternativeOf(alternatives, known) {
  return (
    alternatives.find(
      (names) => names.length > 0 && names.every((name) => Object.hasOwn(known, name)),
    ) ?? []
  );
}
