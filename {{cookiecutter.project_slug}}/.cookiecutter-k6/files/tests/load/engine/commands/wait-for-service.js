// Waits until the service is healthy, for at most WAIT_TIMEOUT. Used by scripts/load-test.sh before a run,
// so that waiting is no part of the results:
//
//   k6 run --quiet tests/load/engine/commands/wait-for-service.js
//
// Ends with 0 when every health path is fine, with 108 and the last finding when time is up.

import k6 from 'k6';
import exec from 'k6/execution';
import { parseDuration } from '../settings/duration.js';
import { env } from '../../lib/config.js';
import { healthProbes, unhealthy } from '../plan/lifecycle.js';
import { guardTarget } from '../plan/guard.js';

/** Between two questions, seconds. */
const INTERVAL = 0.25;

/** One question may take this long: a hanging service must not use up the whole wait. */
const QUESTION_TIMEOUT = '2s';

guardTarget();

const waitMs = parseDuration(env.WAIT_TIMEOUT);
const probes = healthProbes({ timeout: QUESTION_TIMEOUT });

export const options = {
  scenarios: {
    wait: {
      executor: /** @type {const} */ ('shared-iterations'),
      vus: 1,
      iterations: 1,
      maxDuration: `${waitMs + 10_000}ms`,
    },
  },
  // A service that redirects, say to a login page or to another host, is not up.
  maxRedirects: 0,
  insecureSkipTLSVerify: env.INSECURE_SKIP_TLS_VERIFY,
};

export default function waitForService() {
  const deadline = Date.now() + waitMs;
  for (const probe of probes) {
    let finding = unhealthy(probe);
    while (finding !== null && Date.now() < deadline) {
      k6.sleep(INTERVAL);
      finding = unhealthy(probe);
    }
    if (finding !== null) {
      exec.test.abort(`not healthy within ${env.WAIT_TIMEOUT}: ${finding}`);
    }
  }
}

/** No figures: nothing here is a result. */
export function handleSummary() {
  return {};
}
