// Waits until the service is healthy, for at most WAIT_TIMEOUT. Used by scripts/load-test.sh before a run, so
// that the results do not include the wait:
//
//   k6 run --quiet tests/load/engine/commands/wait-for-service.js
//
// Exits with 0 when every health path is healthy, with 108 and the last problem on a timeout.

import k6 from 'k6';
import exec from 'k6/execution';
import { parseDuration } from '../settings/duration.js';
import { env } from '../../lib/config.js';
import { healthProbes, unhealthy } from '../plan/lifecycle.js';
import { guardTarget } from '../plan/guard.js';
import { options as frame } from './frame.js';

/** Seconds between two probes. */
const INTERVAL = 0.25;

/** Time limit of one probe: a hanging request must not use up the whole wait. */
const PROBE_TIMEOUT = '2s';

guardTarget();

const waitMs = parseDuration(env.WAIT_TIMEOUT);
const probes = healthProbes({ timeout: PROBE_TIMEOUT });

export const options = {
  scenarios: {
    command: { ...frame.scenarios.command, maxDuration: `${waitMs + 10_000}ms` },
  },
  // A service that redirects, for example to a login page, is not ready.
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

/** Returns nothing: the probes are not results, so k6 prints no metrics. */
export function handleSummary() {
  return {};
}
