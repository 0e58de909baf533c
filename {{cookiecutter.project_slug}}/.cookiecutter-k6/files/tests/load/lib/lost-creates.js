// Creates whose response is lost or unusable: the connection broke, an error came after the service had stored the entry,
// or a success without the expected id. What they created is found by a text that only they sent, and deleted.

import { causeOf, passLeft, reportOnce } from '../engine/vu/failures.js';
import { jsonAt } from './http.js';

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */

/**
 * A text of a request body that no other request has, and its place in the body.
 *
 * @typedef {{ path: string[], text: string }} Mark
 */

/** Searches of one VU: a service that is down gets no further load. */
const MOST_SEARCHES = 20;

/** VUs that name what they may have left behind, and how much of it: other messages must not displace it. */
const TALKING_VUS = 10;
const MOST_NAMED = 10;

/** How deep bodies and responses are searched. */
const DEEPEST = 6;

let searches = 0;
let named = 0;

/**
 * Tells whether a create may have created something although its response is not as expected.
 *
 * @param {HttpResponse} response
 * @returns {boolean} false after a refusal, and if the request never arrived
 * @example if (!ok && mayHaveCreated(response)) { ... }
 */
export function mayHaveCreated(response) {
  const { status } = response;
  return status === 0
    ? ['connection', 'timeout'].includes(causeOf(response))
    : status >= 500 || (status >= 200 && status < 300);
}

/**
 * Judges the ids of created entries: each has to be another one, as long as the last entry exists. Many databases give
 * the id of a deleted entry again.
 *
 * @param {string} [field] that holds the id
 * @returns {{ isNew: (response: HttpResponse) => boolean, free: (id: unknown) => void }} `free` is for deleted entries
 * @example const ids = newIds(); ids.isNew(response); ids.free(7);
 */
export function newIds(field = 'id') {
  /** @type {{ response?: HttpResponse, own?: unknown, isNew: boolean }} */
  let last = { isNew: false };
  return {
    isNew: (response) => {
      // Asked once more about the same response when another check failed.
      if (response !== last.response) {
        const own = jsonAt(response, field);
        last = { response, own, isNew: (own ?? last.own) !== last.own };
      }
      return last.isNew;
    },
    free: (id) => {
      if (String(id) === String(last.own)) {
        last = { isNew: false };
      }
    },
  };
}

/**
 * Lists the marks of a request.
 *
 * @param {any} sent the value of the request's body
 * @param {(text: string) => boolean} isMark whether no other request holds this text
 * @param {string[]} [path] to this value
 * @returns {Mark[]}
 * @example marksIn({ name: 'Lamp k3j9x2' }, (text) => text.includes('k3j9x2'))
 */
export function marksIn(sent, isMark, path = []) {
  if (typeof sent === 'string') {
    return path.length > 0 && isMark(sent) ? [{ path, text: sent }] : [];
  }
  return sent === null || typeof sent !== 'object' || path.length > DEEPEST
    ? []
    : Object.keys(sent).flatMap((key) => marksIn(sent[key], isMark, [...path, key]));
}

/**
 * Finds the id of a marked entry: the object that holds the same text in the same field. Objects around it, such as a
 * parent that embeds it, are not it.
 *
 * @param {any} content JSON of a response
 * @param {readonly Mark[]} marks
 * @param {readonly string[]} names paths that the id may have, best first, such as `meta.id`
 * @param {number} [depth]
 * @returns {string | number | undefined}
 * @example idOfMarked([{ id: 7, name: 'Lamp k3j9x2' }], marks, ['id']) // 7
 */
export function idOfMarked(content, marks, names, depth = 0) {
  if (content === null || typeof content !== 'object' || depth > DEEPEST) {
    return undefined;
  }
  const holds = (/** @type {Mark} */ { path, text }) =>
    path.some((_, from) => valueAt(content, path.slice(from)) === text);
  if (!Array.isArray(content) && marks.some(holds)) {
    const ids = names.map((name) => valueAt(content, name.split('.')));
    const id = ids.find((one) => typeof one === 'number' || (typeof one === 'string' && one));
    if (id !== undefined) {
      return id;
    }
  }
  for (const key of Object.keys(content)) {
    const id = idOfMarked(content[key], marks, names, depth + 1);
    if (id !== undefined) {
      return id;
    }
  }
  return undefined;
}

