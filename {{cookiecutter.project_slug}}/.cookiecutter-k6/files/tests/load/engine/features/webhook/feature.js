/**
 * A message to Slack or Teams after every run.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const webhook = {
  settings: () => ({ settings: require('./settings.js').settings }),
};
