import { heavyProfiles } from '../config/profiles.js';
import { env } from './config.js';
import { formatDuration, parseDuration } from './duration.js';
import { isAllowedHost } from './url.js';

/**
 * What a run would do to its target.
 *
 * @typedef {object} Intent
 * @property {string} profile
 * @property {number} vus virtual users at the peak
 * @property {number} durationMs
 */

/** @returns {string[]} what speaks against talking to the target at all */
function objectionsToHost() {
  const named = isAllowedHost(env.target.host, env.ALLOWED_HOSTS);
  const confirmed = env.ALLOW_REMOTE && env.CONFIRM_TARGET.toLowerCase() === env.target.host;
  return named || confirmed
    ? []
    : [
        `BASE_URL=${env.target.masked}: ${env.target.host} is neither local nor listed. ` +
          `List it in tests/load/suite.env (ALLOWED_HOSTS=${env.target.host}), or for this run: ` +
          `ALLOW_REMOTE=true CONFIRM_TARGET=${env.target.host}`,
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
      `PROFILE=${profile}: pushes ${env.target.host} past its limits. If that is meant: ALLOW_HEAVY=true`,
    ];
  }
  const objections = [];
  if (vus > env.MAX_REMOTE_VUS) {
    objections.push(
      `${vus} VUs against ${env.target.host}: at most MAX_REMOTE_VUS=${env.MAX_REMOTE_VUS} without ALLOW_HEAVY=true`,
    );
  }
  if (durationMs > parseDuration(env.MAX_REMOTE_DURATION)) {
    objections.push(
      `${formatDuration(durationMs)} against ${env.target.host}: at most ` +
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
  if (env.target.isLocal) {
    return;
  }
  const objections = [...objectionsToHost(), ...(intent ? objectionsToLoad(intent) : [])];
  if (objections.length > 0) {
    throw new Error(`target refused, nothing was sent:\n  ${objections.join('\n  ')}`);
  }
}
