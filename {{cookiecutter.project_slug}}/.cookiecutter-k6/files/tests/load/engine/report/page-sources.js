// The style and the script of the page, put together from their files.

import { localPath } from '../settings/paths.js';

const source = (/** @type {string} */ name) => open(localPath(import.meta.resolve(name)));

const STYLES = ['./page.css', './sections.css', './charts.css'].map(source);

/** Modules of the script: each may use what comes before it. */
const MODULES = [
  './markup.js',
  './format.js',
  './line-chart.js',
  './course-charts.js',
  './chart-script.js',
  './page-script.js',
].map(source);

/** @returns {string} the style of the page */
export function pageStyle() {
  return STYLES.join('\n');
}

/**
 * Joins the modules into one script. k6 loads this module several times, so it does so only when a page is made.
 *
 * @returns {string} without imports, whose names are in the same script, and without comments
 */
export function pageScript() {
  const kept = [];
  let end = '';
  for (const line of MODULES.join('\n').split('\n')) {
    const text = line.trim();
    if (end === '') {
      end = text.startsWith('import ') ? ';' : text.startsWith('/**') ? '*/' : '';
    }
    if (end === '' && text !== '' && !text.startsWith('//')) {
      kept.push(line);
    }
    if (end !== '' && text.endsWith(end)) {
      end = '';
    }
  }
  return `${kept.join('\n')}\n`;
}
