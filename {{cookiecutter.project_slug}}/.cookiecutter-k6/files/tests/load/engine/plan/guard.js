import { env } from '../../lib/config.js';
import { hooksOf } from '../features/registry.js';
import { formatDuration, parseDuration } from '../settings/duration.js';
import { heavyProfiles } from '../settings/user-files.js';
import { isAllowedHost, isLocalHost, parseHttpUrl } from '../settings/url.js';
import { proxyOf } from './proxy.js';

/**
 * The load that a run would put on its target.
 *
 * @typedef {object} Intent
 * @property {string} profile
 * @property {string} [heavyTest] name of the test, if its default load overloads the service
 * @property {number} vus VUs at the peak
 * @property {number} [rate] arrival rate at the peak, iterations per second
 * @property {number} durationMs
 */

/** @typedef {import('../types/features.js').LoadTarget} LoadTarget */
/** @typedef {Pick<import('../types/suite.js').TestSpec, 'targets'>} Spec */

const features = hooksOf('plan');

/** @returns {LoadTarget[]} the server that gives tokens, if it is another one */
function loginTargets() {
  /** @type {Record<string, ('LOGIN_PATH' | 'REFRESH_PATH' | 'OAUTH2_TOKEN_URL')[]>} */
  const settings = {
    login: ['LOGIN_PATH', 'REFRESH_PATH'],
    session: ['LOGIN_PATH'],
    oauth2: ['OAUTH2_TOKEN_URL'],
  };
  return (settings[env.AUTH_MODE] ?? []).flatMap((setting) => {
    const url = parseHttpUrl(env[setting]);
    return url === null ? [] : [{ setting, ...url, isLocal: isLocalHost(url.host) }];
  });
}

/** @returns {LoadTarget[]} targets of tests without `targets` */
function serviceTargets() {
  return [
    { setting: 'BASE_URL', ...env.target },
    ...loginTargets(),
    ...features.flatMap(({ targets }) => targets?.() ?? []),
  ];
}

/**
 * @param {Spec} spec
 * @returns {LoadTarget[]} targets outside this machine and private networks, and proxies on the way to them
 */
function remoteTargets(spec) {
  const targets = spec.targets ?? serviceTargets();
  const proxies = targets.flatMap(({ masked }) => proxyOf(masked, __ENV) ?? []);
  return [...targets, ...proxies]
    .filter(({ isLocal }) => !isLocal)
    .filter(({ host }, index, remote) => remote.findIndex((one) => one.host === host) === index);
}

/**
 * @param {LoadTarget} target
 * @returns {string[]} reasons to send no requests to this host
 */
function objectionsToHost({ setting, masked, host }) {
  const named = isAllowedHost(host, env.ALLOWED_HOSTS);
  const confirmed = env.CONFIRM_TARGET.map((one) => one.toLowerCase());
  return named || (env.ALLOW_REMOTE && confirmed.includes(host))
    ? []
    : [
        `${setting}=${masked}: ${host} is neither local nor in ALLOWED_HOSTS. ` +
          `Add it to tests/load/suite.env (ALLOWED_HOSTS=${host}), or allow it for this run: ` +
          `ALLOW_REMOTE=true CONFIRM_TARGET=${[...confirmed, host].join(',')}`,
      ];
}

/**
 * @param {string} host
 * @param {Intent} intent
 * @returns {string[]} reasons against this much load
 */
function objectionsToLoad(host, { profile, heavyTest, vus, rate = 0, durationMs }) {
  if (env.ALLOW_HEAVY) {
    return [];
  }
  const heavy = heavyProfiles.includes(profile) ? `PROFILE=${profile}` : heavyTest;
  if (heavy !== undefined) {
    return [`${heavy} would overload ${host}. To allow it: ALLOW_HEAVY=true`];
  }
  const objections = [];
  if (vus > env.MAX_REMOTE_VUS) {
    objections.push(
      `${vus} VUs against ${host}: without ALLOW_HEAVY=true the limit is MAX_REMOTE_VUS=${env.MAX_REMOTE_VUS}`,
    );
  }
  if (rate > env.MAX_REMOTE_RATE) {
    objections.push(
      `${rate} iterations/s against ${host}: without ALLOW_HEAVY=true the limit is ` +
        `MAX_REMOTE_RATE=${env.MAX_REMOTE_RATE}`,
    );
  }
  if (durationMs > parseDuration(env.MAX_REMOTE_DURATION)) {
    objections.push(
      `${formatDuration(durationMs)} against ${host}: without ALLOW_HEAVY=true the limit is ` +
        `MAX_REMOTE_DURATION=${env.MAX_REMOTE_DURATION}`,
    );
  }
  return objections;
}

/**
 * Refuses load on hosts that are not on the allow list. Runs in the init context, so it also applies to a plain
 * `k6 run`.
 *
 * @param {Intent} [intent] default: only the host is checked
 * @param {Spec} [spec] default: the service
 * @throws when the target is neither local nor allowed, or the load exceeds what is allowed
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
