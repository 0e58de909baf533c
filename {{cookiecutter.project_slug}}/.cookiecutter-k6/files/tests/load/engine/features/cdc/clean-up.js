// The pipeline's part of `load-test.sh cleanup`.
//
// needs k6/x/mongo

import { ownedByRun } from '../../../config/cdc.js';
import { env } from '../../../lib/config.js';
import { parseDuration } from '../../settings/duration.js';
import { storeTargets } from '../database/targets.js';
import { clear } from './pipeline-stages.js';
import { openReadSide, readSetting } from './read-sides.js';

/** @type {import('../../types/features.js').CleanUpHooks} */
export const cleanUp = {
  owned: () => ownedByRun,
  targets: () => storeTargets([readSetting()]),
  removeRun,
};

/**
 * Removes the documents of a run from the read side.
 *
 * @param {string} id id of the run
 * @throws when some could not be removed
 */
function removeRun(id) {
  if (env.databases[readSetting()] === undefined) {
    console.warn(`${readSetting()} is not set: nothing was removed from the read side`);
    return;
  }
  const side = openReadSide();
  const left = clear(side, id, parseDuration(env.CDC_DRAIN));
  side.close();
  if (left > 0) {
    throw new Error(`${left} documents of run ${id} could not be removed`);
  }
}
