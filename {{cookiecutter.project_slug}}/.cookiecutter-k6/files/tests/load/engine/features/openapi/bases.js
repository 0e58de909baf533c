// The base path: the part of URLs between BASE_URL and the paths of the document. Once per run.

import { env } from '../../../lib/config.js';

/**
 * The base path of a run: OPENAPI_BASE, else that of the server which is the target, else the first one.
 *
 * @param {{ base?: string, servers?: { host: string, base: string }[] }} header of the table
 * @returns {string} such as `/v1`, or empty
 * @example const base = baseOf({ base: '/shop', servers: [{ host: 'localhost:8000', base: '' }] });
 */
export function baseOf({ base = '', servers = [] }) {
  if (env.OPENAPI_BASE !== '') {
    return env.OPENAPI_BASE.replace(/\/+$/, '');
  }
  const host = env.target.href.replace(/^https?:\/\/(?:[^@/]*@)?/, '').replace(/\/.*$/, '');
  const own = servers.find((server) => server.host === host);
  return notTwice(own?.base ?? base);
}

/**
 * @param {string} base
 * @returns {string} empty when BASE_URL ends in it already
 * @example notTwice('/v1') // '' with BASE_URL=https://api.example.com/v1
 */
export function notTwice(base) {
  return base !== '' && `${env.target.path}/`.endsWith(`${base}/`) ? '' : base;
}
