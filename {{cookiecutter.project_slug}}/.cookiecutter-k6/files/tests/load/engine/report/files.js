import { toJunit } from './junit.js';
import { toMarkdown } from './markdown.js';
import { toPage } from './page.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/report.js').ReportExtras} ReportExtras */

/** Formats of a report: kind -> file name in the run folder. */
export const REPORTS = Object.freeze({
  page: 'report.html',
  markdown: 'report.md',
  junit: 'junit.xml',
});

/**
 * Writes a run in every format. A format that fails is left out with a message on the console, so that a bug in a report
 * never costs the summary.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @param {(name: string) => string} pathOf path of a file of `REPORTS`
 * @returns {Record<string, string>} contents by path
 * @example reportFiles(summary, {}, (name) => `${folder}/${name}`)
 */
export function reportFiles(summary, extras, pathOf) {
  const writers = {
    page: () => toPage(summary, extras),
    markdown: () => toMarkdown(summary),
    junit: () => toJunit(summary),
  };
  /** @type {Record<string, string>} */
  const files = {};
  for (const [kind, name] of Object.entries(REPORTS)) {
    try {
      files[pathOf(name)] = writers[/** @type {keyof typeof writers} */ (kind)]();
    } catch (error) {
      console.error(
        `${name} could not be created: ${error instanceof Error ? error.stack : error}`,
      );
    }
  }
  return files;
}
