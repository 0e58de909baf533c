// The verdict, the key metrics and the details of the run.

import { hooksOf } from '../../features/registry.js';
import {
  checkShare,
  grouped,
  length,
  milliseconds,
  percent,
  runName,
  short,
  verdictSentence,
  when,
} from '../format.js';
import { markup } from '../markup.js';
import { section } from '../parts.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('../../types/report.js').ReportExtras} ReportExtras */
/** @typedef {import('../markup.js').Markup} Markup */

const features = hooksOf('report');

/**
 * Renders the verdict.
 *
 * @param {Summary} summary
 * @returns {Markup}
 * @example header(summary)
 */
export function header(summary) {
  const { passed, run, timestamp } = summary;
  return markup`<header class="${passed ? 'good' : 'bad'}">
    <p class="project">${run.project} load test</p>
    <h1>
      <span class="verdict">${passed ? 'Passed' : 'Failed'}</span> <bdi>${runName(summary)}</bdi>
    </h1>
    <p>
      ${verdictSentence(summary)} <bdi>${run.target}</bdi>,
      <time datetime="${timestamp}">${when(timestamp)}</time>
    </p>
  </header>`;
}

/**
 * Renders why the run failed.
 *
 * @param {Summary} summary
 * @returns {Markup | null} null if it passed
 * @example reasons(summary)
 */
export function reasons({ reasons: texts }) {
  return texts.length === 0
    ? null
    : markup`<section class="reasons">
        <h2>Why it failed</h2>
        <ul>
          ${texts.map((text) => markup`<li>${text}</li> `)}
        </ul>
      </section>`;
}

/**
 * Renders the key metrics: those of the requests, or those of a feature that measures something else.
 *
 * @param {Summary} summary
 * @returns {Markup}
 * @example tiles(summary)
 */
export function tiles(summary) {
  const own = features.map((feature) => feature.tiles?.(summary)).find(Boolean);
  return markup`<section class="tiles" aria-label="Key metrics">
    ${(own ?? requestTiles(summary)).map(
      ([name, value, note, bad]) =>
        markup`<div class="tile${bad && ' crossed'}">
          <h2>${name}</h2>
          <p class="value">${value}</p>
          <p>${note}</p>
        </div>`,
    )}
  </section>`;
}

/**
 * @param {Summary} summary
 * @returns {import('../../types/features.js').Tile[]}
 */
function requestTiles({ metrics, peakVUs, run, thresholds }) {
  const { duration } = metrics;
  // Of all requests or of one endpoint.
  const isCrossed = (/** @type {string} */ name, aggregate = '') =>
    thresholds.some(
      ({ ok, metric, expression }) =>
        !ok && metric.split('{')[0] === name && expression.startsWith(aggregate),
    );
  return [
    [
      'p95',
      milliseconds(duration?.p95),
      `avg ${milliseconds(duration?.avg)}, median ${milliseconds(duration?.p50)}`,
      isCrossed('http_req_duration', 'p(95)'),
    ],
    [
      'Failed',
      percent(metrics.errorRate),
      `${grouped(metrics.errors)} requests`,
      isCrossed('http_req_failed'),
    ],
    [
      'Checks',
      checkShare(metrics.checks),
      `${grouped(metrics.checks.fails)} failed`,
      isCrossed('checks'),
    ],
    [
      'p99',
      milliseconds(duration?.p99),
      `slowest ${milliseconds(duration?.max)}`,
      isCrossed('http_req_duration', 'p(99)'),
    ],
    [
      'Requests',
      grouped(metrics.requests),
      `${short(metrics.requestRate)} per second`,
      isCrossed('http_reqs'),
    ],
    [
      'Users',
      grouped(peakVUs),
      `${grouped(metrics.iterations)} iterations in ${length(run.durationMs)}`,
    ],
  ];
}

/**
 * Renders what ran, where, and which files belong to the run.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup}
 * @example about(summary, { files: ['summary.json'] })
 */
export function about({ run, scenario, targetVUs, timestamp }, { files = [] }) {
  /** @type {[string, string | null][]} */
  const facts = [
    ['Test', run.test],
    ['Profile', `${run.profile} (set ${run.profileSet})`],
    ['Scenario', scenario],
    ['Target', run.target],
    ['Environment', run.environment],
    ['Users planned', String(targetVUs)],
    ['Length', `${length(run.durationMs)} of ${length(run.plannedMs)} planned`],
    ['Ended', timestamp],
    ['Run', run.id],
    ['Commit', run.gitCommit],
    ['k6', run.k6Version],
    ['Suite', run.suiteVersion],
  ];
  return section(
    'About this run',
    markup`<dl>
        ${facts.map(
          ([name, value]) =>
            value &&
            markup`<div>
              <dt>${name}</dt>
              <dd><bdi>${value}</bdi></dd>
            </div>`,
        )}
      </dl>
      ${files.length > 0 && markup`<p>Files of this run: ${files.map((file, i) => markup`${i > 0 && ', '}<a href="${`./${encodeURIComponent(file)}`}">${file}</a>`)}</p>`}`,
  );
}
