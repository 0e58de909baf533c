// The one door to the files that the owner of this suite edits: the engine imports them from here only.

export { heavyProfiles, loadSizedProfiles, purposes } from '../../config/profiles.js';
export { regression } from '../../config/regression.js';
export {
  profileThresholds,
  sloSets,
  standardThresholds,
  throughput,
} from '../../config/thresholds.js';

/**
 * Loads k6.config.js, at init. It reads settings, so nothing that reads the settings may ask for it.
 *
 * @returns {typeof import('../../k6.config.js')}
 * @example const { config, scenarios } = userConfig();
 */
export function userConfig() {
  return require('../../k6.config.js');
}
