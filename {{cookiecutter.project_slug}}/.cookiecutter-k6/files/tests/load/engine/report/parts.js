// Parts of sections.

import { lineChart } from './line-chart.js';
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
 * A cell that sorts by its value, not by its text.
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
 * @param {{ sortable?: boolean, captioned?: boolean }} [options] captioned: false if the heading above says the same
 * @returns {Markup}
 */
export function table(caption, head, rows, { sortable = false, captioned = true } = {}) {
  // A wide table scrolls, also by keyboard.
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${sortable && new Markup(' data-sortable')}>
${captioned && markup`<caption>${caption}</caption>`}
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

/**
 * Line charts that show values and zoom, where scripts run.
 *
 * @param {import('../types/report.js').LineChart[]} charts as they are drawn at first
 * @param {object} data for chart-script.js, to draw them again
 * @returns {Markup}
 * @example liveCharts(charts, { charts })
 */
export function liveCharts(charts, data) {
  const json = JSON.stringify(data).replace(/</g, '\\u003c');
  return markup`<div class="live">
    <div class="controls"></div>
    <div class="charts">${charts.map(lineChart)}</div>
    <script type="application/json">${new Markup(json)}</script>
  </div>`;
}
