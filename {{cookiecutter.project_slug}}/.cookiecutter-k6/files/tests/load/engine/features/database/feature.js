/**
 * Shared by the database and pipeline tests: settings that hold addresses.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const database = {
  settings: () => ({
    settings: require('./settings.js').settings,
    derive: (values, service, table) => ({
      databases: require('./addresses.js').addressesOf(values, table),
    }),
  }),
};
