// Which credentials the environment has for the security schemes of a document. Once per run.

import encoding from 'k6/encoding';
import { env } from '../../../lib/config.js';

/** @typedef {import('./types.js').Scheme} Scheme */
/** @typedef {import('./types.js').Credential} Credential */

/** Stands for the credentials of AUTH_MODE among the names of schemes; a document cannot declare it. */
const OF_SUITE = '';

/** Kind of scheme -> what the names of its variables end in. They belong together. */
const ENDINGS = {
  apiKey: ['KEY'],
  bearer: ['TOKEN'],
  basic: ['USER', 'PASSWORD'],
  http: ['AUTHORIZATION'],
  tls: [],
  other: [],
};

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
  return ENDINGS[type].map((ending) => `${base}_${ending}`);
}

/**
 * What is to be sent for each scheme whose secret is known: from its own variables, else from OPENAPI_KEY, else, for
 * an API key, from API_KEY with AUTH_MODE=api-key.
 *
 * @param {Record<string, Scheme>} schemes by name
 * @returns {Record<string, Credential>} by name, only those that are known
 * @example credentialsOf({ key: { type: 'apiKey', in: 'query', name: 'k' } }) // { key: { in: 'query', name: 'k', value: 's3' } }
 */
export function credentialsOf(schemes) {
  /** @type {Record<string, Credential>} */
  const known = Object.create(null);
  for (const [name, scheme] of Object.entries(schemes)) {
    const secret = secretOf(name, scheme);
    if (secret !== '') {
      known[name] = credentialOf(name, scheme, secret);
    } else if (scheme.type === 'tls' && env.CLIENT_CERT !== '') {
      known[name] = { in: 'connection', name, value: '' };
    }
  }
  return known;
}

/**
 * @param {string} name
 * @param {Scheme} scheme
 * @param {string} secret
 * @returns {Credential}
 */
function credentialOf(name, scheme, secret) {
  if (scheme.type === 'apiKey') {
    return { in: scheme.in ?? 'header', name: scheme.name ?? name, value: secret };
  }
  const value = {
    basic: () => `Basic ${encoding.b64encode(secret)}`,
    bearer: () => `Bearer ${secret}`,
    http: () => secret,
    tls: () => '',
    other: () => '',
  }[scheme.type]();
  return { in: 'header', name: 'Authorization', value };
}

/**
 * @param {string} name
 * @param {Scheme} scheme
 * @returns {string} empty: none is known
 */
function secretOf(name, scheme) {
  const [first, second] = variablesOf(name, scheme).map((variable) => __ENV[variable] ?? '');
  if (ENDINGS[scheme.type].length === 0) {
    return '';
  }
  if (first) {
    return scheme.type === 'basic' ? `${first}:${second}` : first;
  }
  const shared = env.OPENAPI_KEY;
  if (shared !== '') {
    return scheme.type !== 'basic' || shared.includes(':') ? shared : `${shared}:`;
  }
  return scheme.type === 'apiKey' && env.AUTH_MODE === 'api-key'
    ? require('../../../lib/auth.js').currentToken()
    : '';
}

/**
 * Chooses the first alternative of a document for which everything is known.
 *
 * @param {readonly (readonly string[])[]} alternatives each a set of schemes that go together
 * @param {Record<string, Credential>} known
 * @returns {readonly string[]} its schemes; empty when nothing can be or has to be sent
 * @example alternativeOf([['oauth'], ['key', 'app']], known) // ['key', 'app']
 */
function alternativeOf(alternatives, known) {
  return (
    alternatives.find(
      (names) => names.length > 0 && names.every((name) => Object.hasOwn(known, name)),
    ) ?? []
  );
}

/**
 * Chooses what an operation is sent with: credentials that the environment has for its schemes, else those of the
 * suite, by AUTH_MODE, if the operation asks for any.
 *
 * @param {readonly (readonly string[])[]} alternatives each a set of schemes that go together
 * @param {Record<string, Credential>} known
 * @param {boolean} signsAll whether the document names no scheme at all: then AUTH_MODE is for every operation
 * @returns {readonly string[]} names of schemes, or one empty name for the credentials of AUTH_MODE
 * @example schemesOf([['session']], {}, false) // [''] with AUTH_MODE=session
 */
export function schemesOf(alternatives, known, signsAll) {
  const names = alternativeOf(alternatives, known);
  const isAsked = signsAll || alternatives.some((one) => one.length > 0);
  return names.length === 0 && isAsked && env.AUTH_MODE !== 'none' ? [OF_SUITE] : names;
}

/**
 * Says what to set for operations that nothing is known for.
 *
 * @param {readonly [alternatives: readonly (readonly string[])[], count: number][]} auths with the number of operations
 * @param {Record<string, Scheme>} schemes by name
 * @param {Record<string, Credential>} known
 * @returns {string[]} one line for each set of alternatives
 * @example missingCredentials([[[['key']], 3]], schemes, {}) // ['no credentials for 3 operations: set OPENAPI_KEY_KEY ...']
 */
export function missingCredentials(auths, schemes, known) {
  return auths
    .filter(
      ([auth]) =>
        auth.length > 0 &&
        auth.every((names) => names.length > 0) &&
        schemesOf(auth, known, false).length === 0,
    )
    .map(([auth, count]) => {
      const wanted = auth.map((names) =>
        names.map((name) => neededFor(name, schemes[name])).join(' and '),
      );
      return (
        `no credentials for ${count} operations: set ${wanted.join(', or ')}; ` +
        'or let the suite log in: AUTH_MODE (docs/auth.md)'
      );
    });
}

/**
 * Says which variables hold the credentials that were refused.
 *
 * @param {readonly [alternatives: readonly (readonly string[])[], count: number][]} auths
 * @param {Record<string, Scheme>} schemes by name
 * @param {Record<string, Credential>} known
 * @returns {string[]} one line, or none
 * @example usedCredentials(auths, schemes, known) // ['401 or 403 with the credentials of OPENAPI_KEY: ...']
 */
export function usedCredentials(auths, schemes, known) {
  const names = new Set(auths.flatMap(([auth]) => schemesOf(auth, known, false)));
  const used = [...names].map((name) => {
    if (schemes[name]?.type === 'tls') {
      return 'CLIENT_CERT';
    }
    const variables = name === OF_SUITE ? [] : variablesOf(name, schemes[name]);
    if (variables.some((variable) => __ENV[variable])) {
      return variables.join(' and ');
    }
    return name === OF_SUITE || env.OPENAPI_KEY === ''
      ? `AUTH_MODE=${env.AUTH_MODE}`
      : 'OPENAPI_KEY';
  });
  return used.length === 0
    ? []
    : [`401 or 403 with the credentials of ${[...new Set(used)].join(', ')}: check them`];
}

/**
 * @param {string} name
 * @param {Scheme | undefined} scheme
 * @returns {string}
 */
function neededFor(name, scheme) {
  const variables = scheme === undefined ? [] : variablesOf(name, scheme);
  if (variables.length > 0) {
    return variables.join(' and ');
  }
  return scheme?.type === 'tls'
    ? 'CLIENT_CERT'
    : `AUTH_MODE=custom (${name}: ${scheme?.what ?? 'unknown scheme'})`;
}
