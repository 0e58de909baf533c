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
import { variant } from '../../lib/http.js';
import { isPage } from '../plan/health-document.js';
import { askUsualPaths, healthIn, healthProbes, unready } from '../plan/readiness.js';
import { transportOptions } from '../plan/transport.js';
import { shorten } from '../vu/failures.js';
import { stopwatch } from '../vu/stopwatch.js';
import { guardTarget } from '../plan/guard.js';
import { options as frame } from './frame.js';

/** @typedef {import('../plan/readiness.js').Finding} Finding */

/** Seconds between two probes. */
const INTERVAL = 0.25;

/**
 * Time limit of the first probe, milliseconds: a hanging request must not use up the whole wait. It doubles each time it
 * is reached, as some health documents take seconds.
 */
const FIRST_TIMEOUT_MS = 2000;

guardTarget();

const waitMs = parseDuration(env.WAIT_TIMEOUT);

/** The wait ends early if the same wrong answer lasts for so long, milliseconds. */
const settledMs = Math.max(10_000, waitMs / 3);
const probes = healthProbes();

export const options = {
  scenarios: {
    // The usual health paths may be asked as well.
    command: { ...frame.scenarios.command, maxDuration: `${waitMs + 60_000}ms` },
  },
  ...transportOptions(),
};

export default function waitForService() {
  const elapsed = stopwatch();
  for (const probe of probes) {
    const finding = outlast(probe, elapsed);
    if (finding !== null) {
      const advice = advise(finding);
      if (advice !== '') {
        // A line of its own: the wrapper shows it as the next step.
        console.error(`Try: ${advice}`);
      }
      exec.test.abort(`not healthy within ${env.WAIT_TIMEOUT}: ${finding.text}`);
    }
  }
}

/**
 * Asks until the service is ready, until time is up, or until the same wrong answer has come for a while: one that a
 * setting has to change does not get better by waiting.
 *
 * @param {import('../types/suite.js').Endpoint} probe
 * @param {() => number} elapsed milliseconds since the wait began
 * @returns {Finding | null} null: ready
 */
function outlast(probe, elapsed) {
  let timeoutMs = FIRST_TIMEOUT_MS;
  const ask = () => {
    const startedAt = elapsed();
    const found = unready(variant(probe, { timeout: `${timeoutMs}ms` }));
    const hasHung = elapsed() - startedAt >= timeoutMs;
    const leftMs = Math.max(FIRST_TIMEOUT_MS, waitMs - elapsed());
    timeoutMs = hasHung ? Math.min(2 * timeoutMs, leftMs) : timeoutMs;
    return found;
  };
  let finding = ask();
  let since = elapsed();
  while (finding !== null && elapsed() < waitMs) {
    if (finding.lasting && elapsed() - since > settledMs) {
      return finding;
    }
    k6.sleep(INTERVAL);
    const { advice } = finding;
    finding = ask();
    since = finding?.advice === advice ? since : elapsed();
  }
  return finding;
}

/**
 * @param {Finding} finding
 * @returns {string} its advice; of a health document that does not exist, where one does
 */
function advise({ text, advice }) {
  if (!text.includes(': status 404, ')) {
    return advice;
  }
  const [found] = healthIn(askUsualPaths({ timeout: `${FIRST_TIMEOUT_MS}ms` }));
  if (found === undefined) {
    return advice;
  }
  const { path, response } = found;
  const body = shorten(response.body);
  return isPage(response)
    ? `there is no health document, but a web page at ${path}: if it means that the service is up, ` +
        `set HEALTH_PATHS=${path} and HEALTH_STATUS_WORDS=* in tests/load/suite.env`
    : `set HEALTH_PATHS=${path} in tests/load/suite.env: it answers ${response.status}, ` +
        `${body.slice(0, 60) || 'empty body'}`;
}

/** Returns nothing: the probes are not results, so k6 prints no metrics. */
export function handleSummary() {
  return {};
}
