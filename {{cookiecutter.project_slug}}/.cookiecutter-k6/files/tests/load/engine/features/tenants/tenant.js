import { tiers } from '../../../config/tenants.js';
import { defaultOptions, env } from '../../../lib/config.js';

/** Loaded only if tests log in: every module costs memory in every VU. */
const auth = env.AUTH_MODE === 'login' ? require('../../../lib/auth.js') : undefined;

/**
 * `support` endpoints of a tenant test, so that the summary names a login that fails in the middle of a run.
 *
 * @type {import('../../types/suite.js').Endpoint[]}
 */
export const credentialEndpoints = auth?.authEndpoints ?? [];

/** Headers of this VU by tier. @type {Record<string, Readonly<Record<string, string>>>} */
const made = {};

/** The tier with the highest limits: the default, so that only rate-limit tests hit a limit. */
const widest = Object.keys(tiers).slice(-1)[0];

/**
 * The tier of the calling VU: from its scenario, else the setting TIER, else the last row of the table.
 *
 * @returns {string}
 * @example const tier = currentTier(); // 'free'
 */
export function currentTier() {
  return __ENV.TIER || env.TIER || widest;
}

/**
 * Request headers with the credentials of a tier.
 *
 * @param {string} [tier] default: the tier of the calling VU
 * @returns {Readonly<Record<string, string>>}
 * @throws when the only credentials are the public ones and the target is not local
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
 * @param {string} secret public default
 * @returns {string}
 * @throws when the target is not local
 */
function localOnly(tier, secret) {
  if (env.target.isLocal) {
    return secret;
  }
  throw new Error(
    `no credentials for the tier ${tier}: the public defaults are for local targets only. ` +
      `Run: export TIER_KEY=${tier}=... (with AUTH_MODE=login: TEST_USER_PASSWORD=...)`,
  );
}
