// One iteration: operations in the order of their journey, each with ids that were really created or listed.
// What an iteration created it deletes, whatever happens in between.

import exec from 'k6/execution';
import { env } from '../../../lib/config.js';
import { reportException, reportOnce } from '../../vu/failures.js';
import { thinkTime } from '../../../lib/define.js';
import { checkAnswer, checkMissing, isFit } from '../rows/answers.js';
import { cleanUp, known, READING, remember, rememberLost } from './belongings.js';
import { sendOperation } from './requests.js';
import { counts, createRandom, operationAt, seed, walkAt } from './table.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').Walk} Walk */
/** @typedef {import('./belongings.js').Ids} Ids */
/** @typedef {import('./belongings.js').Journey} Journey */

/** How deep operations may need each other: a comment needs a post, a post needs a user. */
const DEEPEST_NEED = 6;

/** How often one operation is sent for others in one journey: again when what it gave was deleted. */
const MOST_HELP = 3;

/** How often one operation is sent again with other values: services name one field after the other. */
const MOST_LESSONS = 4;

/** Answers of 401 in a row, after others, that are no longer a matter of single operations. */
const SESSION_GONE = 3;

/** What this VU knows of its session: the last operation that was let in, and how many were not since. */
const session = { last: '', refused: 0 };

/** What a refusal teaches. One VU is enough to learn. */
const learning = __VU <= 1 ? require('./learn.js') : undefined;

/** Pause between two operations of a user, seconds. */
const THINK = /** @type {const} */ ([0.5, 1.5]);

/**
 * Runs one iteration. The first one of a test takes every operation once; all others take one walk, chosen
 * by weight, at the pace of a person.
 *
 * @param {import('../../types/suite.js').Observer} [observe] called after each request
 * @example export default test.run(() => runJourneys());
 */
export function runJourneys(observe) {
  const { vu, scenario } = exec;
  const random = createRandom(seed, vu.idInTest, vu.iterationInScenario);
  if (counts.walks === 0) {
    thinkTime(...THINK); // only operations that come last
  } else if (scenario.iterationInInstance === 0) {
    for (let index = 0; index < counts.sweep; index += 1) {
      runWalk(walkAt('sweep', index), random, false, observe);
    }
    thinkTime(...THINK);
  } else {
    runWalk(chosenWalk(random), random, true, observe);
  }
}

/**
 * @param {import('./table.js').Random} random
 * @returns {Walk} chosen by weight
 */
function chosenWalk(random) {
  const aim = random.next() * walkAt('walks', counts.walks - 1).upTo;
  let from = 0;
  let to = counts.walks - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (walkAt('walks', middle).upTo > aim) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return walkAt('walks', from);
}

/**
 * Runs the operations of a walk, and deletes what they created.
 *
 * @param {Pick<Walk, 'operations' | 'weight'>} walk
 * @param {import('./table.js').Random} random
 * @param {boolean} mixed true: operations in proportion to their weights, with pauses; false: all, at once
 * @param {import('../../types/suite.js').Observer} [observe]
 * @example runWalk({ operations: [0, 1], weight: 1 }, random, false);
 */
export function runWalk(walk, random, mixed, observe) {
  /** @type {Journey} */
  const journey = {
    created: Object.create(null),
    seen: Object.create(null),
    empty: Object.create(null),
    pending: [],
    lost: [],
    helped: {},
    random,
    observe,
  };
  try {
    for (const index of walk.operations) {
      const operation = operationAt(index);
      if (!mixed) {
        perform(operation, journey, 0);
      } else if (random.next() * walk.weight < operation.weight) {
        perform(operation, journey, 0);
        thinkTime(...THINK);
      }
    }
  } finally {
    cleanUp(journey);
  }
}

/**
 * Sends an operation, after those that give it the ids it needs. What goes wrong in one must not keep the
 * others from being sent.
 *
 * @param {Operation} operation
 * @param {Journey} journey
 * @param {number} depth of need
 * @throws when the suite's login fails
 */
