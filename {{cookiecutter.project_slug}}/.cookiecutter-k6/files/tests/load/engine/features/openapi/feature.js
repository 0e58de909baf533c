/**
 * The test of a whole API, from its OpenAPI document.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const openapi = {
  settings: () => ({
    settings: require('./settings.js').settings,
    derive: ({ WORKLOAD }) => (WORKLOAD === '' ? { WORKLOAD: 'openapi' } : {}),
  }),
};
