/**
 * The test of a whole API, from its OpenAPI document.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const openapi = {
  settings: () => ({
    settings: require('./settings.js').settings,
    // What load, soak and spike run, once there is something to send.
    derive: ({ WORKLOAD }) =>
      WORKLOAD === '' && require('./settings.js').isCompiled() ? { WORKLOAD: 'openapi' } : {},
  }),
};
