// One iteration: operations in the order of their journey, each with ids that were really created or listed.
// What an iteration created it deletes, whatever happens in between.

import exec from 'k6/execution';
import { env } from '../../../lib/config.js';
import { reportException, reportOnce } from '../../vu/failures.js';
import { thinkTime } from '../../../lib/define.js';
import { checkAnswer, checkMissing, isFit, valueAt } from '../rows/answers.js';
import { sendOperation } from './requests.js';
import { counts, createRandom, operationAt, seed, walkAt } from './table.js';

/** @typedef {import('./types.js').Operation} Operation */
/** @typedef {import('./types.js').Walk} Walk */
/** @typedef {string | number} Id */
/** @typedef {Record<string, Id | undefined>} Ids slot -> id */

/**
 * What is known while a journey is under way. No maps: k6 keeps 16 KB for them in each VU.
 *
 * @typedef {object} Journey
 * @property {Ids} created things this journey made
 * @property {Ids} seen things that a list showed: only to be read
 * @property {Record<string, boolean>} empty slots of which a list showed nothing
 * @property {{ undo: number | undefined, ids: Ids, given: string[] }[]} pending what is still there: what deletes it,
 *   the ids of it and of what it is in, and the slots of its own ids; oldest first
 * @property {Record<number, number | undefined>} helped how often an operation was sent for the sake of another
 * @property {import('./table.js').Random} random
 * @property {import('../../types/suite.js').Observer} [observe]
 */

/** Roles that may use what a list showed; the others change things, and only change what is theirs. */
const READING = ['create', 'list', 'read', 'query'];

/** How deep operations may need each other: a comment needs a post, a post needs a user. */
const DEEPEST_NEED = 6;

/** How often one operation is sent for others in one journey: again when what it gave was deleted. */
const MOST_HELP = 3;

/** How often one operation is sent again with other values: services name one field after the other. */
const MOST_LESSONS = 4;

/** Answers of 401 in a row, after others, that are no longer a matter of single operations. */
const SESSION_GONE = 3;

/** A text of this length is no accident: an id that holds it is one that this run made up. */
const UNMISTAKABLE = 6;

/** What this VU knows of its session: the last operation that was let in, and how many were not since. */
const session = { last: '', refused: 0 };

/** What a refusal teaches. One VU is enough to learn. */
const learning = __VU <= 1 ? require('./learn.js') : undefined;

/** Deleting what is gone already is no failure. */
const GONE = [404, 410];

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
    const { response, sent, isGood } = sendWisely(operation, source);
    // First: what was created has to be deleted, whatever becomes of the checks and whatever 2xx it was.
    if (isGood || (response.status >= 200 && response.status < 300)) {
      remember(operation, journey, { response, sent, ids });
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
 * @param {Journey} journey
 * @param {string} slot
 * @param {Operation} operation
 * @returns {Id | undefined}
 */
function known({ created, seen }, slot, { role, targets }) {
  const mayRead = READING.includes(role) && !targets.includes(slot);
  return created[slot] ?? (mayRead ? seen[slot] : undefined);
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

/**
 * @param {Operation} operation
 * @param {Journey} journey
 * @param {{ response: import('../../types/suite.js').HttpResponse, sent: any, ids: Ids }} outcome
 */
function remember(operation, journey, { response, sent, ids }) {
  if (operation.role === 'delete') {
    forget(operation, journey, ids);
    return;
  }
  const isCreate = operation.role === 'create';
  const given = isCreate ? journey.created : journey.seen;
  // Of a list that a create returned, only a single element is sure to be new.
  const choose = (/** @type {number} */ count) =>
    isCreate ? (count === 1 ? 0 : -1) : Math.floor(journey.random.next() * count);
  const isOwn = (/** @type {Id} */ id) =>
    response.status === 201 ||
    journey.random.made.some((text) => text.length >= UNMISTAKABLE && String(id).includes(text));
  for (const [slot, places] of Object.entries(operation.gives)) {
    const id = valueAt(response, sent, places, { slot, choose, isOwn });
    if (id !== undefined) {
      given[slot] = id;
      ids[slot] = id;
    } else if (!isCreate) {
      journey.empty[slot] = true;
    } else if (operation.undo !== undefined) {
      reportOnce(
        `${operation.name} id`,
        () =>
          `${operation.name}: its answer (status ${response.status}) names no ID, what it created may stay`,
      );
    }
  }
  if (isCreate) {
    const slots = Object.keys(operation.gives).filter((slot) => ids[slot] !== undefined);
    journey.pending.push({ undo: operation.undo, ids, given: slots });
  }
}

/**
 * Takes note that something is gone.
 *
 * @param {Operation} operation a delete
 * @param {Journey} journey
 * @param {Ids} used
 */
function forget({ deletes: slot }, journey, used) {
  const id = slot === undefined ? undefined : used[slot];
  if (slot === undefined || id === undefined) {
    return;
  }
  // A thing may have several ids, such as a number and a name: all of them are gone.
  const isIt = (/** @type {Journey['pending'][0]} */ { ids, given }) =>
    given.includes(slot) && ids[slot] === id;
  const gone = [...journey.pending.filter(isIt), { ids: used, given: [slot] }];
  journey.pending = journey.pending.filter((thing) => !isIt(thing));
  for (const { ids, given } of gone) {
    given.forEach((own) => {
      if (journey.created[own] === ids[own]) {
        delete journey.created[own];
      }
      if (journey.seen[own] === ids[own]) {
        delete journey.seen[own];
      }
    });
  }
}

/**
 * Deletes what is left of a journey, newest first. Only by ids that are known: a made one may be somebody else's.
 *
 * @param {Journey} journey
 */
function cleanUp(journey) {
  for (const { undo, ids } of journey.pending.reverse()) {
    if (undo === undefined) {
      continue;
    }
    const operation = operationAt(undo);
    const isKnown = operation.params.every(({ in: place, gen }) => {
      const id = 'bind' in gen ? ids[gen.bind] : undefined;
      return place !== 'path' || !('bind' in gen) || (id !== undefined && isFit(id, gen.fits));
    });
    if (isKnown) {
      const source = {
        random: journey.random,
        optional: 0,
        bound: (/** @type {string} */ slot) => ids[slot],
      };
      try {
        sendOperation(operation, source, GONE);
      } catch (error) {
        reportException(error, operation.name);
      }
    }
  }
}
