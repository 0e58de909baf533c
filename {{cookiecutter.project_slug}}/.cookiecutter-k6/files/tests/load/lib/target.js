import { heavyProfiles } from '../config/profiles.js';
import { SHOWN_URL, TARGET_HOST } from './config.js';
import { formatDuration, parseDuration } from './duration.js';
import { env } from './env.js';
import { isAllowedHost, isLocalHost } from './url.js';

/**
 * What a run would do to its target.
 *
 * @typedef {object} Intent
 * @property {string} profile
 * @property {number} vus virtual users at the peak
 * @property {number} durationMs
 */

/** True when the target is this machine or a private network. */
export const isLocalTarget = isLocalHost(TARGET_HOST);

/**
 * Says whether requests may change data: always on a local target, elsewhere only when asked for.
 *
 * @returns {boolean}
 */
export function writesAllowed() {
  return isLocalTarget || env.ALLOW_WRITES;
}

/** @returns {string[]} what speaks against talking to the target at all */
function objectionsToHost() {
  const named = isAllowedHost(TARGET_HOST, env.ALLOWED_HOSTS);
  const confirmed = env.ALLOW_REMOTE && env.CONFIRM_TARGET.toLowerCase() === TARGET_HOST;
  return named || confirmed
    ? []
    : [
        `BASE_URL=${SHOWN_URL}: ${TARGET_HOST} is neither local nor listed. ` +
          `List it in tests/load/suite.env (ALLOWED_HOSTS=${TARGET_HOST}), or for this run: ` +
          `ALLOW_REMOTE=true CONFIRM_TARGET=${TARGET_HOST}`,
      ];
}

/**
 * @param {Intent} intent
 * @returns {string[]} what speaks against this much load
 */
function objectionsToLoad({ profile, vus, durationMs }) {
  if (env.ALLOW_HEAVY) {
    return [];
  }
  if (heavyProfiles.includes(profile)) {
    return [
      `PROFILE=${profile}: pushes ${TARGET_HOST} past its limits. If that is meant: ALLOW_HEAVY=true`,
    ];
  }
  const objections = [];
  if (vus > env.MAX_REMOTE_VUS) {
    objections.push(
      `${vus} VUs against ${TARGET_HOST}: at most MAX_REMOTE_VUS=${env.MAX_REMOTE_VUS} without ALLOW_HEAVY=true`,
    );
  }
  if (durationMs > parseDuration(env.MAX_REMOTE_DURATION)) {
    objections.push(
      `${formatDuration(durationMs)} against ${TARGET_HOST}: at most ` +
        `MAX_REMOTE_DURATION=${env.MAX_REMOTE_DURATION} without ALLOW_HEAVY=true`,
    );
  }
  return objections;
}

/**
 * Refuses load against a host nobody vouched for. Runs at init, so it holds for a plain `k6 run` too.
 *
 * @param {Intent} [intent] left out: only the host is judged
 * @throws when the target is not local and not explicitly allowed, or the load is beyond what is
 * @example guardTarget({ profile: 'smoke', vus: 1, durationMs: 60000 })
 */
export function guardTarget(intent) {
  if (isLocalTarget) {
    return;
  }
  const objections = [...objectionsToHost(), ...(intent ? objectionsToLoad(intent) : [])];
  if (objections.length > 0) {
    throw new Error(`target refused, nothing was sent:\n  ${objections.join('\n  ')}`);
  }
}
