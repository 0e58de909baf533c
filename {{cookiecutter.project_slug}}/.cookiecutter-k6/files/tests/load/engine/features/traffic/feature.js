/**
 * Recorded traffic as load.
 *
 * @type {import('../../types/features.js').Feature}
 */
export const traffic = {
  settings: () => ({ settings: require('./settings.js').settings }),
};
