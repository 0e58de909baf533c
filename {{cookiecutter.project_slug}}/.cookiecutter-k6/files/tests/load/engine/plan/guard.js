import { env } from '../../lib/config.js';
import { hooksOf } from '../features/registry.js';
import { formatDuration, parseDuration } from '../settings/duration.js';
import { heavyProfiles } from '../settings/user-files.js';
import { isAllowedHost } from '../settings/url.js';

/**
 * What a run would do to its target.
 *
 * @typedef {object} Intent
 * @property {string} profile
 * @property {string} [heavyTest] a test that pushes a service past its limits by itself
 * @property {number} vus virtual users at the peak
 * @property {number} [rate] arrivals at the peak, iterations per second
 * @property {number} durationMs
 */

/** @typedef {import('../types/features.js').LoadTarget} LoadTarget */
/** @typedef {Pick<import('../types/suite.js').TestSpec, 'targets'>} Spec */

const features = hooksOf('plan');

/** @returns {LoadTarget[]} what receives the load of ordinary tests */
function serviceTargets() {
  return [
    { setting: 'BASE_URL', ...env.target },
    ...features.flatMap(({ targets }) => targets?.() ?? []),
  ];
}

/**
 * @param {Spec} spec
 * @returns {LoadTarget[]} those that are neither this machine nor in a private network
 */
function remoteTargets(spec) {
  return (spec.targets ?? serviceTargets())
    .filter(({ isLocal }) => !isLocal)
    .filter(({ host }, index, remote) => remote.findIndex((one) => one.host === host) === index);
}

/**
 * @param {LoadTarget} target
 * @returns {string[]} what speaks against talking to it at all
 */
function objectionsToHost({ setting, masked, host }) {
  const named = isAllowedHost(host, env.ALLOWED_HOSTS);
  const confirmed = env.ALLOW_REMOTE && env.CONFIRM_TARGET.toLowerCase() === host;
  return named || confirmed
    ? []
    : [
        `${setting}=${masked}: ${host} is neither local nor listed. ` +
          `List it in tests/load/suite.env (ALLOWED_HOSTS=${host}), or for this run: ` +
          `ALLOW_REMOTE=true CONFIRM_TARGET=${host}`,
      ];
}

/**
 * @param {string} host
 * @param {Intent} intent
 * @returns {string[]} what speaks against this much load
 */
function objectionsToLoad(host, { profile, heavyTest, vus, rate = 0, durationMs }) {
  if (env.ALLOW_HEAVY) {
    return [];
  }
  const heavy = heavyProfiles.includes(profile) ? `PROFILE=${profile}` : heavyTest;
  if (heavy !== undefined) {
    return [`${heavy}: pushes ${host} past its limits. If that is meant: ALLOW_HEAVY=true`];
  }
  const objections = [];
  if (vus > env.MAX_REMOTE_VUS) {
    objections.push(
      `${vus} VUs against ${host}: at most MAX_REMOTE_VUS=${env.MAX_REMOTE_VUS} without ALLOW_HEAVY=true`,
    );
  }
  if (rate > env.MAX_REMOTE_RATE) {
    objections.push(
      `${rate} iterations a second against ${host}: at most ` +
        `MAX_REMOTE_RATE=${env.MAX_REMOTE_RATE} without ALLOW_HEAVY=true`,
    );
  }
  if (durationMs > parseDuration(env.MAX_REMOTE_DURATION)) {
    objections.push(
      `${formatDuration(durationMs)} against ${host}: at most ` +
        `MAX_REMOTE_DURATION=${env.MAX_REMOTE_DURATION} without ALLOW_HEAVY=true`,
    );
  }
  return objections;
}

/**
 * Refuses load on hosts that are not on the allow list. Runs at init, so it holds for a plain `k6 run` too.
 *
 * @param {Intent} [intent] left out: only the host is judged
 * @param {Spec} [spec] left out: the service
 * @throws when the target is not local and not explicitly allowed, or the load is beyond what is
 * @example guardTarget({ profile: 'smoke', vus: 1, durationMs: 60000 })
 */
export function guardTarget(intent, spec = {}) {
  const objections = remoteTargets(spec).flatMap((target) => [
    ...objectionsToHost(target),
    ...(intent ? objectionsToLoad(target.host, intent) : []),
  ]);
  if (objections.length > 0) {
    throw new Error(`target refused, nothing was sent:\n  ${objections.join('\n  ')}`);
  }
}
