/**
 * Tests of WebSockets.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const sockets = {
  settings: () => ({
    settings: require('./settings.js').settings,
    derive: (values, service) => ({
      socket: require('./socket-settings.js').socketSettings(values, service.href),
    }),
  }),
  plan: () => require('./socket-plan.js').planHooks,
  summary: () => require('./socket-summary.js').summaryHooks,
  report: () => require('./socket-report.js').reportHooks,
};
