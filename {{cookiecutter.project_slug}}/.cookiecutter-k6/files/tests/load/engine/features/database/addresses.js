import { isEncoded, isLocalHost } from '../../settings/url.js';

/**
 * A parsed database address.
 *
 * @typedef {object} DatabaseAddress
 * @property {string} scheme
 * @property {string[]} hosts lower case; several for a cluster
 * @property {string} database name of the database; empty: the server's default
 * @property {string} masked address without user, password and parameters, for logs
 * @property {boolean} isLocal whether every host is this machine or in a private network
 */

const ADDRESS =
  /^(postgres(?:ql)?|mongodb(?:\+srv)?|https?):\/\/(?:[^@/\s]*@)?([^@/?#\s]+)(?:\/([^?#\s]*))?(?:\?([^#\s]*))?$/;

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?$/;

/** Parameters that override the host of the address. */
const ELSEWHERE = /^(host|hostaddr|port|service|servicefile|proxyHost)$/i;

/**
 * Parses a database address. The host decides whether the database may get load, so addresses that set the host in a
 * parameter are rejected.
 *
 * @param {string} text
 * @param {readonly string[]} schemes accepted schemes, such as `['postgres', 'postgresql']`
 * @returns {DatabaseAddress | null} null when the address is invalid
 * @example parseAddress('postgres://me:secret@db.local:5432/shop', ['postgres']).hosts // ['db.local']
 */
export function parseAddress(text, schemes) {
  const match = ADDRESS.exec(text);
  if (!match || !schemes.includes(match[1]) || !isEncoded(text)) {
    return null;
  }
  const [, scheme, list, database = '', parameters = ''] = match;
  const hosts = list.split(',').map((host) => HOST.exec(host));
  const leads = parameters.split('&').some((pair) => ELSEWHERE.test(pair.split('=')[0]));
  if (leads || hosts.some((host) => host === null || !isPort(host[2]))) {
    return null;
  }
  const names = hosts.map((host) => String(host?.[1]).toLowerCase());
  return {
    scheme,
    hosts: names,
    database: decodeURIComponent(database),
    masked: `${scheme}://${list}${database === '' ? '' : `/${database}`}`,
    isLocal: scheme !== 'mongodb+srv' && names.every(isLocalHost),
  };
}

/** @param {string | undefined} port */
function isPort(port) {
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65535);
}

/**
 * Adds a parameter to an address unless it is already there.
 *
 * @param {string} url
 * @param {string} name
 * @param {string} value
 * @returns {string}
 * @example withParameter('postgres://h/db', 'connect_timeout', '5') // 'postgres://h/db?connect_timeout=5'
 */
export function withParameter(url, name, value) {
  const has = new RegExp(`[?&]${name}=`, 'i').test(url);
  const slash = /^[a-z+]+:\/\/[^/?]*$/.test(url) ? '/' : '';
  return has ? url : `${url}${slash}${url.includes('?') ? '&' : '?'}${name}=${value}`;
}

/**
 * A setting that holds a database address. It is secret because the address may contain a password.
 *
 * @param {readonly string[]} schemes
 * @param {string} example
 * @param {string} about
 * @returns {import('../../settings/kinds.js').Setting<string> & { schemes: readonly string[], example: string }}
 * @example address(['postgres'], 'postgres://localhost:5432/db', 'Database under test')
 */
export const address = (schemes, example, about) => ({
  read: (raw) => (parseAddress(raw, schemes) === null ? undefined : raw),
  accepts:
    `${schemes.join(':// or ')}:// with a host, optionally a port and a database, such as ${example}; ` +
    `no parameter may override the host; a % as %25`,
  fallback: '',
  about,
  secret: true,
  schemes,
  example,
});

/**
 * Parses the addresses of all settings of the kind `address`.
 *
 * @param {Record<string, any>} values values of the settings
 * @param {Record<string, any>} table rows of the settings table
 * @returns {Record<string, DatabaseAddress | undefined>} addresses of the settings that are set
 * @example addressesOf({ DATABASE_URL: 'postgres://localhost/shop' }, settings).DATABASE_URL?.isLocal // true
 */
export function addressesOf(values, table) {
  /** @type {Record<string, DatabaseAddress>} */
  const found = {};
  for (const [name, { schemes }] of Object.entries(table)) {
    const parsed = schemes && values[name] ? parseAddress(values[name], schemes) : null;
    if (parsed !== null) {
      found[name] = parsed;
    }
  }
  return found;
}
