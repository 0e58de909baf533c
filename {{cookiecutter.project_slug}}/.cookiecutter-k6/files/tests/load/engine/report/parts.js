// What sections of the page are made of.

import { markup, Markup } from './markup.js';

/**
 * @param {string} title
 * @param {unknown} content
 * @returns {Markup}
 */
export function section(title, content) {
  return markup`<section>
    <h2>${title}</h2>
    ${content}
  </section>`;
}

/**
 * A figure that sorts by its value, not by its text.
 *
 * @param {number} value
 * @param {string} text
 */
export const cell = (value, text) => ({ value, text });

/**
 * @param {boolean} good
 * @param {string} text
 * @returns {Markup}
 */
export function mark(good, text) {
  return markup`<span class="${good ? 'good' : 'bad'}">${good ? '✓' : '✗'} ${text}</span>`;
}

/**
 * @param {string} caption
 * @param {string[]} head
 * @param {unknown[][]} rows cells: text, markup or `cell`
 * @param {{ sortable?: boolean }} [options]
 * @returns {Markup}
 */
export function table(caption, head, rows, { sortable = false } = {}) {
  // A wide table scrolls by itself; whoever has no pointer has to be able to reach it.
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${sortable && new Markup(' data-sortable')}>
<caption>${caption}</caption>
<thead><tr>${head.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (cells) =>
    markup`<tr>
      ${cells.map((content, i) => tableCell(content, i))}
    </tr> `,
)}</tbody>
</table></div>`;
}

/**
 * @param {any} content
 * @param {number} column
 * @returns {Markup}
 */
function tableCell(content, column) {
  if (column === 0) {
    return markup`<th scope="row">${content}</th>`;
  }
  return content?.text !== undefined && !(content instanceof Markup)
    ? markup`<td data-value="${content.value}">${content.text}</td>`
    : markup`<td>${content}</td>`;
}
