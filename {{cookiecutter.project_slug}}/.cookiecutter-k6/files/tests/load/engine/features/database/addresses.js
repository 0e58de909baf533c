import { isLocalHost } from '../../settings/url.js';

/**
 * The address of a database, taken apart.
 *
 * @typedef {object} DatabaseAddress
 * @property {string} scheme
 * @property {string[]} hosts small letters; several for a cluster
 * @property {string} database its name; empty: the server's default
 * @property {string} masked without user, password and parameters, for logs
 * @property {boolean} isLocal every host is this machine or in a private network
 */

const ADDRESS =
  /^(postgres(?:ql)?|mongodb(?:\+srv)?|https?):\/\/(?:[^@/\s]*@)?([^@/?#\s]+)(?:\/([^?#\s]*))?(?:\?([^#\s]*))?$/;

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d{1,5}))?$/;

/** Parameters that lead to another host than the one the address shows. */
const ELSEWHERE = /^(host|hostaddr|port|service|servicefile|proxyHost)$/i;

/**
 * Takes the address of a database apart. Only forms whose host can be seen are read: what decides whether a
 * database may get load must not stand in a parameter.
 *
 * @param {string} text
 * @param {readonly string[]} schemes those that are accepted, such as `['postgres', 'postgresql']`
 * @returns {DatabaseAddress | null} null when it cannot be read
 * @example parseAddress('postgres://me:secret@db.local:5432/shop', ['postgres']).hosts // ['db.local']
 */
export function parseAddress(text, schemes) {
  const match = ADDRESS.exec(text);
  if (!match || !schemes.includes(match[1])) {
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
 * Adds a parameter to an address, unless it has it.
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
 * The kind of setting that holds the address of a database. Secret: an address may hold a password.
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
    `an address of the form ${schemes.join(':// or ')}://, a host, optionally a port and a database, ` +
    `such as ${example}; a parameter must not name another host`,
  fallback: '',
  about,
  secret: true,
  schemes,
  example,
});

/**
 * Parses the addresses of all settings of the kind `address`.
 *
 * @param {Record<string, any>} values of the settings
 * @param {Record<string, any>} table their rows
 * @returns {Record<string, DatabaseAddress | undefined>} those that are set
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
