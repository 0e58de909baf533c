/**
 * Tests of an API's resources, described as a table.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const resources = {
  settings: () => ({
    settings: require('./settings.js').settings,
    derive: ({ WORKLOAD }) => (WORKLOAD === '' ? { WORKLOAD: 'resources' } : {}),
  }),
};
