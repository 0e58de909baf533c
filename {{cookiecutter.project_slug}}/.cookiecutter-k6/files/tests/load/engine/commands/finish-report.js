// Completes the report of a finished run. Used by scripts/load-test.sh; sends no requests:
//
//   k6 run --quiet --env RESULTS_DIR=/path/to/run tests/load/engine/commands/finish-report.js
//
// The run itself writes report.html, but sees only its own metrics. This adds what else is there afterwards: earlier runs
// (HISTORY, one path of a summary.json per line) and further files (FILES, one name per line). It also judges what only the
// wrapper knows: how much of the processor (CORES) k6 used (K6_MS, K6_SECONDS).

import { toJunit } from '../report/junit.js';
import { toMarkdown } from '../report/markdown.js';
import { toPage } from '../report/page.js';
import { limitedHere } from '../summary/machine.js';
import { prettyJson } from '../summary/pretty-json.js';

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
  const judged = JSON.parse(open(`${folder}/summary.json`));
  const limited = limitedHere(judged, {
    k6Ms: Number(__ENV.K6_MS ?? 0),
    seconds: Number(__ENV.K6_SECONDS ?? 0),
    cores: Number(__ENV.CORES || Infinity),
  });
  const summary = limited ?? judged;
  const timeline = readTimeline(`${folder}/timeline.json`);
  const history = (__ENV.HISTORY ?? '').split('\n').map(readSummary);
  const files = (__ENV.FILES ?? '').split('\n').filter((name) => name !== '');
  if (limited !== null) {
    console.error(limited.reasons[0]);
  }
  return () => ({
    ...(limited !== null && {
      [`${folder}/.summary.json`]: `${prettyJson(limited)}\n`,
      [`${folder}/.report.md`]: toMarkdown(limited),
      [`${folder}/.junit.xml`]: toJunit(limited),
    }),
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
