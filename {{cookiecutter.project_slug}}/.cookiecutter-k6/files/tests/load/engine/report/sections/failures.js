// What failed, as the first VUs saw it, and what was slow.

import { CAUSES } from '../../summary/causes.js';
import { clock, grouped, milliseconds } from '../format.js';
import { markup } from '../markup.js';
import { cell, section, table } from '../parts.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('../../types/summary.js').FailedResponse} FailedResponse */
/** @typedef {import('../../types/report.js').ReportExtras} ReportExtras */
/** @typedef {import('../../types/report.js').Timeline} Timeline */
/** @typedef {import('../markup.js').Markup} Markup */

/** Rows of the slowest requests. */
const MOST_SLOW = 8;

/** An exact maximum this much above the sampled one belongs to a request that was not sampled. */
const ROUNDING = 1.001;

/**
 * Shows failed checks and slow requests next to the responses that failed.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup | null} null if nothing failed
 * @example failures(summary, { timeline })
 */
export function failures(summary, extras) {
  const { failedChecks, failedResponses = [] } = summary;
  const checks =
    failedChecks.length > 0 &&
    section(
      'Failed checks',
      table(
        'Most failures first',
        ['Check', 'Failed', 'Passed'],
        failedChecks.map(({ name, fails, passes }) => [
          markup`<bdi>${name}</bdi>`,
          cell(fails, grouped(fails)),
          cell(passes, grouped(passes)),
        ]),
      ),
    );
  const responses =
    failedResponses.length > 0 &&
    section(
      'First failed responses',
      markup`<p>The first of each kind. Secrets are replaced by ***.</p>
        <ol class="responses">
          ${failedResponses.map(response)}
        </ol>`,
    );
  return checks || responses
    ? markup`<div class="pair">
        ${responses}
        <div>${checks} ${slowRequests(summary, extras)}</div>
      </div>`
    : null;
}

/**
 * @param {FailedResponse} failed
 * @returns {Markup}
 */
function response({ name, cause, checks, request, note, status, body, seconds, vu, iteration }) {
  const why =
    cause === undefined ? (checks ?? []).map((check) => `'${check}'`).join(', ') : CAUSES[cause];
  const place = [
    request,
    seconds !== null && `at ${clock(seconds)}`,
    `VU ${vu}, iteration ${iteration}`,
  ];
  return markup`<li>
    <p>
      <strong><bdi>${name}</bdi></strong>:
      ${status === 0 ? 'no response' : markup`<span class="bad">${status}</span>`}, <bdi>${why}</bdi>
    </p>
    <p class="quiet"><bdi>${place.filter(Boolean).join(', ')}</bdi></p>
    ${note && markup`<pre><bdi>${note}</bdi></pre>`}
    ${bodyOf(status, body)}
  </li> `;
}

/**
 * @param {number} status
 * @param {string | null} body
 * @returns {Markup | null}
 */
function bodyOf(status, body) {
  if (status === 0) {
    return null;
  }
  if (body === null) {
    return markup`<p class="quiet">The response may hold a secret and is not shown.</p>`;
  }
  return body === ''
    ? markup`<p class="quiet">empty body</p>`
    : markup`<pre><bdi>${body}</bdi></pre>`;
}

/**
 * Lists the slowest requests of a run without failures.
 *
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup | null} null if they are listed next to the failures, or the run was not recorded over time
 * @example slowest(summary, { timeline })
 */
export function slowest(summary, extras) {
  return failures(summary, extras) === null ? slowRequests(summary, extras) : null;
}

/**
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup | null} null for a run that was not recorded over time
 */
function slowRequests({ endpoints }, { timeline }) {
  const rows = timeline ? slowestRows(endpoints, timeline) : [];
  return rows.length === 0
    ? null
    : section(
        'Slowest requests',
        table(
          'The slowest request of an endpoint in each period of the charts',
          ['Endpoint', 'Duration', 'Finished'],
          rows.map(({ name, ms, when }) => [
            markup`<bdi>${name}</bdi>`,
            cell(ms, milliseconds(ms)),
            when,
          ]),
        ),
      );
}

/**
 * @param {Summary['endpoints']} endpoints
 * @param {Timeline} timeline
 * @returns {{ name: string, ms: number, when: string }[]} slowest first
 */
function slowestRows(endpoints, { at, endpoints: courses }) {
  const sampled = courses.flatMap(({ name, max }) =>
    max.flatMap((ms, i) =>
      ms === null
        ? []
        : [{ name, ms, when: `${clock(i === 0 ? 0 : at[i - 1])} to ${clock(at[i])}` }],
    ),
  );
  const missed = endpoints.flatMap(({ name, duration }) => {
    const known = Math.max(...sampled.filter((row) => row.name === name).map(({ ms }) => ms));
    return duration !== null && duration.max > known * ROUNDING
      ? [{ name, ms: duration.max, when: 'not sampled' }]
      : [];
  });
  return [...sampled, ...missed].sort((a, b) => b.ms - a.ms).slice(0, MOST_SLOW);
}
