/**
 * Change-data-capture tests.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const cdc = {
  settings: () => ({ settings: require('./settings.js').settings }),
  cleanUp: () => require('./clean-up.js').cleanUp,
  report: () => require('./pipeline-report.js').reportHooks,
};
