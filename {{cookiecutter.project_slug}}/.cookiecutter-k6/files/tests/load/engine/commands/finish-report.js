// Completes the report of a run that has ended. Used by scripts/load-test.sh; sends nothing:
//
//   k6 run --quiet --env RESULTS_DIR=/path/to/run tests/load/engine/commands/finish-report.js
//
// The suite writes report.html at the end of the run itself. k6 tells it nothing about the course of the run,
// and cannot look into other folders. So this adds what only exists afterwards: the figures over time
// that k6 recorded (.timeline), and the runs before this one (HISTORY, one summary.json a line).

import { hooksOf } from '../features/registry.js';
import { toPage } from '../report/page.js';
import { readTimeline, REQUESTS } from '../report/timeline.js';

/** Runs in the trend, this one included. */
const TREND_RUNS = 20;

const features = hooksOf('report');

const folder = __ENV.RESULTS_DIR;

export const options = {
  scenarios: {
    finish: { executor: /** @type {const} */ ('shared-iterations'), vus: 1, iterations: 1 },
  },
};

export default function nothing() {}

/**
 * Reads what is there. Only in the first of k6's runtimes and in that of the summary: a VU needs nothing.
 *
 * @returns {() => Record<string, string>}
 */
function prepare() {
  const summary = JSON.parse(open(`${folder}/summary.json`));
  const recorded = opened(`${folder}/.timeline`);
  const history = (__ENV.HISTORY ?? '').split('\n').map(readSummary);
  return () => {
    const own = features.map(({ signal }) => signal?.(summary)).find(Boolean);
    const timeline = recorded === null ? null : readTimeline(recorded, own ?? REQUESTS);
    const files = (__ENV.FILES ?? '').split('\n').filter((name) => name !== '');
    if (timeline !== null) {
      files.push('timeline.json');
    }
    return {
      // The wrapper puts it in the place of report.html when it is whole.
      [`${folder}/.report.html`]: toPage(summary, {
        timeline,
        history: earlier(summary, history),
        files,
      }),
      ...(timeline && { [`${folder}/timeline.json`]: `${JSON.stringify(timeline)}\n` }),
    };
  };
}

/**
 * @param {string} path
 * @returns {string | null} null when there is no such file
 */
function opened(path) {
  try {
    return open(path);
  } catch {
    return null;
  }
}

/**
 * @param {string} path
 * @returns {any} null when it is no summary: somebody may have edited or removed it
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
 * @returns {any[]} runs of the same thing before this one, oldest first
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
