// The comment on a pull or merge request, as Markdown.

import { change as signed, grouped, length, percent, runName, short } from '../../report/format.js';
import { legible } from '../../report/markup.js';

/** @typedef {import('./types.js').CommentContext} CommentContext */
/** @typedef {import('./types.js').Tested} Tested */
/** @typedef {import('../../types/summary.js').EndpointMetrics} EndpointMetrics */

/** Endpoints per test; the report has the others. */
const MOST_ROWS = 40;

/** Tests that are shown with their endpoints. */
const MOST_TESTS = 10;

/** Characters of a comment that GitHub and GitLab accept for sure. */
const LONGEST = 60_000;

/**
 * The first line of the comment, by which the next run finds it again. Markdown shows nothing of it.
 *
 * @param {string} slug of the project: a repository may hold several suites
 * @returns {string}
 * @example markerOf('shop') // '<!-- load-tests: shop -->'
 */
export function markerOf(slug) {
  return `<!-- load-tests: ${slug.replace(/[^\w.-]/g, '-')} -->`;
}

/**
 * @param {Tested[]} tested of one run of the workflow
 * @param {CommentContext} context
 * @returns {string}
 * @example toComment([{ summary }], { project: 'Shop', slug: 'shop', commit: 'abc1234', target: 'main' })
 */
export function toComment(tested, context) {
  const failed = tested.filter(({ summary }) => !summary.passed).length;
  const verdict = failed === 0 ? '✅ Load test passed' : '❌ Load test failed';
  const blocks = [
    markerOf(context.slug),
    `### ${verdict}: ${text(context.project)}`,
    ...tested.slice(0, MOST_TESTS).flatMap((each) => ofTest(each, context)),
    ...(tested.length > MOST_TESTS ? [`and ${tested.length - MOST_TESTS} more tests`] : []),
    linksOf(context),
  ];
  const whole = `${blocks.join('\n\n')}\n`;
  return whole.length <= LONGEST
    ? whole
    : `${[...blocks.slice(0, 2), 'The result is too long for a comment.', linksOf(context)].join('\n\n')}\n`;
}

/**
 * What stands in the place of older results when the newest commit has none.
 *
 * @param {CommentContext} context
 * @returns {string}
 * @example toEmptyComment(context)
 */
export function toEmptyComment(context) {
  return `${[
    markerOf(context.slug),
    `### ⚠️ No load-test result: ${text(context.project)}`,
    'The test did not start or did not finish. The log of the job says why.',
    linksOf(context),
  ].join('\n\n')}\n`;
}

/**
 * @param {Tested} tested
 * @param {CommentContext} context
 * @returns {string[]}
 */
function ofTest({ summary, baseline }, { target }) {
  const { run, reasons, endpoints, metrics, peakVUs } = summary;
  const rows = worstFirst(endpoints, baseline);
  const shown = rows.slice(0, MOST_ROWS);
  return [
    `**${text(runName(summary))}**: up to ${grouped(peakVUs)} VUs, ${length(run.durationMs)}, ` +
      `${grouped(metrics.requests)} requests, ${percent(metrics.errorRate)} failed`,
    ...(reasons.length > 0 ? [reasons.map((reason) => `- ${text(reason)}`).join('\n')] : []),
    ...(shown.length > 0 ? [table(shown, baseline)] : []),
    ...(rows.length > shown.length ? [`and ${rows.length - shown.length} more endpoints`] : []),
    baseline === undefined
      ? `${text(target)} has no baseline for this test, so no change is shown.`
      : `Change of p95 against the baseline of ${text(target)}: ${baseline.runs} ` +
        `${baseline.runs === 1 ? 'run' : 'runs'} of ${text(baseline.timestamp.slice(0, 10))}` +
        `${baseline.gitCommit ? ` at ${text(baseline.gitCommit)}` : ''}.`,
  ];
}

/** @typedef {{ row: EndpointMetrics, before: number | undefined, change: number | undefined }} Compared */

/**
 * @param {EndpointMetrics[]} endpoints
 * @param {import('../../types/baseline.js').Baseline} [baseline]
 * @returns {Compared[]} those with errors, then those that became slower, then the others as they are
 */
function worstFirst(endpoints, baseline) {
  return endpoints
    .map((row) => {
      const before = baseline?.endpoints.find(({ name }) => name === row.name)?.p95.median;
      const now = row.duration?.p95;
      const isKnown = before !== undefined && before > 0 && now !== undefined;
      return { row, before, change: isKnown ? (now / before - 1) * 100 : undefined };
    })
    .sort(
      (a, b) =>
        b.row.errorRate - a.row.errorRate || (b.change ?? -Infinity) - (a.change ?? -Infinity) || 0,
    );
}

/**
 * @param {Compared[]} rows
 * @param {import('../../types/baseline.js').Baseline} [baseline]
 * @returns {string}
 */
function table(rows, baseline) {
  const compared = baseline === undefined ? [] : ['Baseline p95', 'Change'];
  const head = ['Endpoint', 'Requests', 'p50', 'p95', ...compared, 'p99', 'Failed'];
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...rows.map(({ row, before, change }) =>
      line([
        text(row.name),
        grouped(row.requests),
        ms(row.duration?.p50),
        ms(row.duration?.p95),
        ...(baseline === undefined
          ? []
          : [
              ms(before),
              change === undefined ? (before === undefined ? 'new' : '-') : signed(change),
            ]),
        ms(row.duration?.p99),
        percent(row.errorRate),
      ]),
    ),
  ].join('\n');
}

/** @param {number | undefined} value milliseconds */
const ms = (value) => (value === undefined ? '-' : `${short(value)} ms`);

/**
 * @param {CommentContext} context
 * @returns {string}
 */
function linksOf({ commit, run, report }) {
  const parts = [
    ...(report === undefined ? [] : [`[Report](${report})`]),
    ...(run === undefined ? [] : [`[Run${report === undefined ? ' and report' : ''}](${run})`]),
    `commit ${text(commit.slice(0, 12))}`,
  ];
  return `${parts.join(' · ')}`;
}

/**
 * Text that stays text: a change from a fork decides what its tests are called, and must not be able to mention
 * people or to write links.
 *
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  return legible(value)
    .replace(/\s+/g, ' ')
    .replace(/[&<>|`*_[\]()#\\~@!:/$^]/g, (character) => `&#${character.charCodeAt(0)};`);
}
