// The databases that a test sends its load to. Loaded outside the VUs only.

import { env } from '../../../lib/config.js';
import { hooksOf } from '../registry.js';

/** @typedef {string} DatabaseSetting */

/** @type {Record<string, { example?: string }>} */
const rows = Object.assign({}, ...hooksOf('settings').map(({ settings }) => settings));

/**
 * What a test of databases sends its load to; several entries for a cluster.
 *
 * @param {readonly DatabaseSetting[]} settings
 * @returns {NonNullable<import('../../types/suite.js').TestSpec['targets']>} only of those that are set
 * @example storeTargets(['DATABASE_URL'])
 */
export function storeTargets(settings) {
  return settings.flatMap((setting) => {
    const address = env.databases[setting];
    return address?.hosts.map((host) => ({ ...address, setting, host })) ?? [];
  });
}

/**
 * Refuses a test of databases whose addresses nobody gave.
 *
 * @param {readonly DatabaseSetting[]} settings
 * @throws naming the settings
 * @example requireStores(['DATABASE_URL'])
 */
export function requireStores(settings) {
  const missing = settings.filter((setting) => !env.databases[setting]);
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')}: not set, and this test needs it. Try: ` +
        `export ${missing[0]}='${rows[missing[0]]?.example}'`,
    );
  }
}
