// What a run says about the API before it starts. Once per run.

import { env } from '../../../lib/config.js';
import { missingCredentials, usedCredentials } from './credentials.js';
import { coverageOf } from './coverage.js';
import { adviceOnBase } from './probe.js';
import { runWalk } from './journeys.js';
import { aboutRun, createRandom, credentials, seed } from './table.js';

const { skipped, warnings, last, endpoints, declared, auths, schemes } = aboutRun();

/** Most lines of one kind: a document may have a thousand operations. */
const MAX_LINES = 10;

/** How the suite signs in; required here because set-up must not load modules. */
const suite = env.AUTH_MODE === 'none' ? undefined : require('../../../lib/auth.js');

/** Requests that the suite signs in with: the verdict names them when they fail. */
export const support = suite?.authEndpoints ?? [];

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
 * Says what will be sent, what not and why, and which credentials are missing. Logs in, if AUTH_MODE says so.
 *
 * @throws when there is nothing to send, or the login fails
 * @example defineTest({ prepare: announce, ... })
 */
export function announce() {
  if (endpoints.length === 0) {
    throw new Error(
      skipped.length === 0
        ? 'data/operations.jsonl contains no operations yet. Run: ./scripts/load-test.sh openapi update'
        : `all ${skipped.length} operations are left out. The first: ${skipped[0].name}, ${skipped[0].reason}`,
    );
  }
  console.log(
    `openapi: ${endpoints.length} operations, ${skipped.length} left out. ` +
      `OPENAPI_SEED=${seed} repeats the values of this run`,
  );
  for (const warning of warnings) {
    console.warn(`openapi: ${warning}`);
  }
  // What is left out by its own nature comes before what the user left out.
  const bySetting = (/** @type {string} */ reason) =>
    Number(/OPENAPI_(INCLUDE|EXCLUDE|WRITES)\b/.test(reason));
  const sorted = skipped.slice().sort((a, b) => bySetting(a.reason) - bySetting(b.reason));
  show(sorted.map(({ name, reason }) => `left out: ${name} - ${reason}`));
  show(missingCredentials(auths, schemes, credentials));
  suite?.currentToken();
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

/**
 * Reads from k6's summary data how much of the document was seen.
 *
 * @param {any} metrics
 * @param {unknown} _plan
 * @param {any} group the root group
 * @returns {import('../../types/suite.js').Findings}
 * @example defineTest({ findings: coverage, ... })
 */
export function coverage(metrics, _plan, group) {
  const missing = missingCredentials(auths, schemes, credentials);
  const reasons = missing.length > 0 ? missing : usedCredentials(auths, schemes, credentials);
  const more = { count: skipped.length, missing: reasons };
  const declares = declared();
  const described = endpoints.map((brief, index) => ({ ...brief, declares: declares[index] }));
  return coverageOf(described, more, metrics, group);
}

/**
 * Sends what may end the session, the service or all data and was named by the user: last, one at a time. Before,
 * if nothing is found at the base path, says so: near the verdict, where it is read.
 *
 * @example defineTest({ finish: sendLast, ... })
 */
export function sendLast() {
  const advice = adviceOnBase(endpoints);
  if (advice !== undefined) {
    console.warn(`openapi: ${advice}`);
  }
  for (const index of last) {
    runWalk({ operations: [index], weight: 1 }, createRandom(seed, index), false);
  }
}

/** Prints what a run would create, change and delete, without sending anything. */
function printPlan() {
  const writes = endpoints.filter(({ kind }) => kind === 'api_write');
  const dangerous = new Set(last.map((index) => endpoints[index].name));
  const deleted = new Set(writes.flatMap(({ undo }) => undo ?? []));
  const groups = /** @type {[string, (brief: import('./choose.js').Brief) => boolean][]} */ ([
    ['creates', ({ role }) => role === 'create'],
    ['changes', ({ role }) => role === 'update'],
    ['acts on', ({ role }) => role !== 'create' && role !== 'update' && role !== 'delete'],
    ['deletes', ({ role }) => role === 'delete'],
  ]);
  const lines = [`reads ${endpoints.length - writes.length} operations, writes ${writes.length}`];
  for (const [word, isOne] of groups) {
    for (const brief of writes.filter((one) => isOne(one) && !dangerous.has(one.name))) {
      const after = brief.undo ? `, deleted again with ${brief.undo}` : ', and nothing deletes it';
      lines.push(`${word}  ${brief.name}${brief.role === 'create' ? after : ''}`);
    }
  }
  for (const name of deleted) {
    if (!writes.some((brief) => brief.name === name)) {
      lines.push(`deletes  ${name}, only what this run created`);
    }
  }
  lines.push(...[...dangerous].map((name) => `at the end  ${name}`));
  lines.push(...skipped.map(({ name, reason }) => `left out  ${name}: ${reason}`));
  for (const text of [...lines, ...warnings]) {
    console.log(`# openapi: ${text}`);
  }
}

// The wrapper asks for it (openapi plan, --dry-run); `k6 inspect` evaluates this module and sends nothing.
if (__ENV.OPENAPI_PLAN === 'true') {
  printPlan();
}
