/**
 * What the tests of databases and pipelines share: addresses as settings.
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
