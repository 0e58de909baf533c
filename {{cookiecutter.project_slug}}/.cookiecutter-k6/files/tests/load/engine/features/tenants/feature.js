/**
 * Tenant tests: tiers, rate limits, memory and capacity.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const tenants = {
  settings: () => ({
    settings: require('./settings.js').settings,
    derive: ({ REPORT_WITHIN }) => ({
      reportWithinMs: require('../../settings/duration.js').parseDuration(REPORT_WITHIN),
    }),
  }),
};
