// Completes the report of a finished run. Used by scripts/load-test.sh; sends no requests:
//
//   k6 run --quiet --env RESULTS_DIR=/path/to/run tests/load/engine/commands/finish-report.js
//
// The run itself writes report.html, but sees only its own metrics. This adds what else is there afterwards: earlier runs
// (HISTORY, one path of a summary.json per line) and further files (FILES, one name per line).

import { toPage } from '../report/page.js';

/** Runs in the trend, including this one. */
const TREND_RUNS = 20;

const folder = __ENV.RESULTS_DIR;

export { default, options } from './frame.js';

/**
 * Reads the files of the run, at init.
 *
 * @returns {() => Record<string, string>} renders the report: contents by path
 */
function prepare() {
  const summary = JSON.parse(open(`${folder}/summary.json`));
  const timeline = readTimeline(`${folder}/timeline.json`);
  const history = (__ENV.HISTORY ?? '').split('\n').map(readSummary);
  const files = (__ENV.FILES ?? '').split('\n').filter((name) => name !== '');
  return () => ({
    // The wrapper replaces report.html with it once it is complete.
    [`${folder}/.report.html`]: toPage(summary, {
      timeline,
      history: earlier(summary, history),
      files: [...files, ...(timeline ? ['timeline.json'] : [])],
    }),
  });
}

/**
 * @param {string} path
 * @returns {import('../types/report.js').Timeline | null} null if the run was not recorded over time
 */
function readTimeline(path) {
  try {
    return JSON.parse(open(path));
  } catch {
    return null;
  }
}

/**
 * @param {string} path
 * @returns {any} null if it is not a summary: it may have been edited or removed
 */
function readSummary(path) {
  try {
    const summary = path === '' ? null : JSON.parse(open(path));
    return typeof summary?.metrics?.requests === 'number' ? summary : null;
  } catch {
    return null;
  }
}

/**
 * @param {any} summary
 * @param {any[]} others
 * @returns {any[]} earlier runs of the same test under the same load, oldest first
 */
function earlier(summary, others) {
  const same = (/** @type {any} */ other) =>
    other !== null &&
    other.timestamp < summary.timestamp &&
    other.scenario === summary.scenario &&
    other.targetVUs === summary.targetVUs &&
    other.run?.test === summary.run.test &&
    other.run?.profile === summary.run.profile &&
    other.run?.target === summary.run.target;
  return others
    .filter(same)
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
    .slice(1 - TREND_RUNS);
}

const write = __VU === 0 ? prepare() : undefined;

export function handleSummary() {
  return write?.() ?? {};
}
