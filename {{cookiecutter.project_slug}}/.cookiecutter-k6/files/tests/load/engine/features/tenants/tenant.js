import { tiers } from '../../../config/tenants.js';
import { defaultOptions, env } from '../../../lib/config.js';
import { request } from '../../../lib/http.js';

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

/** Tiers that every run may use. Others run only when they are named: a shop need not have users of them. */
export const usualTiers = Object.keys(tiers).filter((name) => !tiers[name].optional);

/** The usual tier with the highest limits: the default, so that only rate-limit tests hit a limit. */
const widest = usualTiers[usualTiers.length - 1];

/**
 * The tier of the calling VU: from its scenario, else the setting TIER, else the last row that is not optional.
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
    return auth.authHeaders(auth.login(tiers[tier].user, passwordOf(tier)));
  }
  made[tier] ??= Object.freeze({
    ...defaultOptions.headers,
    Authorization: `Bearer ${keyOf(tier)}`,
  });
  return made[tier];
}

/**
 * Sends a request as a tenant. If the token is refused, the tenant logs in again and the request is repeated once, as
 * `authorized` of lib/auth.js does for ordinary users.
 *
 * @param {import('../../types/suite.js').Endpoint} target
 * @param {import('../../../lib/http.js').RequestDetails} [details]
 * @param {string} [tier] default: the tier of the calling VU
 * @returns {import('../../types/suite.js').HttpResponse}
 * @throws when the login fails
 * @example const response = tierRequest(PRODUCTS, { path: { offset: 20 } });
 */
export function tierRequest(target, details, tier = currentTier()) {
  const own = target.options.headers;
  const send = () => {
    const headers = tierHeaders(tier);
    return request(target, { ...details, headers: own ? { ...headers, ...own } : headers });
  };
  const response = send();
  return response.status === 401 && loggedInAgain(tier) ? send() : response;
}

/**
 * Logs a tenant in again whose token was refused.
 *
 * @param {string} tier
 * @returns {boolean} false: tenants have keys, and there is no other one
 * @example if (loggedInAgain('free')) { send(); }
 */
export function loggedInAgain(tier) {
  auth?.loginAgain(tiers[tier].user, passwordOf(tier));
  return auth !== undefined;
}

/**
 * @param {string} tier
 * @returns {string}
 */
function passwordOf(tier) {
  const published = auth?.DEFAULT_PASSWORD ?? '';
  const password = env.TEST_USER_PASSWORD || published;
  return password === published ? localOnly(tier, password) : password;
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
