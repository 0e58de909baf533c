// What an answer has to be, by a document or a recording, and the ids that an answer gives.

import k6 from 'k6';

/** @typedef {import('./types.js').ExpectedResponse} ExpectedResponse */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */

/** HTTP allows no body with these, whatever a document declares. */
const WITHOUT_BODY = [204, 205, 304];

/** Statuses or types that the name of a failed check lists. */
const MAX_EXPECTED = 6;

/**
 * Checks an answer against what is declared: is its status declared, its content type, and are the required
 * fields there? What is not declared is not checked.
 *
 * @param {{ name: string, method: string, responses: Record<string, ExpectedResponse> }} operation
 * @param {HttpResponse} response
 * @param {'declared' | 'recorded'} [word] for the names of checks: where what is expected comes from
 * @returns {boolean}
 * @example const ok = checkAnswer(operation, sendOperation(operation, source));
 */
export function checkAnswer({ name, method, responses }, response, word = 'declared') {
  const { status } = response;
  const statuses = Object.keys(responses);
  const declared = declaredFor(responses, status);
  // Documents that declare failures alone say nothing about successes.
  const isOpen = status >= 200 && status < 300 && !declaresSuccess(statuses);
  const isRight = declared !== undefined || isOpen || (status !== 0 && statuses.length === 0);
  /** @type {Record<string, boolean>} */
  const results = {
    [`${name} status ${status}${judged(isRight, word, statuses)}`]: isRight,
  };
  if (declared !== undefined && method !== 'HEAD' && !WITHOUT_BODY.includes(status)) {
    const type = (response.headers['Content-Type'] ?? '').split(';')[0].trim().toLowerCase();
    if (declared.types !== undefined) {
      const found = plainName(type) || 'none';
      const isOne = hasType(declared.types, type);
      results[`${name} content type ${found}${judged(isOne, word, declared.types)}`] = isOne;
    }
    const problem = problemOf(declared, response, type);
    if (problem !== undefined) {
      const found = problem === '' ? ` has the ${word} shape` : `: ${plainName(problem)}`;
      results[`${name} body${found}`] = problem === '';
    }
  }
  // k6 takes values as well as functions here, whatever its types say.
  return k6.check(null, /** @type {any} */ (results), { name });
}

/**
 * @param {boolean} isRight
 * @param {'declared' | 'recorded'} word
 * @param {readonly string[]} expected
 * @returns {string} the end of a check's name; of one that fails, with what would have been right
 */
function judged(isRight, word, expected) {
  if (isRight) {
    return word === 'declared' ? ' is declared' : ' is as recorded';
  }
  const shown = expected.slice(0, MAX_EXPECTED).map((text) => plainName(text));
  return `, ${word}: ${shown.join(', ') || 'none'}${expected.length > MAX_EXPECTED ? ', ...' : ''}`;
}

/**
 * Records that a service, which has nothing to ask for, said so.
 *
 * @param {{ name: string }} operation whose request had an id that was made up; answered with 404
 * @returns {boolean}
 * @example if (response.status === 404) { checkMissing(operation); }
 */
export function checkMissing({ name }) {
  const results = { [`${name} status 404 for an ID that was made up`]: true };
  return k6.check(null, /** @type {any} */ (results), { name });
}

/**
 * @param {readonly string[]} statuses
 * @returns {boolean}
 */
function declaresSuccess(statuses) {
  return statuses.some((status) => status[0] === '2' || status === 'default');
}

/**
 * @param {string} text of a service or a document
 * @returns {string} fit for the name of a check
 */
function plainName(text) {
  return text.slice(0, 100).split('::').join(':');
}

/**
 * @param {Record<string, ExpectedResponse>} responses
 * @param {number} status
 * @returns {ExpectedResponse | undefined}
 */
function declaredFor(responses, status) {
  return status === 0
    ? undefined
    : (responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses.default);
}

/**
 * @param {string[]} types
 * @param {string} found
 * @returns {boolean}
 */
function hasType(types, found) {
  return types.some(
    (wanted) =>
      wanted === '*/*' ||
      wanted.toLowerCase() === found ||
      (wanted.endsWith('/*') && found.startsWith(wanted.slice(0, -1).toLowerCase())),
  );
}

/**
 * Looks at JSON alone: an operation may answer in other types too.
 *
 * @param {ExpectedResponse} declared
 * @param {HttpResponse} response
 * @param {string} type its media type in small letters, empty without one
 * @returns {string | undefined} what is wrong, empty: nothing; undefined: nothing to look at
 */
function problemOf(declared, response, type) {
  const { is, required, types = [] } = declared;
  if (is === undefined && required === undefined) {
    return undefined;
  }
  const body = jsonOf(response);
  const isJson = type.endsWith('/json') || type.endsWith('+json');
  // Where any type was promised, frameworks write a text as it is and still call it JSON.
  const isSure = isJson && (is !== 'string' || types.includes(type));
  if (!isSure && (body === undefined || (type !== '' && !isJson))) {
    return undefined;
  }
  if (body === undefined) {
    return response.body ? 'not JSON' : 'empty';
  }
  return misshapen(declared, body);
}

/**
 * @param {ExpectedResponse} declared
 * @param {any} body JSON
 * @returns {string} what is wrong, empty: nothing
 */
function misshapen({ is, required = [], nullable }, body) {
  if (body === null) {
    return nullable === true ? '' : `expected ${is ?? 'a value'}, found null`;
  }
  const kind = Array.isArray(body) ? 'array' : typeof body;
  if (is !== undefined && is !== kind) {
    return `expected ${is}, found ${kind}`;
  }
  const paths = required.map((path) => (typeof path === 'string' ? stepsOf(path) : path));
  const missing = paths.find((path) => !holds(body, path));
  return missing === undefined ? '' : `/${missing.join('/')} is missing`;
}

