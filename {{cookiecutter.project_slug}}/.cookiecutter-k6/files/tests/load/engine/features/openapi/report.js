// What a run says about the API before it starts. Once per run.

import { alternativeOf, variablesOf } from './credentials.js';
import { aboutRun, credentials, seed } from './table.js';

const { skipped, endpoints, auths, schemes } = aboutRun();

/** Most lines of one kind: a document may have a thousand operations. */
const MAX_LINES = 10;

/**
 * The operations of this run as endpoints, for thresholds and the summary.
 *
 * @returns {import('../../types/suite.js').Endpoint[]}
 * @example const test = defineTest({ name: 'openapi', endpoints: endpointsOfRun(), ... });
 */
export function endpointsOfRun() {
  // Only what thresholds and summary read: a thousand whole endpoints, four times, are memory.
  return /** @type {any} */ (endpoints);
}

/**
 * Says what will be sent, what not and why, and which credentials are missing.
 *
 * @throws when there is nothing to send
 * @example defineTest({ prepare: announce, ... })
 */
export function announce() {
  if (endpoints.length === 0) {
    throw new Error(
      skipped.length === 0
        ? 'data/operations.jsonl holds no operation yet. Run: ./scripts/load-test.sh openapi update'
        : `none of ${skipped.length} operations is left to send. The first: ${skipped[0].name}, ${skipped[0].reason}`,
    );
  }
  console.log(
    `openapi: ${endpoints.length} operations, ${skipped.length} left out. ` +
      `OPENAPI_SEED=${seed} repeats the values of this run`,
  );
  show(skipped.map(({ name, reason }) => `left out: ${name} - ${reason}`));
  show(missingCredentials());
}

/** @param {string[]} lines */
function show(lines) {
  for (const line of lines.slice(0, MAX_LINES)) {
    console.log(`openapi: ${line}`);
  }
  if (lines.length > MAX_LINES) {
    console.log(`openapi: ... and ${lines.length - MAX_LINES} more`);
  }
}

/** @returns {string[]} one line for each set of variables that would help */
function missingCredentials() {
  return auths
    .filter(
      ([auth]) =>
        auth.length > 0 &&
        auth.every((names) => names.length > 0) &&
        alternativeOf(auth, credentials).length === 0,
    )
    .map(([auth, count]) => {
      const wanted = auth.map((names) => names.map((name) => needed(name)).join(' and '));
      return `no credentials for ${count} operations: set ${wanted.join(', or ')}`;
    });
}

/**
 * @param {string} name
 * @returns {string}
 */
function needed(name) {
  const scheme = schemes[name];
  const variables = scheme === undefined ? [] : variablesOf(name, scheme);
  return variables.length > 0
    ? variables.join(' and ')
    : `${name} (${scheme?.what ?? 'unknown scheme'})`;
}
