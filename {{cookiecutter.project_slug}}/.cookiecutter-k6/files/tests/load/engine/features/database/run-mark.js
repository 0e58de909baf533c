import { SharedArray } from 'k6/data';
import { env } from '../../../lib/config.js';

/** What a run id may be: everything else could be read as a part of a mark. */
const RUN_ID = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * The id of this run, the same in every VU: the wrapper's, or one of the same form.
 *
 * @type {string}
 */
export const runId = new SharedArray('run id', () => [env.RUN_ID || newRunId()])[0];

/** @returns {string} */
function newRunId() {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-k6-${Math.random().toString(16).slice(2, 10)}`;
}

/**
 * What stands in a column of every row that a run makes, so that it can be found again: a plus sign, which no run id
 * holds, and the run id, at the very end or before a fixed ending.
 *
 * @param {string} [id] left out: of this run
 * @param {string} [ending]
 * @returns {string}
 * @throws when the id could be taken for something else
 * @example markOf('nightly-1', '@loadtest.com') // '+nightly-1@loadtest.com'
 */
export function markOf(id = runId, ending = '') {
  if (!RUN_ID.test(id)) {
    throw new Error(
      `RUN_ID=${id}: expected at most 100 letters, digits, dots, dashes and underscores`,
    );
  }
  return `+${id}${ending}`;
}
