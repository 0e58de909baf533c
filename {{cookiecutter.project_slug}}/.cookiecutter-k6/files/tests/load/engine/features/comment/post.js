// Writes the results of a run into a comment on its pull or merge request, or updates the one that is there. Used by
// ci/comment.sh; sends requests to the API of GitHub or GitLab only:
//
//   COMMENT_TOKEN=... k6 run --quiet --env SUMMARIES=... engine/features/comment/post.js
//
// SUMMARIES is one path of a summary.json per line; empty: there is no result. hosts.js lists the other variables.
// Exits with 107 and the reason if the comment could not be written.

import { hide } from '../../vu/failures.js';
import { env } from '../../../lib/config.js';
import { Forbidden } from '../sharing/api.js';
import { linksOf } from '../sharing/ci.js';
import { readSummaries } from '../sharing/read-summaries.js';
import { hostOf } from './hosts.js';
import { markerOf, toComment, toEmptyComment } from './markdown.js';

/** @typedef {import('./types.js').Host} Host */
/** @typedef {import('./types.js').Tested} Tested */

export const options = { setupTimeout: '120s', iterations: 1 };

hide(__ENV.COMMENT_TOKEN);

const summaries = __VU === 0 ? readSummaries(__ENV.SUMMARIES ?? '') : [];

export default function nothing() {}

/** @throws if the comment could not be written */
export function setup() {
  try {
    console.log(write(hostOf(__ENV)));
  } catch (error) {
    throw error instanceof Forbidden
      ? new Error(
          `${error.message}. The token must be allowed to comment: tests/load/docs/sharing.md`,
        )
      : error;
  }
}

/**
 * @param {Host} host
 * @returns {string} what was done
 */
function write(host) {
  const request = host.request();
  if (request === undefined) {
    return 'No comment: there is no open request for this commit any more.';
  }
  const { id, target } = request;
  const context = {
    project: env.PROJECT_NAME,
    slug: env.PROJECT_SLUG,
    commit: __ENV.TESTED_COMMIT ?? '',
    target,
    ...linksOf(__ENV),
  };
  const existing = host.comments(id).find(({ body }) => body.startsWith(markerOf(context.slug)));
  if (summaries.length === 0) {
    if (existing === undefined) {
      return 'No comment: the run has no result.';
    }
    host.update(id, existing.id, toEmptyComment(context));
    return `Comment updated: the run has no result.`;
  }
  const body = toComment(
    summaries.map((summary) => ({ summary, baseline: baselineOf(summary, host, target) })),
    context,
  );
  if (existing === undefined) {
    host.create(id, body);
    return `Comment created on ${id}.`;
  }
  host.update(id, existing.id, body);
  return `Comment updated on ${id}.`;
}

/**
 * @param {import('../../types/summary.js').Summary} summary
 * @param {Host} host
 * @param {string} target
 * @returns {Tested['baseline']} that of the target branch; undefined if it has none that can be compared
 */
function baselineOf({ run, targetVUs, comparison }, host, target) {
  const plain = (/** @type {string} */ part) => part.replace(/[^\w-]/g, '-');
  const parts = run.test === run.profile ? [run.profile] : [run.profile, run.test];
  const name = plain(comparison?.baseline.name ?? parts.join('-'));
  const text = host.file(`${__ENV.SUITE_PATH ?? 'tests/load/'}baselines/${name}.json`, target);
  try {
    const baseline = JSON.parse(text ?? 'null');
    const fits = baseline?.targetVUs === targetVUs && baseline.plannedMs === run.plannedMs;
    return fits && Array.isArray(baseline.endpoints) ? baseline : undefined;
  } catch {
    return undefined;
  }
}

/** Returns nothing: this is no measurement. */
export function handleSummary() {
  return {};
}