/**
 * Names what a create may have left behind.
 *
 * @param {string} what
 * @param {readonly string[]} marks by which people find it
 * @example nameLost('POST /items: no response', ['Lamp k3j9x2']);
 */
export function nameLost(what, marks) {
  if (__VU <= TALKING_VUS && named < MOST_NAMED) {
    named += 1;
    const hint = marks.length > 0 ? `. Look for ${marks.join(', ')}` : '';
    console.error(`${what}; what it created may be left behind${hint}`);
    passLeft(`${what}; what it created may be left behind`);
  }
}

/**
 * Searches for what a create may have created.
 *
 * @param {{ name: string, marks: readonly Mark[], names: readonly string[], response: HttpResponse,
 *   lists: readonly ((mark: string) => HttpResponse | undefined)[] }} create name of its endpoint, what marks the entry, names of its id,
 *   the response, and requests that may show the entry
 * @returns {string | number | undefined} undefined: not found, and the log says so
 * @example const id = searchLost({ name: 'POST /items', marks, names: ['id'], response, lists: [() => request(LIST)] });
 */
export function searchLost({ name, marks, names, response, lists }) {
  let id = idOfMarked(jsonAt(response, '@this'), marks, names);
  if (id !== undefined) {
    return id;
  }
  searches += 1;
  for (const list of marks.length > 0 && searches <= MOST_SEARCHES ? lists : []) {
    if (id === undefined) {
      const shown = list(marks[0].text);
      id = shown && idOfMarked(jsonAt(shown, '@this'), marks, names);
    }
  }
  const why = response.status === 0 ? causeOf(response) : `status ${response.status}`;
  if (id !== undefined) {
    const found = id;
    reportOnce(
      `${name} found`,
      () =>
        `${name}: its response (${why}) contains no ID, but the entry ${found} was created; it is deleted`,
    );
  } else {
    const texts = marks.map(({ path, text }) => `${path.join('.')} '${text}'`);
    nameLost(`${name}: its response (${why}) contains no ID`, texts.slice(0, 1));
  }
  return id;
}

/**
 * Makes a function that deletes what a create without a usable response created, if it is found. Call it in a `finally`:
 * an exception must not keep the entry from being looked for.
 *
 * @param {readonly { do: string, target: Endpoint }[]} steps of which `search` (with `{term}`) and `list` may show the
 *   entry; without a `create` and a `remove` there is nothing to do
 * @param {{ send: (target: Endpoint, details?: any) => HttpResponse, isMark: (text: string) => boolean, id?: string }} how
 *   isMark: which texts of the body no other request has; id: its name
 * @returns {(lost: { response: HttpResponse, sent: unknown } | undefined) => void}
 * @example const undo = undoing(steps, { send: request, isMark: isUniqueName }); undo({ response, sent });
 */
export function undoing(steps, { send, isMark, id = 'id' }) {
  const targetOf = (/** @type {string} */ kind) => steps.find((step) => step.do === kind)?.target;
  const create = targetOf('create');
  const remove = targetOf('remove');
  const search = targetOf('search');
  const list = targetOf('list');
  return (lost) => {
    if (lost === undefined || !create || !remove || !mayHaveCreated(lost.response)) {
      return;
    }
    const own = searchLost({
      name: create.name,
      marks: marksIn(lost.sent, isMark),
      names: [id, 'id', 'uuid', '_id'],
      response: lost.response,
      lists: [(term) => search && send(search, { path: { term } }), () => list && send(list)],
    });
    if (own !== undefined) {
      send(remove, { path: { id: own } });
    }
  };
}

/**
 * @param {any} from
 * @param {readonly string[]} path
 * @returns {any}
 */
function valueAt(from, path) {
  return path.reduce(
    (value, step) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, step)
        ? value[step]
        : undefined,
    from,
  );
}
