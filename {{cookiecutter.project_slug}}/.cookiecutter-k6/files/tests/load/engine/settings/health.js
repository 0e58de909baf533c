// Which answers count as healthy: the presets of HEALTH_PRESET and the defaults.

/**
 * What a stack answers when it is healthy. What is left out has the default of its setting.
 *
 * @typedef {object} Preset
 * @property {string[]} paths from the base, not below API_PREFIX
 * @property {string[]} [words]
 */

/** Words that mean healthy, in lower case. */
const WORDS = ['healthy', 'ok', 'up', 'pass', 'alive', 'ready', 'true'];

/** Stands for an answer without a body. */
const EMPTY = 'empty';

/** Health documents of well-known stacks as they come out of the box. @type {Record<string, Preset>} */
export const HEALTH_PRESETS = {
  'spring-actuator': { paths: ['/actuator/health'] },
  quarkus: { paths: ['/q/health'] },
  micronaut: { paths: ['/health'] },
  aspnet: { paths: ['/health'] },
  fastapi: { paths: ['/health'] },
  express: { paths: ['/health'] },
  // Each check by its name, and status 500 if one fails.
  'django-health-check': { paths: ['/ht/'], words: ['*'] },
  // A page whose background is green, and status 500 if the application does not boot.
  rails: { paths: ['/up'], words: ['*'] },
  laravel: { paths: ['/up'], words: ['*'] },
  go: { paths: ['/healthz'], words: [...WORDS, EMPTY] },
  k8s: { paths: ['/livez', '/readyz'], words: [...WORDS, EMPTY] },
};

/**
 * Works out the health settings: what is set counts, then the preset, then the default.
 *
 * @param {{ HEALTH_PRESET?: string, HEALTH_PATHS: readonly string[], HEALTH_STATUS_WORDS: readonly string[],
 *   API_PREFIX: string }} values
 * @returns {{ HEALTH_PATHS: readonly string[], HEALTH_STATUS_WORDS: readonly string[] }} words in lower case
 * @example healthOf({ HEALTH_PRESET: 'rails', HEALTH_PATHS: [], HEALTH_STATUS_WORDS: [], API_PREFIX: '' })
 */
export function healthOf({ HEALTH_PRESET, HEALTH_PATHS, HEALTH_STATUS_WORDS, API_PREFIX }) {
  const preset = HEALTH_PRESET === undefined ? undefined : HEALTH_PRESETS[HEALTH_PRESET];
  const chosen = (/** @type {readonly string[]} */ own, /** @type {readonly string[]} */ usual) =>
    own.length > 0 ? own : usual;
  return {
    HEALTH_PATHS: chosen(HEALTH_PATHS, preset?.paths ?? [`${API_PREFIX}/health`]),
    HEALTH_STATUS_WORDS: chosen(HEALTH_STATUS_WORDS, preset?.words ?? WORDS).map((word) =>
      word.toLowerCase(),
    ),
  };
}
