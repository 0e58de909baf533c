import { isHealthy } from '../../lib/checker.js';
import { API_PREFIX, BASE_URL, env, HEALTH_PATHS } from '../../lib/config.js';
import { formatDuration } from '../settings/duration.js';
import { purposes } from '../settings/user-files.js';
import { shorten } from '../vu/failures.js';
import { endpoint, requestQuietly } from '../../lib/http.js';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').StartInfo} StartInfo */

/**
 * One endpoint per health path. Their requests are tagged as setup, so they do not count in the results.
 *
 * @param {import('../types/suite.js').EndpointOptions} [options]
 * @returns {Endpoint[]}
 * @example const probes = healthProbes({ timeout: '2s' });
 */
export function healthProbes(options) {
  return HEALTH_PATHS.map((path) =>
    endpoint(`setup ${path}`, `${BASE_URL}${path}`, { ...options, kind: 'setup', phase: 'setup' }),
  );
}

/**
 * Requests one health path once.
 *
 * @param {Endpoint} probe one of `healthProbes`
 * @param {import('../types/suite.js').TestSpec['readiness']} [readiness] default: the setting READINESS
 * @returns {string | null} description of the problem; null when healthy
 * @example const finding = unhealthy(probe);
 */
export function unhealthy(probe, readiness = env.READINESS) {
  const response = requestQuietly(probe);
  if (readiness === 'answer' ? response.status !== 0 : isHealthy(response)) {
    return null;
  }
  const found =
    response.status === 0
      ? `${shorten(response.error)}${hintFor(response.error)}`
      : `status ${response.status}, ${shorten(response.body) || 'empty body'}`;
  const wanted =
    readiness === 'answer'
      ? 'expected any response'
      : `expected 200 and JSON with "status" ${env.HEALTH_STATUS_WORDS.join(' or ')}`;
  return `GET ${env.target.masked}${probe.name.replace('setup ', '')}: ${found} (${wanted})`;
}

/**
 * @param {string} error
 * @returns {string} what to try; empty if there is no hint
 */
function hintFor(error) {
  const { host, masked } = env.target;
  if (host !== 'localhost' || !error.includes('refused')) {
    return '';
  }
  // Unlike a browser, k6 tries only one address of a host name, preferring IPv4.
  const url = masked.replace('localhost', '[::1]');
  return `; k6 tried 127.0.0.1 only. If the service listens on IPv6 only, use BASE_URL=${url}`;
}

/** With READINESS=answer, an error status of the health path is not a failed request. */
const ANY_STATUS = { statuses: [{ min: 100, max: 599 }] };

/**
 * First step of every test's `setup()`: announces the run and refuses to load an unhealthy service, because all
 * results would only measure the failure.
 *
 * @param {import('../types/suite.js').RunFigures} run
 * @param {import('../types/suite.js').TestSpec['readiness']} [readiness]
 * @param {string} [target] target of the load, for display
 * @returns {StartInfo}
 * @throws when a health path is not healthy
 * @example const info = start({ profile: 'smoke', vus: 1, durationMs: 60000, ... });
 */
export function start({ profile, vus, durationMs }, readiness, target = env.target.masked) {
  const purpose = /** @type {Record<string, string>} */ (purposes)[profile];
  console.log(
    `${profile} against ${target}: up to ${vus} VUs for ${formatDuration(durationMs)}` +
      (purpose ? ` - ${purpose}` : ''),
  );
  if (env.INSECURE_SKIP_TLS_VERIFY) {
    console.warn('INSECURE_SKIP_TLS_VERIFY=true: TLS certificates are not verified in this run');
  }
  const isLenient = (readiness ?? env.READINESS) === 'answer';
  const probes = readiness === 'none' ? [] : healthProbes(isLenient ? ANY_STATUS : undefined);
  for (const probe of probes) {
    const finding = unhealthy(probe, readiness);
    if (finding !== null) {
      throw new Error(`the service is not healthy. ${finding}`);
    }
  }
  return {
    startedAt: new Date().toISOString(),
    target,
    apiPrefix: API_PREFIX,
    vus,
  };
}

/**
 * Last step of every test's `teardown()`.
 *
 * @param {StartInfo} info what `start` returned
 * @example export { finish as teardown };
 */
export function finish(info) {
  console.log(`started ${info.startedAt}, ended ${new Date().toISOString()}`);
}
