// One iteration: one request, in the proportions of an access log.

import exec from 'k6/execution';
import { SharedArray } from 'k6/data';
import { BASE_URL, env } from '../../../lib/config.js';
import { checker } from '../../../lib/checker.js';
import { endpoint, request } from '../../../lib/http.js';

/** One element per route, with the weights of all up to it. */
const routes = new SharedArray('mix', () => require('./mix-plan.js').routesOfMix());

/** The suite's own login, if it has one. */
const send = env.AUTH_MODE === 'none' ? request : require('../../../lib/auth.js').authorized;

/**
 * The golden ratio: its multiples fill 0 to 1 more evenly than chance, so that short runs have the right mix, too.
 */
const GOLDEN = 0.618033988749895;

/**
 * Sends one request: the route by its weight, an address of it by chance.
 *
 * @example export default test.run(runMix);
 */
export function runMix() {
  const aim = (exec.scenario.iterationInTest * GOLDEN) % 1;
  const { name, method, ok, targets } = routeAt(aim);
  const target = targets[Math.floor(Math.random() * targets.length)];
  const response = send(
    endpoint(name, `${BASE_URL}${target}`, { method, kind: 'api_read', statuses: ok }),
  );
  checker(name, { also: { [`${name} status as in the log`]: (r) => ok.includes(r.status) } })(
    response,
  );
}

/**
 * @param {number} share 0 to 1
 * @returns {import('./mix-plan.js').MixRoute}
 */
function routeAt(share) {
  const read = (/** @type {number} */ index) => JSON.parse(routes[index][0]);
  const aim = share * read(routes.length - 1).upTo;
  let from = 0;
  let to = routes.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (read(middle).upTo > aim) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return read(from);
}