function perform(operation, journey, depth) {
  try {
    provide(operation, journey, depth);
    /** @type {Ids} */
    const ids = Object.create(null);
    journey.random.made.length = 0;
    /** @type {import('./values.js').Source} */
    const source = {
      random: journey.random,
      optional: env.OPENAPI_OPTIONAL,
      bound: (slot, fits) => {
        const id = known(journey, slot, operation);
        if (id === undefined || !isFit(id, fits)) {
          if (operation.targets.includes(slot)) {
            refuse(operation, slot); // a made-up one may be somebody else's
          }
          source.isMadeUp ||= operation.kind === 'api_read' && journey.empty[slot];
          return undefined;
        }
        ids[slot] = id;
        return id;
      },
    };
    const since = Date.now();
    const { response, sent, isGood } = sendWisely(operation, source);
    // First: what was created has to be deleted, whatever becomes of the checks and whatever 2xx it was.
    if (isGood || (response.status >= 200 && response.status < 300)) {
      remember(operation, journey, { response, sent, ids, since });
    } else {
      rememberLost(operation, journey, { response, sent, ids, since });
    }
    watchSession(operation, response.status);
    const isMissing = source.isMadeUp && response.status === 404;
    const ok = isMissing ? checkMissing(operation) : checkAnswer(operation, response);
    journey.observe?.(/** @type {any} */ (operation), { response, ok });
  } catch (error) {
    if (error instanceof Error && 'reported' in error) {
      throw error;
    }
    if (error instanceof Error && 'unsent' in error) {
      reportOnce(`${operation.name} unsent`, () => error.message);
      return;
    }
    reportException(error, operation.name);
  }
}

/**
 * Sends an operation, and again with other values as long as the refusals say which ones are wrong.
 *
 * @param {Operation} operation
 * @param {import('./values.js').Source} source
 * @returns {ReturnType<typeof sendOperation>}
 */
function sendWisely(operation, source) {
  const first = sendOperation(learning?.improved(operation) ?? operation, source);
  const lesson = learning?.lessonOn(operation, source);
  let { response } = first;
  for (let round = 0; lesson !== undefined && round < MOST_LESSONS; round += 1) {
    const wiser = lesson.next(response);
    if (wiser === undefined) {
      break;
    }
    const again = sendOperation(wiser, source);
    if (again.response.status >= 200 && again.response.status < 300) {
      lesson.accept();
      return again;
    }
    ({ response } = again);
  }
  return first;
}

/**
 * @param {Operation} operation
 * @param {string} slot
 * @returns {never}
 * @throws always: what an operation changes has to be this run's own
 */
function refuse({ name, needs }, slot) {
  const givers = (needs[slot] ?? []).map(operationAt).filter(({ role }) => role === 'create');
  const from = givers.map((giver) => giver.name).join(' or ') || 'any operation';
  throw Object.assign(
    new Error(`${name}: not sent, it needs an ID that this run created, and got none from ${from}`),
    { unsent: true },
  );
}

/**
 * Names the operation after which everything was refused: it may have ended the session.
 *
 * @param {Operation} operation
 * @param {number} status
 */
function watchSession({ name, auth }, status) {
  if (auth.length === 0 || status === 0) {
    return;
  }
  if (status !== 401) {
    session.last = name;
    session.refused = 0;
    return;
  }
  session.refused += 1;
  if (session.refused === SESSION_GONE && session.last !== '') {
    const { last } = session;
    reportOnce(
      'session ended',
      () =>
        `every request since ${last} was answered 401: it may have ended the session. To leave it out: ` +
        `OPENAPI_EXCLUDE='${last}', or in data/operations.overrides.json ` +
        `${JSON.stringify(last)}: { "skip": "ends the session" }`,
    );
  }
}

/**
 * Sends what gives the ids that an operation needs and nobody has given yet.
 *
 * @param {Operation} operation
 * @param {Journey} journey
 * @param {number} depth
 */
function provide(operation, journey, depth) {
  if (depth >= DEEPEST_NEED) {
    return;
  }
  for (const [slot, givers] of Object.entries(operation.needs)) {
    for (const index of givers) {
      const help = journey.helped[index] ?? 0;
      if (known(journey, slot, operation) !== undefined || help >= MOST_HELP) {
        continue;
      }
      const giver = operationAt(index);
      if (
        index !== operation.index &&
        (giver.role === 'create' ||
          (READING.includes(operation.role) && !operation.targets.includes(slot)))
      ) {
        // Counted before: operations may need each other in a circle.
        journey.helped[index] = help + 1;
        perform(giver, journey, depth + 1);
      }
    }
  }
}
