// What `load-test.sh cleanup` removes of a pipeline.
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
 * Removes the rows of a run from the read side.
 *
 * @param {string} id of the run
 * @throws when rows of it are left
 */
function removeRun(id) {
  if (env.databases[readSetting()] === undefined) {
    console.warn(`${readSetting()}: not set, nothing was removed where the pipeline ends`);
    return;
  }
  const side = openReadSide();
  const left = clear(side, id, parseDuration(env.CDC_DRAIN));
  side.close();
  if (left > 0) {
    throw new Error(`${left} documents of run ${id} are left`);
  }
}
