/**
 * The database test.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const queries = {
  cleanUp: () => ({ owned: () => require('../../../config/database.js').database.owned }),
};
