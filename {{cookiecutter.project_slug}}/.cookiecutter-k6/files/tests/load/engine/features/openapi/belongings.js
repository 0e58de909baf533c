// What a journey knows of things: which ones it made and may change, which ones a list showed, and how they are deleted.

import { marksIn, mayHaveCreated, searchLost } from '../../../lib/lost-creates.js';
import { passLeft, reportException, reportLeft } from '../../vu/failures.js';
import { isFit, valueAt } from '../rows/answers.js';
import { claim, isMarked, UNMISTAKABLE } from '../rows/ownership.js';
import { sendOperation } from './requests.js';
import { operationAt } from './table.js';

/** @typedef {import('./types.js').Operation} Operation */
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
 * @property {{ operation: Operation, outcome: Outcome, made: string[] }[]} lost creates whose answer gave no id
 * @property {Record<number, number | undefined>} helped how often an operation was sent for the sake of another
 * @property {import('./table.js').Random} random
 * @property {import('../../types/suite.js').Observer} [observe]
 */

/** Roles that may use what a list showed; the others change things, and only change what is theirs. */
export const READING = ['create', 'list', 'read', 'query'];

/** Deleting what is gone already is no failure. */
const GONE = [404, 410];

/**
 * Looks up the id for a slot.
 *
 * @param {Journey} journey
 * @param {string} slot
 * @param {Operation} operation that needs it
 * @returns {Id | undefined} what others made only for those that read
 * @example known(journey, '/pets#id', operation)
 */
export function known({ created, seen }, slot, { role, targets }) {
  const mayRead = READING.includes(role) && !targets.includes(slot);
  return created[slot] ?? (mayRead ? seen[slot] : undefined);
}

/**
 * What came of an operation.
 *
 * @typedef {object} Outcome
 * @property {import('../../types/suite.js').HttpResponse} response
 * @property {any} sent the value of the request's body
 * @property {Ids} ids those that were sent; gets those that the answer gave
 * @property {number} since when it was sent, milliseconds
 */

/**
 * Takes note of what an answer gave, and of what it created.
 *
 * @param {Operation} operation
 * @param {Journey} journey
 * @param {Outcome} outcome
 * @example remember(operation, journey, { response, sent, ids, since });
 */
export function remember(operation, journey, outcome) {
  if (operation.role === 'delete') {
    forget(operation, journey, outcome.ids);
  } else if (operation.role === 'create') {
    own(operation, journey, outcome);
  } else {
    const choose = (/** @type {number} */ count) => Math.floor(journey.random.next() * count);
    for (const [slot, places] of Object.entries(operation.gives)) {
      const { response, sent, ids } = outcome;
      const id = valueAt(response, sent, places, { slot, choose, isOwn: () => true });
      if (id === undefined) {
        journey.empty[slot] = true;
      } else {
        journey.seen[slot] = id;
        ids[slot] = id;
      }
    }
  }
}

/**
 * Takes note of a create that failed and may have made something all the same.
 *
 * @param {Operation} operation
 * @param {Journey} journey
 * @param {Outcome} outcome
 * @example if (!isGood) { rememberLost(operation, journey, { response, sent, ids, since }); }
 */
export function rememberLost(operation, journey, outcome) {
  const { role, undo } = operation;
  if (role === 'create' && undo !== undefined && mayHaveCreated(outcome.response)) {
    journey.lost.push({ operation, outcome, made: journey.random.made.slice() });
  }
}

/**
 * Takes what a create made for the journey's own, if it made it: services also answer with what was there before.
 *
 * @param {Operation} operation
 * @param {Journey} journey
 * @param {Outcome} outcome
 */
function own(operation, journey, outcome) {
  const { response, sent, ids, since } = outcome;
  const { name, undo, params } = operation;
  const { status } = response;
  if (status >= 400) {
    return; // such as a conflict: what it names was there before
  }
  const made = journey.random.made.slice();
  const parents = params.flatMap(({ in: place, gen }) =>
    place === 'path' && 'bind' in gen ? (ids[gen.bind] ?? []) : [],
  );
  // Of a list, only a single element is sure to be new.
  const choose = (/** @type {number} */ count) => (count === 1 ? 0 : -1);
  const isOwn = (/** @type {Id} */ id) =>
    status === 201 || made.some((text) => text.length >= UNMISTAKABLE && String(id).includes(text));
  /** @type {string[]} */
  const given = [];
  let isLost = true;
  for (const [slot, places] of Object.entries(operation.gives)) {
    const id = valueAt(response, sent, places, { slot, choose, isOwn });
    const isMine = isOfCollection(slot, operation);
    if (id === undefined) {
      continue;
    }
    isLost = false;
    if (
      isConfirmed(
        operation,
        journey,
        { slot, id, response, ids },
        { made, says: status === 201 && isMine, since, sent, before: parents },
      )
    ) {
      journey.created[slot] = id;
      ids[slot] = id;
      given.push(slot);
    } else {
      journey.seen[slot] = id;
      if (isMine) {
        const why = `nothing in its response (status ${status}) shows that this run created it`;
        const text = `${name}: ${why}: it is neither changed nor deleted`;
        reportLeft(`${name} owner`, text, `id ${id}`);
      }
    }
  }
  if (given.length > 0) {
    journey.pending.push({ undo, ids, given });
    if (undo === undefined) {
      passLeft(`${name}: no operation deletes what it creates`);
    }
  } else if (isLost) {
    rememberLost(operation, journey, outcome);
  }
}

