import { parseDuration } from '../../settings/duration.js';
import { isLocalHost, parseHttpUrl } from '../../settings/url.js';

/**
 * What the settings say about sockets, worked out.
 *
 * @typedef {object} SocketSettings
 * @property {string} host lower case; IPv6 in brackets
 * @property {string} path of WS_URL or BASE_URL; empty for the root
 * @property {string} href the whole address, credentials included
 * @property {string} masked the same with credentials masked
 * @property {boolean} isLocal this machine or a private network
 * @property {number | undefined} sessionMs how long a socket stays open, when it is set
 * @property {number} connectMs longest wait for a connection
 */

/**
 * Splits the address of a socket.
 *
 * @param {string} text
 * @returns {import('../../types/suite.js').HttpUrl | null} null when it is no ws or wss address
 * @example parseSocketUrl('wss://example.com/ws').host // 'example.com'
 */
export function parseSocketUrl(text) {
  const http = /^wss?:/.test(text) ? parseHttpUrl(text.replace(/^ws/, 'http')) : null;
  return http === null
    ? null
    : {
        ...http,
        scheme: asSocket(http.scheme),
        href: asSocket(http.href),
        masked: asSocket(http.masked),
      };
}

/** @param {string} text */
function asSocket(text) {
  return text.replace(/^http/, 'ws');
}

/**
 * Works the settings out; the address follows `BASE_URL` unless `WS_URL` names another.
 *
 * @param {{ WS_URL: string, WS_SESSION: string | undefined, REQUEST_TIMEOUT: string }} values
 * @param {string} base the service's address
 * @returns {SocketSettings}
 * @throws when an address cannot be read, which the settings' own check comes before
 * @example socketSettings(values, 'http://localhost:8000').href // 'ws://localhost:8000'
 */
export function socketSettings({ WS_URL, WS_SESSION, REQUEST_TIMEOUT }, base) {
  const url = parseSocketUrl(WS_URL || asSocket(base));
  if (url === null) {
    throw new Error(`WS_URL: expected ws:// or wss:// and a host, such as ws://localhost:8000`);
  }
  return {
    ...url,
    isLocal: isLocalHost(url.host),
    sessionMs: WS_SESSION === undefined ? undefined : parseDuration(WS_SESSION),
    connectMs: parseDuration(REQUEST_TIMEOUT),
  };
}
