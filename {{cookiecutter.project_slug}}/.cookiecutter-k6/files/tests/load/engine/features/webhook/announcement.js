// What the message about a finished run says, before it gets the form of Slack or Teams.

import { length, milliseconds, percent, runName } from '../../report/format.js';
import { shorten } from '../../vu/failures.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('./types.js').Announcement} Announcement */

/** Tests that are listed; a chat is no report. */
const MOST_TESTS = 10;

/**
 * @param {Summary[]} summaries of one run; several after `load-test.sh ... all`
 * @param {{ project: string, id: string, code: number, meaning: string, planned: number, reason: string, link?: string }} run
 *   `code`: exit code of load-test.sh; `meaning`: the same in words; `planned`: number of tests; `reason`: why no load
 *   was sent
 * @returns {Announcement}
 * @example announcementOf([summary], { project: 'Shop', id: 'ci-7', code: 0, meaning: '', planned: 1, reason: '' }).title
 */
export function announcementOf(summaries, run) {
  const failed = summaries.filter(({ passed }) => !passed);
  const passed = run.code === 0 && failed.length === 0;
  const names = summaries.map(runName).slice(0, MOST_TESTS).join(', ');
  return {
    passed,
    title: `${run.project}: load test ${passed ? 'passed' : 'failed'}${names && `: ${names}`}`,
    facts: [...factsOf(summaries), ['Run', run.id]],
    findings: [
      ...failed.slice(0, MOST_TESTS).map((summary) => ({
        test: runName(summary),
        reasons: summary.reasons.map((reason) => shorten(reason)),
      })),
      ...unexplained(run, summaries.length, passed || failed.length > 0),
    ],
    link: run.link,
  };
}

/**
 * @param {Summary[]} summaries
 * @returns {[string, string][]}
 */
function factsOf(summaries) {
  const [first] = summaries;
  if (first === undefined) {
    return [];
  }
  const { run, metrics, peakVUs } = first;
  const commit = run.gitCommit ?? '';
  const figures = /** @type {[string, string][]} */ (
    summaries.length > 1
      ? [['Tests', `${summaries.length}`]]
      : [
          ['Load', `up to ${peakVUs} VUs, ${length(run.durationMs)}`],
          ['p95', milliseconds(metrics.duration?.p95)],
          ['Failed requests', `${percent(metrics.errorRate)} of ${metrics.requests}`],
        ]
  );
  return [
    ['Target', run.target],
    ['Environment', run.environment],
    ...figures,
    ...(commit === '' ? [] : [/** @type {[string, string]} */ (['Commit', commit])]),
  ];
}

/**
 * @param {{ code: number, meaning: string, planned: number, reason: string }} run
 * @param {number} finished number of tests with a summary
 * @param {boolean} isExplained
 * @returns {Announcement['findings']} what no summary says
 */
function unexplained({ code, meaning, planned, reason }, finished, isExplained) {
  const missing = planned - finished;
  const reasons = [
    ...(isExplained ? [] : [`exit code ${code}: ${reason === '' ? meaning : shorten(reason)}`]),
    ...(missing > 0 && finished > 0 ? [`${missing} of ${planned} tests have no result`] : []),
  ];
  return reasons.length > 0 ? [{ test: 'load-test.sh', reasons }] : [];
}
