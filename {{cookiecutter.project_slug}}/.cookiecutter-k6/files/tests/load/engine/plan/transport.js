// How k6 talks to the service: the same for a run, the readiness check and every other command.

import { env } from '../../lib/config.js';
import { localPath } from '../settings/paths.js';

/** @typedef {import('k6/options').Options} Options */

/**
 * The k6 options of the connection. What is not set is left out, so that `--config FILE` and `K6_...` variables can
 * set it.
 *
 * @returns {Partial<Options>}
 * @throws when CLIENT_CERT or CLIENT_KEY cannot be read
 * @example export const options = { ...transportOptions(), scenarios };
 */
export function transportOptions() {
  const version = open(localPath(import.meta.resolve('../version.txt'))).trim();
  const run = env.RUN_ID ? `; run ${env.RUN_ID}` : '';
  return {
    // A service that redirects, say to a login page or to another host, has not answered.
    maxRedirects: 0,
    // Go refuses headers with control characters.
    userAgent: `cookiecutter-k6/${version} (${env.PROJECT_SLUG}${run})`.replace(
      /[^\x20-\x7e]+/g,
      ' ',
    ),
    ...(env.INSECURE_SKIP_TLS_VERIFY && { insecureSkipTLSVerify: true }),
    ...(Object.keys(env.HOSTS).length > 0 && { hosts: { ...env.HOSTS } }),
    ...(env.CLIENT_CERT !== '' && { tlsAuth: [clientCertificate()] }),
  };
}

/** @returns {{ cert: string, key: string, password?: string }} */
function clientCertificate() {
  const password = env.CLIENT_KEY_PASSWORD;
  return {
    cert: pemFile('CLIENT_CERT', env.CLIENT_CERT),
    key: pemFile('CLIENT_KEY', env.CLIENT_KEY || env.CLIENT_CERT),
    ...(password !== '' && { password }),
  };
}

/**
 * @param {string} setting
 * @param {string} path absolute, or relative to tests/load
 * @returns {string}
 */
function pemFile(setting, path) {
  const isAbsolute = /^([A-Za-z]:)?[\\/]/.test(path);
  try {
    return open(isAbsolute ? path : localPath(import.meta.resolve(`../../${path}`)));
  } catch (error) {
    throw new Error(
      `${setting}=${path}: cannot read this file. Give an absolute path, or one relative to tests/load`,
      { cause: error },
    );
  }
}
