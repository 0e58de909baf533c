// The databases that a test loads. Never loaded in a VU.

import { env } from '../../../lib/config.js';
import { hooksOf } from '../registry.js';

/** @typedef {string} DatabaseSetting */

/** @type {Record<string, { example?: string }>} */
const rows = Object.assign({}, ...hooksOf('settings').map(({ settings }) => settings));

/**
 * The load targets of a database test, one entry per host.
 *
 * @param {readonly DatabaseSetting[]} settings
 * @returns {NonNullable<import('../../types/suite.js').TestSpec['targets']>} targets of the settings that are set
 * @example storeTargets(['DATABASE_URL'])
 */
export function storeTargets(settings) {
  return settings.flatMap((setting) => {
    const address = env.databases[setting];
    return address?.hosts.map((host) => ({ ...address, setting, host })) ?? [];
  });
}

/**
 * Checks that all database addresses a test needs are set.
 *
 * @param {readonly DatabaseSetting[]} settings
 * @throws naming the missing settings
 * @example requireStores(['DATABASE_URL'])
 */
export function requireStores(settings) {
  const missing = settings.filter((setting) => !env.databases[setting]);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')} must be set for this test. Try: ` +
        `export ${missing[0]}='${rows[missing[0]]?.example}'`,
    );
  }
}
