import crypto from 'k6/crypto';
import { hooksOf } from '../features/registry.js';
import { localPath } from '../settings/paths.js';
import { runName, when } from './format.js';
import { markup, Markup } from './markup.js';
import { distribution, overTime, trend } from './sections/charts.js';
import { about, header, tiles } from './sections/overview.js';
import { checks, comparison, endpoints, ownTables, steps, thresholds } from './sections/tables.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/report.js').ReportExtras} ReportExtras */

const features = hooksOf('report');

const STYLE = [
  open(localPath(import.meta.resolve('./page.css'))),
  open(localPath(import.meta.resolve('./charts.css'))),
].join('\n');
const SCRIPT = open(localPath(import.meta.resolve('./page-script.js')));

/**
 * Renders a run as one self-contained HTML page. The page loads nothing. Its script only sorts tables, so the
 * page is complete without it.
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
  return `<!doctype html>\n${markup`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="${policy()}" />
      <meta name="color-scheme" content="light dark" />
      <title>${title}</title>
      <style>${new Markup(STYLE)}</style>
    </head>
    <body>
      ${header(summary)}
      <main>
        ${sections(summary, extras)}
      </main>
      <script>${new Markup(SCRIPT)}</script>
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
    tiles(summary),
    comparison(summary),
    endpoints(summary),
    ...features.map(({ section: own }) => own?.(summary) ?? null),
    ...ownTables(summary),
    overTime(summary, extras),
    distribution(summary),
    steps(summary),
    thresholds(summary),
    checks(summary),
    trend(summary, extras),
    about(summary, extras),
  ];
}

/** @returns {string} a policy that allows only this style and this script, and no requests */
function policy() {
  const hash = (/** @type {string} */ text) => `'sha256-${crypto.sha256(text, 'base64')}'`;
  return `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}`;
}
