import { check } from 'k6';

/** @typedef {import('../../types/openapi.js').Operation} Operation */
/** @typedef {import('../../types/openapi.js').DeclaredResponse} DeclaredResponse */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */

/**
 * Checks an answer against the document: is its status declared, its content type, and are the required
 * fields there? What the document does not say is not checked.
 *
 * @param {Operation} operation
 * @param {HttpResponse} response
 * @returns {boolean}
 * @example const ok = checkAnswer(operation, sendOperation(operation, source));
 */
export function checkAnswer({ name, method, responses = {} }, response) {
  const declared = declaredFor(responses, response.status);
  /** @type {Record<string, boolean>} */
  const results = {
    [`${name} status is declared`]:
      declared !== undefined || (response.status !== 0 && Object.keys(responses).length === 0),
  };
  if (declared !== undefined && method !== 'HEAD' && response.status !== 304) {
    if (declared.types !== undefined) {
      results[`${name} content type is declared`] = hasType(declared.types, response);
    }
    if (declared.is !== undefined || declared.required !== undefined) {
      results[`${name} body has the declared shape`] = hasShape(declared, response);
    }
  }
  // k6 takes values as well as functions here, whatever its types say.
  return check(null, /** @type {any} */ (results), { name });
}

/**
 * @param {Record<string, DeclaredResponse>} responses
 * @param {number} status
 * @returns {DeclaredResponse | undefined}
 */
function declaredFor(responses, status) {
  return status === 0
    ? undefined
    : (responses[status] ?? responses[`${Math.floor(status / 100)}XX`] ?? responses.default);
}

/**
 * @param {string[]} types
 * @param {HttpResponse} response
 * @returns {boolean}
 */
function hasType(types, { headers }) {
  const found = (headers['Content-Type'] ?? '').split(';')[0].trim().toLowerCase();
  return types.some((type) => {
    const wanted = type.toLowerCase();
    return (
      wanted === '*/*' ||
      wanted === found ||
      (wanted.endsWith('/*') && found.startsWith(wanted.slice(0, -1)))
    );
  });
}

/**
 * @param {DeclaredResponse} declared
 * @param {HttpResponse} response
 * @returns {boolean}
 */
function hasShape({ is, required = [], nullable }, response) {
  let body;
  try {
    body = response.json();
  } catch {
    return false;
  }
  if (body === null) {
    return nullable === true;
  }
  const kind = Array.isArray(body) ? 'array' : typeof body;
  return (is === undefined || is === kind) && required.every((pointer) => holds(body, pointer));
}

/**
 * @param {string} pointer
 * @returns {string[]}
 */
function steps(pointer) {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
}

/**
 * @param {any} value
 * @param {string} pointer `*` stands for every element
 * @returns {boolean} true when each place has a value, `null` included
 */
function holds(value, pointer) {
  /** @type {(from: any, rest: string[]) => boolean} */
  const visit = (from, [step, ...rest]) => {
    if (step === undefined) {
      return from !== undefined;
    }
    if (step === '*') {
      return !Array.isArray(from) || from.every((item) => visit(item, rest));
    }
    // Where a parent may be left out or null, so may what it requires.
    return from === null || typeof from !== 'object'
      ? rest.length > 0 || from === null
      : rest.length > 0 && !Object.hasOwn(from, step)
        ? true
        : visit(Object.hasOwn(from, step) ? from[step] : undefined, rest);
  };
  return visit(value, steps(pointer));
}

/**
 * Reads an id from an answer.
 *
 * @param {HttpResponse} response
 * @param {any} sent the value of the request's body
 * @param {readonly string[]} places JSON pointers (`*`: any element), `request:` and a pointer into what was
 *   sent, or `header:location`; in order
 * @param {(count: number) => number} choose which of several elements
 * @returns {string | number | undefined}
 * @example valueAt(response, sent, ['/id', 'header:location'], () => 0)
 */
export function valueAt(response, sent, places, choose) {
  for (const place of places) {
    const [from, pointer] = place.startsWith('request:')
      ? [sent, place.slice('request:'.length)]
      : [bodyOf(response), place];
    const value =
      place === 'header:location'
        ? lastSegment(response.headers.Location)
        : pointed(from, steps(pointer), choose);
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') {
      return value;
    }
  }
  return undefined;
}

/**
 * @param {HttpResponse} response
 * @returns {any}
 */
function bodyOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}

/**
 * @param {string | undefined} location
 * @returns {string | undefined}
 */
function lastSegment(location) {
  const segment = location
    ?.replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .pop();
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
