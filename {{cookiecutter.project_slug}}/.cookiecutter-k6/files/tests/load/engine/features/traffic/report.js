// What a run says about the recordings before it starts. Once per run.

import { facts, journeyAt, journeyCount, stepAt } from './table.js';

/**
 * The requests of this run as endpoints, for thresholds and the summary. Clean-up does not count.
 *
 * @param {string} [name] of a journey; default: all
 * @returns {import('../../types/suite.js').Endpoint[]}
 * @example const test = defineTest({ name: 'traffic', endpoints: endpointsOfRun(), ... });
 */
export function endpointsOfRun(name) {
  const known = new Set();
  const endpoints = [];
  for (let index = 0; index < journeyCount; index += 1) {
    const journey = journeyAt(index);
    for (
      let at = 0;
      at < (name === undefined || name === journey.name ? journey.count : 0);
      at += 1
    ) {
      const { name: route, kind, method, ok, undo } = stepAt(journey.first + at);
      if (!known.has(route) && !undo) {
        known.add(route);
        endpoints.push({
          name: route,
          kind,
          method,
          statuses: ok,
          url: '',
          params: {},
          options: {},
        });
      }
    }
  }
  // Only what thresholds and summary read.
  return /** @type {any} */ (endpoints);
}

/**
 * Says what will be played, and refuses a run whose secrets are missing.
 *
 * @throws when there is nothing to play, or a secret is not set
 * @example defineTest({ prepare: announce, ... })
 */
export function announce() {
  const { skipped, settings } = facts;
  if (journeyCount === 0) {
    const [first] = skipped;
    throw new Error(
      first === undefined
        ? 'data/traffic.jsonl holds no journey yet. Run: ./scripts/load-test.sh import session.har'
        : `none of ${skipped.length} journeys is left to play. The first: ${first.name}, ${first.reason}`,
    );
  }
  const missing = settings.filter((name) => !__ENV[name] && !name.startsWith('TRAFFIC_COOKIE_'));
  if (missing.length > 0) {
    throw new Error(
      `secrets of the recording are not set, nothing was sent. Run: export ${missing.map((name) => `${name}=...`).join(' ')}`,
    );
  }
  let steps = 0;
  for (let index = 0; index < journeyCount; index += 1) {
    steps += journeyAt(index).count;
  }
  console.log(
    `traffic: ${journeyCount} journeys, ${steps} requests, ${skipped.length} journeys left out`,
  );
  for (const { name, reason } of skipped.slice(0, 10)) {
    console.log(`traffic: left out: ${name} - ${reason}`);
  }
}
