import { SharedArray } from 'k6/data';
import { env } from '../../../lib/config.js';

/** Valid run ids; other characters could be mistaken for part of the mark. */
const RUN_ID = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * Id of this run, the same in every VU: set by the wrapper, or generated in the same format.
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
 * The mark that identifies the rows of a run. It ends a text column of every row: a plus sign (never part of a run id)
 * and the run id, optionally followed by a fixed ending.
 *
 * @param {string} [id] run id; default: this run
 * @param {string} [ending]
 * @returns {string}
 * @throws when the id is invalid
 * @example markOf('nightly-1', '@loadtest.com') // '+nightly-1@loadtest.com'
 */
export function markOf(id = runId, ending = '') {
  if (!RUN_ID.test(id)) {
    throw new Error(
      `RUN_ID=${id} is invalid: expected 1 to 100 letters, digits, dots, dashes and underscores`,
    );
  }
  return `+${id}${ending}`;
}
