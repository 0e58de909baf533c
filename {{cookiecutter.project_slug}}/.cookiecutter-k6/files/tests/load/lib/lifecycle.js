import { API_PREFIX, HEALTH_PATHS, BASE_URL, SHOWN_URL } from './config.js';
import { checkHealthy } from './checks.js';
import { formatDuration } from './duration.js';
import { env } from './env.js';
import { endpoint, request } from './http.js';
import { shorten } from './log.js';

/** @typedef {import('../types/suite.js').StartInfo} StartInfo */

/** One per health path, tagged apart: what set-up does is not part of the results. */
const PROBES = HEALTH_PATHS.map((path) =>
  endpoint(`setup ${path}`, `${BASE_URL}${path}`, { kind: 'setup', phase: 'setup' }),
);

/**
 * The first thing a test does, in `setup()`: says what it is about to do, and refuses to load a service that
 * is not healthy, because every figure of such a run would be about the failure.
 *
 * @param {import('../types/suite.js').LoadTest} test
 * @returns {StartInfo}
 * @throws when a health path does not answer 200 with a good status word
 * @example export function setup() { return start(test); }
 */
export function start(test) {
  console.log(
    `${test.profile} against ${SHOWN_URL}: up to ${test.peakVus} VUs for ${formatDuration(test.durationMs)}`,
  );
  if (env.INSECURE_SKIP_TLS_VERIFY) {
    console.warn('INSECURE_SKIP_TLS_VERIFY=true: TLS certificates are not verified in this run');
  }
  for (const probe of PROBES) {
    assertHealthy(probe);
  }
  return {
    startedAt: new Date().toISOString(),
    target: SHOWN_URL,
    apiPrefix: API_PREFIX,
    vus: test.peakVus,
  };
}

/** @param {import('../types/suite.js').Endpoint} probe */
function assertHealthy(probe) {
  const response = request(probe);
  if (!checkHealthy(response, probe.name)) {
    const found =
      response.status === 0 ? response.error : `${response.status} ${shorten(response.body)}`;
    throw new Error(
      `${probe.method} ${SHOWN_URL}${probe.name.replace('setup ', '')} is not healthy: ${found}. ` +
        `Expected status 200 and a JSON body whose "status" is ${env.HEALTH_STATUS_WORDS.join(' or ')}.`,
    );
  }
}

/**
 * The last thing a test does, in `teardown()`.
 *
 * @param {StartInfo} info what `start` returned
 * @example export function teardown(info) { finish(info); }
 */
export function finish(info) {
  console.log(`started ${info.startedAt}, ended ${new Date().toISOString()}`);
}
