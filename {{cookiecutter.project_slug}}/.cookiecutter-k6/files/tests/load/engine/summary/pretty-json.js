/**
 * Writes a value as JSON, two spaces a level. k6's own `JSON.stringify` loses count of the level after an
 * empty list or object, and the summary is read by people and by `diff` as well.
 *
 * @param {unknown} value anything that JSON can hold
 * @param {string} [indent] of the line it starts on
 * @returns {string} without a final newline
 * @example prettyJson({ a: [] }) // '{\n  "a": []\n}'
 */
export function prettyJson(value, indent = '') {
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value) ?? 'null';
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((item) => prettyJson(item, inner))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${prettyJson(item, inner)}`,
      );
  return members.length === 0
    ? `${open}${close}`
    : `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}
