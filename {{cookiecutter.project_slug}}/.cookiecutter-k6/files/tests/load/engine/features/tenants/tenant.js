import { tiers } from '../../../config/tenants.js';
import { defaultOptions, env } from '../../../lib/config.js';

/** Loaded only by tests that log in: a module costs every VU memory. */
const auth = env.AUTH_MODE === 'login' ? require('../../../lib/auth.js') : undefined;

/**
 * What a test of tenants declares as its `support`: a login that breaks in the middle of a run is then named.
 *
 * @type {import('../../types/suite.js').Endpoint[]}
 */
export const credentialEndpoints = auth?.authEndpoints ?? [];

/** Headers of this VU by tier. @type {Record<string, Readonly<Record<string, string>>>} */
const made = {};

/** The tier with the highest limits, so that only tests of limits meet one. */
const widest = Object.keys(tiers).slice(-1)[0];

/**
 * The tier whose tenant the calling VU is: that of its scenario, else the setting TIER, else the last of the table.
 *
 * @returns {string}
 * @example const tier = currentTier(); // 'free'
 */
export function currentTier() {
  return __ENV.TIER || env.TIER || widest;
}

/**
 * The headers that requests of a tier's tenant carry.
 *
 * @param {string} [tier] default: that of the calling VU
 * @returns {Readonly<Record<string, string>>}
 * @throws when there are no credentials that may be sent to this target
 * @example request(PRODUCTS, { headers: tierHeaders('free') })
 */
export function tierHeaders(tier = currentTier()) {
  if (auth !== undefined) {
    const { user } = tiers[tier];
    const { DEFAULT_PASSWORD } = auth;
    const password = env.TEST_USER_PASSWORD || DEFAULT_PASSWORD;
    return auth.authHeaders(
      auth.login(user, password === DEFAULT_PASSWORD ? localOnly(tier, password) : password),
    );
  }
  made[tier] ??= Object.freeze({
    ...defaultOptions.headers,
    Authorization: `Bearer ${keyOf(tier)}`,
  });
  return made[tier];
}

/**
 * @param {string} tier
 * @returns {string}
 */
function keyOf(tier) {
  const own = env.TIER_KEY.find((entry) => entry.startsWith(`${tier}=`));
  const published = `test-${tier}-key`;
  const key = own?.slice(tier.length + 1) ?? published;
  return key === published ? localOnly(tier, key) : key;
}

/**
 * @param {string} tier
 * @param {string} secret what a fresh checkout works with
 * @returns {string}
 * @throws when the target is not local
 */
function localOnly(tier, secret) {
  if (env.target.isLocal) {
    return secret;
  }
  throw new Error(
    `no credentials for the tier ${tier}: the published ones are for local targets only. ` +
      `Run: export TIER_KEY=${tier}=... (those who log in: TEST_USER_PASSWORD=...)`,
  );
}
