// data/traffic.mix.json as load and endpoints. Once per run.

import { parseJson } from '../../settings/json.js';
import { localPath } from '../../settings/paths.js';

const FORMAT = 1;

/** VUs for each request per second: answers that take five seconds. */
const MOST_VUS_PER_RATE = 5;

/**
 * As many of them are there from the start, or enough for answers that take a second: k6 drops a request for each VU
 * that it has to add.
 */
const MOST_READY = 1000;

/**
 * @typedef {object} Mix
 * @property {number} format
 * @property {{ seconds: number, perMinute: number }[]} stages
 * @property {MixRoute[]} routes
 * @property {{ name: string, share: number, reason: string }[]} left
 */

/**
 * @typedef {object} MixRoute
 * @property {string} name
 * @property {string} method
 * @property {number} weight requests in the log
 * @property {number[]} ok
 * @property {string[]} targets paths with their query
 */

const FILE = localPath(import.meta.resolve('../../../data/traffic.mix.json'));

/** @type {Mix} */
const mix = parseJson(open(FILE), 'data/traffic.mix.json');
if (mix.format !== FORMAT) {
  throw new Error(
    `data/traffic.mix.json has format ${mix.format}, this suite reads ${FORMAT}. Run: ./scripts/load-test.sh mix LOG`,
  );
}

/**
 * The routes as the VUs read them: JSON texts, each with the weights of all routes up to it.
 *
 * @returns {string[][]}
 * @example new SharedArray('mix', () => routesOfMix())
 */
export function routesOfMix() {
  let upTo = 0;
  return mix.routes.map((route) => {
    upTo += route.weight;
    return [JSON.stringify({ ...route, upTo })];
  });
}

/**
 * The arrival rate of the log.
 *
 * @returns {import('../../types/suite.js').TestSpec['defaultLoad']} undefined without a log
 * @example defineTest({ defaultLoad: loadOfLog(), ... })
 */
export function loadOfLog() {
  if (mix.stages.length === 0) {
    return undefined;
  }
  const peak = Math.max(...mix.stages.map(({ perMinute }) => perMinute)) / 60;
  const most = Math.ceil(peak * MOST_VUS_PER_RATE) + 10;
  // Steps rather than slopes: each slice has the requests that it had in the log.
  const stages = mix.stages.flatMap(({ seconds, perMinute: target }) => [
    { duration: '0s', target },
    { duration: `${Math.round(seconds * 1000)}ms`, target },
  ]);
  return {
    scenario: 'mix',
    shape: {
      executor: 'ramping-arrival-rate',
      startRate: mix.stages[0].perMinute,
      timeUnit: '1m',
      stages,
      preAllocatedVUs: Math.min(most, Math.max(MOST_READY, Math.ceil(peak) + 2)),
      maxVUs: most,
    },
  };
}

/**
 * The routes as endpoints, for thresholds and the summary. None is required: a short run may miss any of them.
 *
 * @returns {import('../../types/suite.js').Endpoint[]}
 * @example defineTest({ endpoints: endpointsOfMix(), ... })
 */
export function endpointsOfMix() {
  const total = mix.routes.reduce((sum, { weight }) => sum + weight, 0);
  const endpoints = mix.routes
    .filter(({ weight }) => weight >= 0.01 * total)
    .map(({ name, method, ok }) => ({
      name,
      method,
      kind: 'api_read',
      statuses: ok,
      url: '',
      params: {},
      options: { conditional: true },
    }));
  // Only what thresholds and summary read.
  return /** @type {any} */ (endpoints);
}

/**
 * Says what will be sent.
 *
 * @throws when there is nothing to send
 * @example defineTest({ prepare: announceMix, ... })
 */
export function announceMix() {
  if (mix.routes.length === 0) {
    throw new Error(
      'data/traffic.mix.json holds no routes yet. Run: ./scripts/load-test.sh mix access.log',
    );
  }
  const share = mix.left.reduce((sum, route) => sum + route.share, 0);
  console.log(
    `mix: ${mix.routes.length} routes; ${mix.left.length} routes with ${share.toFixed(2)} % of the log are left out`,
  );
}