/**
 * @param {any} from
 * @param {string[]} path `*` stands for every element
 * @returns {boolean} true when each place has a value, `null` included
 */
function holds(from, [step, ...rest]) {
  if (step === undefined) {
    return from !== undefined;
  }
  if (step === '*') {
    return !Array.isArray(from) || from.every((item) => holds(item, rest));
  }
  // Where a parent may be left out or null, so may what it requires.
  if (from === null || typeof from !== 'object') {
    return rest.length > 0 || from === null;
  }
  return Object.hasOwn(from, step) ? holds(from[step], rest) : rest.length > 0;
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
 * Reads an id from an answer.
 *
 * @param {HttpResponse} response
 * @param {any} sent the value of the request's body
 * @param {readonly string[]} places where it may be, in order, as the table has them; in a pointer `*` is any element
 * @param {{ slot: string, choose: (count: number) => number, isOwn: (id: string | number) => boolean }} how the slot
 *   that it is for; which of several elements, -1 for none; whether an id that was sent is sure to be of this run's making
 * @returns {string | number | undefined}
 * @example valueAt(response, sent, ['/id'], { slot: '/pets#id', choose: () => 0, isOwn: () => true })
 */
export function valueAt(response, sent, places, { slot, choose, isOwn }) {
  for (const written of places) {
    const place = placeOf(written, slot);
    const value = valueOf(response, sent, place, choose);
    if (isId(value) && (place.from !== 'sent' || isOwn(value))) {
      return value;
    }
  }
  return undefined;
}

/**
 * @param {string} place JSON pointer into the answer, `request:` and a pointer into what was sent, `header:location`,
 *   or `search:` with the resource and the names to look for
 * @param {string} slot such as `/pets#id`
 * @returns {import('./types.js').Place}
 */
function placeOf(place, slot) {
  if (place === 'header:location') {
    const words = slot.replace(/#[^#]*$/, '').split('/');
    // The last word of the path of its things.
    return {
      from: 'location',
      path: [words.filter((one) => one !== '' && one !== '{}').pop() ?? ''],
    };
  }
  if (place.startsWith('search:')) {
    return { from: 'search', path: place.slice('search:'.length).split(',') };
  }
  return place.startsWith('request:')
    ? { from: 'sent', path: stepsOf(place.slice('request:'.length)) }
    : { from: 'answer', path: stepsOf(place) };
}

/** @param {string} pointer @returns {string[]} */
function stepsOf(pointer) {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/**
 * @param {any} value
 * @returns {value is string | number}
 */
function isId(value) {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

/**
 * @param {HttpResponse} response
 * @param {any} sent
 * @param {import('./types.js').Place} place
 * @param {(count: number) => number} choose
 * @returns {any}
 */
function valueOf(response, sent, { from, path }, choose) {
  switch (from) {
    case 'location':
      return lastSegment(response.headers.Location, path[0]);
    case 'search':
      return searched(jsonOf(response), path, choose, 0);
    default:
      return pointed(from === 'sent' ? sent : jsonOf(response), path, choose);
  }
}

/** How deep an id may be wrapped: `result.items[0].uuid` is three. */
const DEEPEST_WRAPPER = 4;

/**
 * Looks for an id in an answer that the document does not describe: in the thing itself, or in what commonly
 * wraps it.
 *
 * @param {any} from
 * @param {string[]} wanted the resource, and names that the id may have, best first; small letters and digits only
 * @param {(count: number) => number} choose
 * @param {number} depth
 * @returns {any}
 */
function searched(from, wanted, choose, depth) {
  if (from === null || typeof from !== 'object' || depth > DEEPEST_WRAPPER) {
    return undefined;
  }
  if (Array.isArray(from)) {
    return searched(from[choose(from.length)], wanted, choose, depth + 1);
  }
  const [resource, ...names] = wanted;
  const keys = Object.keys(from).map((key) => [key, key.toLowerCase().replace(/[^a-z0-9]/g, '')]);
  for (const name of names) {
    const [key] = keys.find(([own, plainKey]) => plainKey === name && isId(from[own])) ?? [];
    if (key !== undefined) {
      return from[key];
    }
  }
  const wrappers =
    `${resource} ${resource}s data result results item items content record records value values ` +
    'entry entries list object payload response created body';
  for (const [key, plainKey] of keys) {
    if (wrappers.split(' ').includes(plainKey)) {
      const found = searched(from[key], wanted, choose, depth + 1);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

/**
 * Parses a whole body; k6 keeps the result for the next call.
 *
 * @param {HttpResponse} response
 * @returns {any} undefined: no JSON
 * @example const { id } = jsonOf(response) ?? {};
 */
export function jsonOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/**
 * @param {string | undefined} location
 * @param {string} collection
 * @returns {string | undefined} what follows the collection; of another address, such as that of a job, nothing
 */
function lastSegment(location = '', collection) {
  const words = location
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/');
  const segment = words.pop();
  if (words.pop() !== collection) {
    return undefined;
  }
  try {
    return segment && decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * @param {any} value
 * @param {string[]} path
 * @param {(count: number) => number} choose
 * @returns {any}
 */
function pointed(value, path, choose) {
  return path.reduce((from, step) => {
    if (step === '*') {
      return Array.isArray(from) && from.length > 0 ? from[choose(from.length)] : undefined;
    }
    return from !== null && typeof from === 'object' && Object.hasOwn(from, step)
      ? from[step]
      : undefined;
  }, value);
}
