import { endpoint, isHealthy, requestQuietly } from '../../lib/http.js';
import { API_PREFIX, BASE_URL, env, HEALTH_PATHS } from '../../lib/config.js';
import { formatDuration } from '../settings/duration.js';
import { purposes } from '../settings/user-files.js';
import { shorten } from '../vu/failures.js';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').StartInfo} StartInfo */

/**
 * One endpoint per health path, tagged apart: asking whether a service is up is not part of the results.
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
 * Asks one health path once.
 *
 * @param {Endpoint} probe one of `healthProbes`
 * @param {import('../types/suite.js').TestSpec['readiness']} [readiness] default: the setting READINESS
 * @returns {string | null} what is wrong with it; null when it is healthy
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
      ? 'expected any answer'
      : `expected 200 and JSON with "status" ${env.HEALTH_STATUS_WORDS.join(' or ')}`;
  return `GET ${env.target.masked}${probe.name.replace('setup ', '')}: ${found} (${wanted})`;
}

/**
 * @param {string} error
 * @returns {string} what to try; empty when there is nothing to say
 */
function hintFor(error) {
  const { host, masked } = env.target;
  if (host !== 'localhost' || !error.includes('refused')) {
    return '';
  }
  // k6 dials one address of a name, an IPv4 one if there is any; a browser would go on to IPv6.
  const url = masked.replace('localhost', '[::1]');
  return `; k6 asked 127.0.0.1 only, a service that listens on IPv6 alone needs BASE_URL=${url}`;
}

/** For services that need not be healthy: a missing health document is no failed request. */
const ANY_STATUS = { statuses: [{ min: 100, max: 599 }] };

/**
 * The first thing a test does, in `setup()`: says what it is about to do, and refuses to load a service that
 * is not healthy, because every figure of such a run would be about the failure.
 *
 * @param {import('../types/suite.js').RunFigures} figures
 * @param {import('../types/suite.js').TestSpec['readiness']} [readiness]
 * @param {string} [target] what gets the load, for people
 * @returns {StartInfo}
 * @throws when a health path does not answer 200 with a good status word
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
 * The last thing a test does, in `teardown()`.
 *
 * @param {StartInfo} info what `start` returned
 * @example export { finish as teardown };
 */
export function finish(info) {
  console.log(`started ${info.startedAt}, ended ${new Date().toISOString()}`);
}