/**
 * @param {string} slot such as `/pets#id`
 * @param {Operation} operation
 * @returns {boolean} whether the slot is of the things that the operation creates
 */
function isOfCollection(slot, { url }) {
  const path = url.map((part, index) => (index % 2 === 0 ? part : '{}')).join('');
  return slot.replace(/#[^#]*$/, '') === path.replace(/\/+$/, '');
}

/**
 * @param {Operation} operation a create
 * @param {Journey} journey
 * @param {{ slot: string, id: Id, response: Outcome['response'], ids: Ids }} found
 * @param {import('../rows/ownership.js').Evidence} evidence
 * @returns {boolean} whether this run made it; where the answer does not tell, the thing itself is looked at
 */
function isConfirmed({ look, name }, journey, { slot, id, response, ids }, evidence) {
  const first = claim(response, id, evidence);
  if (first !== 'doubtful' || look === undefined) {
    return first === 'own';
  }
  const reading = operationAt(look);
  if (!reading.params.some(({ gen }) => 'bind' in gen && gen.bind === slot)) {
    return false;
  }
  const source = {
    random: journey.random,
    optional: 0,
    bound: (/** @type {string} */ one) => (one === slot ? id : ids[one]),
  };
  try {
    const { response: seen } = sendOperation(reading, source, GONE);
    const more = { ...evidence, says: false };
    return seen.status >= 200 && seen.status < 300 && claim(seen, id, more) === 'own';
  } catch (error) {
    reportException(error, name);
    return false;
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
    given.forEach((each) => {
      if (journey.created[each] === ids[each]) {
        delete journey.created[each];
      }
      if (journey.seen[each] === ids[each]) {
        delete journey.seen[each];
      }
    });
  }
}

/**
 * Deletes what is left of a journey, newest first. Only by ids that are known: a made one may be somebody else's.
 *
 * @param {Journey} journey
 * @example cleanUp(journey);
 */
export function cleanUp(journey) {
  for (const { operation, outcome, made } of journey.lost) {
    const slot = operation.undo === undefined ? undefined : operationAt(operation.undo).deletes;
    const id = slot === undefined ? undefined : foundAgain(operation, slot, outcome, made, journey);
    if (slot !== undefined && id !== undefined) {
      journey.pending.push({
        undo: operation.undo,
        ids: { ...outcome.ids, [slot]: id },
        given: [slot],
      });
    }
  }
  for (const { undo, ids } of journey.pending.reverse()) {
    if (undo !== undefined) {
      remove(operationAt(undo), ids, journey);
    }
  }
}

/**
 * @param {Operation} operation a delete
 * @param {Ids} ids
 * @param {Journey} journey
 */
function remove(operation, ids, journey) {
  const { name } = operation;
  const status = sendKnown(operation, ids, journey)?.status;
  if (status !== undefined && !(status >= 200 && status < 300) && !GONE.includes(status)) {
    const answer = status === 0 ? 'no response' : `status ${status}`;
    reportLeft(`${name} left`, `${name}: ${answer}, what this run created stays`);
  }
}

/**
 * @param {Operation} operation a create
 * @param {string} slot of the id
 * @param {Outcome} outcome
 * @param {string[]} made texts that no other request has
 * @param {Journey} journey
 * @returns {Id | undefined}
 */
function foundAgain({ name, list, gives }, slot, { response, sent, ids }, made, journey) {
  const isMark = (/** @type {string} */ text) => isMarked(text, made);
  const places = (gives[slot] ?? []).flatMap((place) =>
    place.startsWith('search:') ? place.split(',').slice(1) : (place.split('/').pop() ?? []),
  );
  const shown = () =>
    (list === undefined ? undefined : sendKnown(operationAt(list), ids, journey)) ?? response;
  return searchLost({
    name,
    marks: marksIn(sent, isMark),
    names: [...places, slot.replace(/^.*#/, ''), 'id', 'uuid'],
    response,
    lists: [shown],
  });
}

/**
 * Sends an operation if all ids of its path are known.
 *
 * @param {Operation} operation
 * @param {Ids} ids
 * @param {Journey} journey
 * @returns {Outcome['response'] | undefined} undefined: not sent
 */
function sendKnown(operation, ids, { random }) {
  const isKnown = operation.params.every(({ in: place, gen }) => {
    const id = 'bind' in gen ? ids[gen.bind] : undefined;
    return place !== 'path' || !('bind' in gen) || (id !== undefined && isFit(id, gen.fits));
  });
  if (!isKnown) {
    return undefined;
  }
  const source = { random, optional: 0, bound: (/** @type {string} */ slot) => ids[slot] };
  try {
    return sendOperation(operation, source, GONE).response;
  } catch (error) {
    reportException(error, operation.name);
    return undefined;
  }
}
