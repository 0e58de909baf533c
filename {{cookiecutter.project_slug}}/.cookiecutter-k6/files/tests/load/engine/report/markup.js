/** Text that is markup already: a result of `markup`. */
export class Markup {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/**
 * Builds markup from a template. Every value is escaped unless it is markup itself, so names given by services and scripts
 * cannot become part of the page. Works for HTML, SVG and XML.
 *
 * @param {TemplateStringsArray} parts
 * @param {...unknown} values text, numbers, markup, or lists of them; null and false leave nothing
 * @returns {Markup}
 * @example markup`<td>${name}</td>` // name '<b>' becomes &lt;b&gt;
 */
export function markup(parts, ...values) {
  const text = parts.map((part, i) => (i === 0 ? '' : shown(values[i - 1])) + unindented(part));
  return new Markup(text.join(''));
}

/** @param {string} part of a template; its indentation is for readers of the source */
const unindented = (part) => part.replace(/\n\s+/g, '\n');

/**
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  if (value === null || value === undefined || value === false) {
    return '';
  }
  if (Array.isArray(value)) {
    return value.map(shown).join('');
  }
  return value instanceof Markup ? value.text : escapeMarkup(value);
}

const ENTITIES = /** @type {Record<string, string>} */ ({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
});

/**
 * @param {unknown} value
 * @returns {string} safe in element content and quoted attributes of HTML and XML
 * @example escapeMarkup('a < b') // 'a &lt; b'
 */
export function escapeMarkup(value) {
  return legible(value).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * Replaces characters that XML forbids or readers cannot see: control characters, halves of surrogate pairs, and marks
 * that reverse the direction of text.
 *
 * @param {unknown} value
 * @returns {string}
 * @example legible('a\u0000b') // 'a\ufffdb'
 */
export function legible(value) {
  const text = String(value);
  // Character by character takes seconds for the rows of a whole API; ordinary text does not need it.
  if (/^[\t\n\r\u0020-\u007e\u00a0-\u1fff]*$/.test(text)) {
    return text;
  }
  return Array.from(text, (character) =>
    // eslint-disable-next-line no-control-regex
    /^[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]$/.test(
      character,
    )
      ? '\ufffd'
      : character,
  ).join('');
}
