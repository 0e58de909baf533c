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
 * Works out the health settings: what is set counts, then the preset, then the default. A service that need not be healthy
 * (READINESS) may answer its health paths with anything but a server error.
 *
 * @param {{ READINESS: string, HEALTH_PRESET?: string, HEALTH_PATHS: readonly string[], HEALTH_STATUSES: readonly string[],
 *   HEALTH_STATUS_WORDS: readonly string[], API_PREFIX: string }} values
 * @returns {{ HEALTH_PATHS: readonly string[], HEALTH_STATUSES: readonly string[], HEALTH_STATUS_WORDS: readonly string[] }}
 *   words in lower case
 * @example healthOf({ ...values, HEALTH_PRESET: 'rails' }).HEALTH_PATHS // ['/up']
 */
export function healthOf(values) {
  const { READINESS, HEALTH_PRESET, HEALTH_PATHS, HEALTH_STATUSES, HEALTH_STATUS_WORDS } = values;
  const { API_PREFIX } = values;
  const preset = HEALTH_PRESET === undefined ? undefined : HEALTH_PRESETS[HEALTH_PRESET];
  const chosen = (/** @type {readonly string[]} */ own, /** @type {readonly string[]} */ usual) =>
    own.length > 0 ? own : usual;
  const isFree = READINESS !== 'health';
  const words = chosen(HEALTH_STATUS_WORDS, isFree ? ['*'] : (preset?.words ?? WORDS));
  return {
    HEALTH_PATHS: chosen(HEALTH_PATHS, preset?.paths ?? [`${API_PREFIX}/health`]),
    HEALTH_STATUSES: isFree ? ['2xx', '3xx', '4xx'] : HEALTH_STATUSES,
    HEALTH_STATUS_WORDS: words.map((word) => word.toLowerCase()),
  };
}
