import crypto from 'k6/crypto';
import { hooksOf } from '../features/registry.js';
import { runName, when } from './format.js';
import { markup, Markup } from './markup.js';
import { pageScript, pageStyle } from './page-sources.js';
import { distribution, trend } from './sections/charts.js';
import { failures, slowest } from './sections/failures.js';
import { overTime } from './sections/over-time.js';
import { about, header, reasons, tiles } from './sections/overview.js';
import { comparison, endpoints, ownTables, steps, thresholds } from './sections/tables.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/report.js').ReportExtras} ReportExtras */

const features = hooksOf('report');

/**
 * Renders a run as one self-contained HTML page. The page loads nothing. Its script sorts tables and
 * brings the charts to life; the page is complete without it.
 *
 * @param {Summary} summary
 * @param {ReportExtras} [extras] data that exists only after the run
 * @returns {string} the HTML document
 * @example toPage(summary, { files: ['summary.json'] })
 */
export function toPage(summary, extras = {}) {
  const { run, passed } = summary;
  const outcome = `${runName(summary)} ${passed ? 'passed' : 'failed'}`;
  const title = `${run.project}: ${outcome}, ${when(summary.timestamp)}`;
  const [style, script] = [pageStyle(), pageScript()];
  return `<!doctype html>\n${markup`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="${policy(style, script)}" />
      <meta name="color-scheme" content="light dark" />
      <title>${title}</title>
      <style>${new Markup(style)}</style>
    </head>
    <body>
      ${header(summary)}
      <main>
        ${tiles(summary)}
        ${sections(summary, extras)}
      </main>
      <script type="module">${new Markup(script)}</script>
    </body>
  </html>`}\n`;
}

/**
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {(Markup | null)[]} null for a section without data
 */
function sections(summary, extras) {
  return [
    reasons(summary),
    failures(summary, extras),
    comparison(summary),
    endpoints(summary),
    ...features.map((feature) => feature.section?.(summary) ?? null),
    ...ownTables(summary),
    overTime(summary, extras),
    slowest(summary, extras),
    distribution(summary),
    steps(summary),
    thresholds(summary),
    trend(summary, extras),
    about(summary, extras),
  ];
}

/**
 * @param {string} style
 * @param {string} script
 * @returns {string} a policy that allows only this style and this script, and no requests
 */
function policy(style, script) {
  const hash = (/** @type {string} */ text) => `'sha256-${crypto.sha256(text, 'base64')}'`;
  return `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}`;
}
