/**
 * The database test.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const queries = {
  report: () => require('./query-report.js').reportHooks,
  cleanUp: () => ({ owned: () => require('../../../config/database.js').database.owned }),
};
