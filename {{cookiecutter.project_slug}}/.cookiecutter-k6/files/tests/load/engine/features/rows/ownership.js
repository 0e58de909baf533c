// Whether a create made the thing that its answer names. Services also answer with one that was there before: get or
// create, upsert, the parent. Only what is sure to be of this run's making may be changed and deleted.

import { jsonOf } from './answers.js';

/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */

/**
 * What is known of a create when its answer is judged.
 *
 * @typedef {object} Evidence
 * @property {readonly string[]} made texts in the request that no other request has
 * @property {boolean} says whether the service says that the thing is new, such as by status 201
 * @property {number} since when the request was sent, milliseconds
 * @property {any} [sent] the value of the request's body
 * @property {readonly (string | number)[]} [before] ids that were known before the request, such as that of the parent
 */

/** A text of this length is no accident: what holds it was made by this run. */
export const UNMISTAKABLE = 6;

/** Clocks are read in whole seconds, and not all at once; milliseconds. */
const INACCURACY = 5000;

/** Local times without a zone may be off by this. */
const ZONES = 14 * 3_600_000;

/** How deep and how far into lists a thing is looked for. */
const DEEPEST = 4;
const MOST_ELEMENTS = 50;

/**
 * Judges an answer to a create, or to a read of what it named.
 *
 * @param {HttpResponse} response
 * @param {string | number} id in it
 * @param {Evidence} evidence
 * @returns {'own' | 'foreign' | 'doubtful'} doubtful: nothing says that it is new
 * @example claim(response, 7, { made: ['k3j9x2'], says: response.status === 201, since }) === 'own'
 */
export function claim(response, id, { made, says, since, sent, before = [] }) {
  const content = jsonOf(response);
  const thing = thingOf(content, String(id), 0);
  const age = ageOf(thing, response, JSON.stringify(sent ?? ''));
  const limit = Date.now() - since + INACCURACY;
  if (age !== undefined && age.least > limit) {
    return 'foreign';
  }
  const text = thing === undefined ? String(response.body ?? '') : JSON.stringify(thing);
  if (isMarked(`${text} ${id}`, made)) {
    return 'own';
  }
  const isKnown = before.some((one) => String(one) === String(id));
  if (isKnown || contradicts(thing, sent, made)) {
    return 'doubtful';
  }
  return says || (age !== undefined && age.most <= limit) ? 'own' : 'doubtful';
}

/**
 * Tells whether a text holds one of those that no other request has.
 *
 * @param {string} text
 * @param {readonly string[]} made
 * @returns {boolean} in capitals or not; a short one may be an accident, and does not count
 * @example isMarked('Lamp K3J9X2', ['k3j9x2']) // true
 */
export function isMarked(text, made) {
  const low = text.toLowerCase();
  return made.some((mark) => mark.length >= UNMISTAKABLE && low.includes(mark.toLowerCase()));
}

/**
 * @param {any} thing
 * @param {any} sent
 * @param {readonly string[]} made
 * @returns {boolean} whether the thing has another value where something unique was sent
 */
function contradicts(thing, sent, made) {
  if (thing === undefined || sent === null || typeof sent !== 'object') {
    return false;
  }
  return Object.keys(sent).some(
    (key) =>
      typeof sent[key] === 'string' && isMarked(sent[key], made) && typeof thing[key] === 'string',
  );
}

/**
 * @param {any} from
 * @param {string} id
 * @param {number} depth
 * @returns {Record<string, any> | undefined} the object that has this id
 */
function thingOf(from, id, depth) {
  if (from === null || typeof from !== 'object' || depth > DEEPEST) {
    return undefined;
  }
  const inside = Array.isArray(from) ? from.slice(0, MOST_ELEMENTS) : Object.values(from);
  if (!Array.isArray(from) && inside.some((value) => isText(value) && String(value) === id)) {
    return from;
  }
  for (const value of inside) {
    const found = thingOf(value, id, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** @param {any} value */
const isText = (value) => typeof value === 'string' || typeof value === 'number';

/**
 * @param {Record<string, any> | undefined} thing
 * @param {HttpResponse} response
 * @param {string} sent what was sent, as JSON: a time from there says nothing
 * @returns {{ least: number, most: number } | undefined} milliseconds from its creation to the answer
 */
function ageOf(thing, response, sent) {
  const names =
    /^(created|creat(ed|ion|e)_?(at|on|date|time|timestamp|datetime)(_?utc)?|(date|time)_?(created|added|joined)|(added|inserted|joined|registered)_?(at|on))$/i;
  const key = Object.keys(thing ?? {}).find((name) => names.test(name));
  const value = key === undefined ? undefined : thing?.[key];
  if (!isText(value) || value === '' || sent.includes(String(value).slice(0, 19))) {
    return undefined;
  }
  const { at, slack } = momentOf(value);
  const date = Date.parse(response.headers.Date ?? '');
  const age = (Number.isNaN(date) ? Date.now() : date) - at;
  // Another service's clock, or a time yet to come, says nothing.
  return Number.isNaN(age) || age < -slack - INACCURACY
    ? undefined
    : { least: age - slack, most: age + slack };
}

/**
 * @param {string | number} value
 * @returns {{ at: number, slack: number }} milliseconds; how far it may be off
 */
function momentOf(value) {
  const number = Number(value);
  if (!Number.isNaN(number)) {
    return { at: number > 1e11 ? number : number * 1000, slack: 0 };
  }
  const text = String(value).trim().replace(' ', 'T');
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const hasZone = /(z|gmt|utc|[+-]\d\d:?\d\d)$/i.test(text);
  const at = Date.parse(isDay || hasZone ? text : `${text}Z`);
  return { at: Number.isNaN(at) ? Date.parse(String(value)) : at, slack: slackOf(isDay, hasZone) };
}

/**
 * @param {boolean} isDay
 * @param {boolean} hasZone
 * @returns {number}
 */
function slackOf(isDay, hasZone) {
  return (isDay ? 24 * 3_600_000 : 0) + (hasZone && !isDay ? 0 : ZONES);
}
