// Names of operations, as settings and overrides spell them. Once per run.

/** Methods that change nothing; the last three are those of WebDAV. */
export const SAFE_METHODS = [
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'QUERY',
  'PROPFIND',
  'REPORT',
  'SEARCH',
];

/**
 * Tells whether an entry of a list means an operation.
 *
 * @param {{ name: string, id?: string, method: string, tags?: string[] }} row
 * @param {string} entry `tag:NAME`, `method:NAME`, `operation:NAME`, or a name or operationId with `*` for any text;
 *   `=` may stand for the colon
 * @returns {boolean}
 * @example matches({ name: 'GET /pets', method: 'GET' }, 'GET /p*') // true
 */
export function matches({ name, id = '', method, tags = [] }, entry) {
  const [, kind, value = entry] = /^(tag|method|operation)[:=](.*)$/s.exec(entry) ?? [];
  if (kind === 'tag') {
    return tags.some((tag) => tag.toLowerCase() === value.toLowerCase());
  }
  if (kind === 'method') {
    return method === value.toUpperCase();
  }
  const pattern = value
    .replace(/,/g, '%2C')
    .split('*')
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const wanted = new RegExp(`^${pattern.join('.*')}$`, 's');
  return wanted.test(name) || wanted.test(id);
}

/**
 * The known name that a misspelt one most likely means.
 *
 * @param {string} name
 * @param {readonly string[]} known
 * @returns {string | undefined} undefined: none is near
 * @example nearest('DELETE /pet/{id}', ['DELETE /pets/{id}']) // 'DELETE /pets/{id}'
 */
export function nearest(name, known) {
  let best;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const other of known) {
    const found = distance(name.toLowerCase(), other.toLowerCase(), least);
    if (found < least) {
      least = found;
      best = other;
    }
  }
  return best;
}

/**
 * @param {string} first
 * @param {string} second
 * @param {number} most larger distances need not be exact
 * @returns {number} letters to insert, delete or replace
 */
function distance(first, second, most) {
  if (Math.abs(first.length - second.length) >= most) {
    return most;
  }
  let row = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let at = 1; at <= first.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= second.length; other += 1) {
      const same = first[at - 1] === second[other - 1] ? 0 : 1;
      next.push(Math.min(row[other] + 1, next[other - 1] + 1, row[other - 1] + same));
    }
    row = next;
  }
  return row[second.length];
}
