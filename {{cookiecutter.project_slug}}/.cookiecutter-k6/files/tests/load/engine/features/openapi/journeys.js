// One iteration: operations in the order of their journey, each with ids that were really created or listed.
// What an iteration created it deletes, whatever happens in between.

import exec from 'k6/execution';
import { env } from '../../../lib/config.js';
import { reportException, reportOnce } from '../../vu/failures.js';
import { thinkTime } from '../../../lib/define.js';
import { checkAnswer, sendOperation, valueAt } from './requests.js';
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
 * @property {{ undo: number, ids: Ids }[]} pending what is still to be deleted, oldest first
 * @property {Record<number, number | undefined>} helped how often an operation was sent for the sake of another
 * @property {import('./table.js').Random} random
 */

/** Roles that may use what a list showed; the others change things, and only change what is theirs. */
const READING = ['create', 'list', 'read', 'query'];

/** How deep operations may need each other: a comment needs a post, a post needs a user. */
const DEEPEST_NEED = 6;

/** How often one operation is sent for others in one journey: again when what it gave was deleted. */
const MOST_HELP = 3;

/** Deleting what is gone already is no failure. */
const GONE = [404, 410];

/** Pause between two operations of a user, seconds. */
const THINK = /** @type {const} */ ([0.5, 1.5]);

/**
 * Runs one iteration. The first one of a test takes every operation once; all others take one walk, chosen
 * by weight, at the pace of a person.
 *
 * @example export default test.run(runJourneys);
 */
export function runJourneys() {
  const { vu, scenario } = exec;
  const random = createRandom(seed, vu.idInTest, vu.iterationInScenario);
  if (scenario.iterationInInstance === 0) {
    for (let index = 0; index < counts.sweep; index += 1) {
      runWalk(walkAt('sweep', index), random, false);
    }
    thinkTime(...THINK);
  } else {
    runWalk(chosenWalk(random), random, true);
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
 * @param {Walk} walk
 * @param {import('./table.js').Random} random
 * @param {boolean} mixed true: operations in proportion to their weights, with pauses; false: all, at once
 */
function runWalk(walk, random, mixed) {
  /** @type {Journey} */
  const journey = {
    created: Object.create(null),
    seen: Object.create(null),
    pending: [],
    helped: {},
    random,
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
    const { response, sent, isGood } = sendOperation(operation, {
      random: journey.random,
      optional: env.OPENAPI_OPTIONAL,
      bound: (slot, fits) => {
        const id = known(journey, slot, operation);
        if (id === undefined || !isFit(id, fits)) {
          return undefined;
        }
        ids[slot] = id;
        return id;
      },
    });
    // First: what was created has to be deleted, whatever becomes of the checks.
    if (isGood) {
      remember(operation, journey, { response, sent, ids });
    }
    checkAnswer(operation, response);
  } catch (error) {
    if (error instanceof Error && 'reported' in error) {
      throw error;
    }
    reportException(error, operation.name);
  }
}

/**
 * @param {Journey} journey
 * @param {string} slot
 * @param {Operation} operation
 * @returns {Id | undefined}
 */
function known({ created, seen }, slot, { role }) {
  return created[slot] ?? (READING.includes(role) ? seen[slot] : undefined);
}

/**
 * Tells whether an id may be sent: is it what the document asks for at this place?
 *
 * @param {string | number} id
 * @param {import('./types.js').Fits} [fits]
 * @returns {boolean}
 * @example isFit('7', { type: 'integer' }) // true
 */
export function isFit(id, fits = {}) {
  const { type = 'string', patterns = [], enum: values } = fits;
  const text = String(id);
  const isText = type === 'string';
  const size = isText ? text.length : Number(text);
  const { [isText ? 'minLength' : 'minimum']: low = -Infinity } = fits;
  const { [isText ? 'maxLength' : 'maximum']: high = Infinity } = fits;
  // Inside: the first regular expression of a VU costs it 16 KB.
  const shapes = { string: /^/, integer: /^-?\d+$/, number: /^-?\d+(\.\d+)?$/ };
  if (size < low || size > high || values?.includes(text) === false || !shapes[type].test(text)) {
    return false;
  }
  try {
    return patterns.every((pattern) => new RegExp(pattern).test(text));
  } catch {
    return true; // a pattern of another language
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
        (giver.role === 'create' || READING.includes(operation.role))
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
  const choose = (/** @type {number} */ count) => Math.floor(journey.random.next() * count);
  for (const [slot, places] of Object.entries(operation.gives)) {
    const id = valueAt(response, sent, places, choose);
    if (id !== undefined) {
      given[slot] = id;
      ids[slot] = id;
    } else if (isCreate && operation.undo !== undefined) {
      reportOnce(
        `${operation.name} id`,
        () => `${operation.name}: its answer names no id, what it created may stay`,
      );
    }
  }
  if (isCreate && operation.undo !== undefined) {
    journey.pending.push({ undo: operation.undo, ids });
  }
}

/**
 * Takes note that something is gone.
 *
 * @param {Operation} operation a delete
 * @param {Journey} journey
 * @param {Ids} used
 */
function forget({ index, deletes: slot }, journey, used) {
  const id = slot === undefined ? undefined : used[slot];
  if (slot === undefined || id === undefined) {
    return;
  }
  journey.pending = journey.pending.filter(({ undo, ids }) => undo !== index || ids[slot] !== id);
  for (const ids of [journey.created, journey.seen]) {
    if (ids[slot] === id) {
      delete ids[slot];
    }
  }
}

/**
 * Deletes what is left of a journey, newest first. Only by ids that are known: a made one may be somebody else's.
 *
 * @param {Journey} journey
 */
function cleanUp(journey) {
  for (const { undo, ids } of journey.pending.reverse()) {
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
        sendOperation(operation, source, (status) => GONE.includes(status));
      } catch (error) {
        reportException(error, operation.name);
      }
    }
  }
}
