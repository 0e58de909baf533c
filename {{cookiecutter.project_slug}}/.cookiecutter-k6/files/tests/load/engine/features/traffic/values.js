// The values of one session: what answers gave, the user's data, what is made anew.

import { BASE_URL } from '../../../lib/config.js';
import { hide } from '../../vu/failures.js';
import { facts, rowOf } from './table.js';

/** @typedef {import('./types.js').Definition} Definition */

/**
 * What is known while a journey is under way.
 *
 * @typedef {object} Session
 * @property {Record<string, string>} given values by name
 * @property {Record<string, Definition>} values what they are
 * @property {Record<string, string>} row the data of this VU
 * @property {string | undefined} missing a value that no answer gave
 * @property {boolean} refused the login failed: nothing more is sent
 * @property {string[]} made texts that no other session has
 * @property {{ since: number, sent: any }} creating when the last create was sent, and its body
 * @property {Record<string, import('../rows/ownership.js').Evidence | undefined>} doubts values of which no answer said
 *   that this session created what they name
 */

/** Who logs in; loaded only if a journey has a login. @type {() => Partial<Record<string, string>>} */
const currentUser = facts.hasUsers ? require('../../auth/users.js').currentUser : () => ({});

facts.settings.forEach((name) => {
  if (__ENV[name]) {
    hide(__ENV[name]);
  }
});

/**
 * Starts a session: nothing is known yet.
 *
 * @param {import('./types.js').Journey} journey
 * @returns {Session}
 * @example const visit = session(journeyAt(0));
 */
export function session(journey) {
  return {
    given: Object.create(null),
    values: journey.values,
    row: rowOf(journey, __VU),
    missing: undefined,
    refused: false,
    made: [],
    creating: { since: 0, sent: null },
    doubts: {},
  };
}

const WRITE = /** @type {Record<string, (text: string) => string>} */ ({
  url: encodeURIComponent,
  form: (text) => encodeURIComponent(text).replace(/%20/g, '+'),
  json: (text) => JSON.stringify(text).slice(1, -1),
});

/**
 * Fills a template.
 *
 * @param {readonly import('./types.js').Part[]} parts
 * @param {Session} visit its `missing` names a value that is not known
 * @returns {string}
 * @throws when a value of the user is not to be had, such as a password for another machine
 * @example filled(['/items/', { v: 'id', as: 'url' }], visit) // '/items/7'
 */
export function filled(parts, visit) {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
    } else {
      const value = withoutWord(valueOf(part.v, visit), text);
      text += part.as === undefined ? value : WRITE[part.as](value);
    }
  }
  return text;
}

/**
 * A secret may have been exported as the whole header: its first word is not sent twice.
 *
 * @param {string} value
 * @param {string} before what the template has in front of it
 * @returns {string}
 */
function withoutWord(value, before) {
  const word = /^(?:Basic|Bearer|Token) $/i.exec(before)?.[0].toLowerCase();
  return word !== undefined && value.toLowerCase().startsWith(word)
    ? value.slice(word.length)
    : value;
}

/**
 * @param {string} name
 * @param {Session} visit
 * @returns {string}
 */
function valueOf(name, visit) {
  if (name === 'base') {
    return BASE_URL.replace(/\/\/[^/]*@/, '//').replace(/^(https?:\/\/[^/]*).*$/, '$1');
  }
  const known = visit.given[name];
  if (known !== undefined) {
    return known;
  }
  const made = freshOf(visit.values[name] ?? {}, visit);
  if (made === undefined) {
    visit.missing = name;
    return '';
  }
  if (visit.values[name]?.each) {
    return made;
  }
  visit.given[name] = made;
  if (visit.values[name]?.new !== undefined && visit.values[name].new !== 'time') {
    visit.made.push(made);
  }
  return made;
}

/**
 * @param {Definition} definition
 * @param {Session} visit
 * @returns {string | undefined} undefined: only an answer could have given it
 */
function freshOf(definition, visit) {
  const { data, user, setting, same } = definition;
  if (data !== undefined) {
    return visit.row[data] ?? '';
  }
  if (user !== undefined) {
    return currentUser()[user];
  }
  if (setting !== undefined) {
    return __ENV[setting] ?? '';
  }
  return same ?? madeOf(definition);
}

/**
 * @param {Definition} definition
 * @returns {string | undefined} another text at each call
 */
function madeOf({ new: kind, like = '', join = '', end = '', offset = 0 }) {
  switch (kind) {
    case 'text':
      return `${like}${like === '' ? '' : join}${unique(8)}${end}`;
    case 'email':
      return `user-${unique(10)}@example.com`;
    case 'uuid':
      return shaped('00000000-0000-4000-8000-000000000000', true);
    case 'random':
      return shaped(like, false);
    case 'password':
      return `Lt9-${unique(14)}`;
    case 'time':
      return timeLike(like, Date.now() + offset * 1000);
    default:
      return undefined;
  }
}

/**
 * @param {number} length
 * @returns {string} lower-case letters and digits
 */
function unique(length) {
  let text = '';
  while (text.length < length) {
    text += Math.floor(Math.random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  }
  return text.slice(0, length);
}

/**
 * @param {string} like `0`, `a` and `A` stand for digits and letters
 * @param {boolean} hex for UUIDs: all are hexadecimal digits, but the version and the variant
 * @returns {string}
 */
function shaped(like, hex) {
  const sets = /** @type {Record<string, string>} */ ({
    0: hex ? '0123456789abcdef' : '0123456789',
    a: 'abcdefghijklmnopqrstuvwxyz',
    A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  });
  let text = '';
  for (const character of like) {
    const set = sets[character];
    text += set === undefined ? character : set[Math.floor(Math.random() * set.length)];
  }
  return text;
}

/**
 * @param {string} like `ms`, `s`, or what of an ISO time is written, such as `Ts3Z`
 * @param {number} moment milliseconds
 * @returns {string}
 */
function timeLike(like, moment) {
  if (like === 'ms') {
    return String(moment);
  }
  if (like === 's') {
    return String(Math.floor(moment / 1000));
  }
  const whole = new Date(moment).toISOString();
  const digits = Number(like.replace(/\D/g, ''));
  const fraction = digits > 0 ? `.${whole.slice(20, 23).padEnd(digits, '0').slice(0, digits)}` : '';
  const time = whole.slice(11, like.includes('s') ? 19 : 16);
  return `${whole.slice(0, 10)}${like[0] === 'T' ? 'T' : ' '}${time}${fraction}${like.endsWith('Z') ? 'Z' : ''}`;
}
