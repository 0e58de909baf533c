// What every test loads: its definition and its pauses. One file, because each module costs every VU about 7 KB.

import k6 from 'k6';
import { SharedArray } from 'k6/data';
import { reportException } from '../engine/vu/failures.js';
import { env } from './config.js';

/** @typedef {import('../engine/types/suite.js').LoadTest} LoadTest */
/** @typedef {import('../engine/types/suite.js').TestSpec} TestSpec */

const WITHOUT_SETUP =
  'set-up did not run (--no-setup) or returned nothing: it is what asks whether this load may be sent and ' +
  'whether the service is healthy. Run the test with its set-up; nothing was sent';

/** What can abort the test. One VU is enough: the module costs each 5 KB. */
const execution = __VU <= 1 ? require('k6/execution') : undefined;

/**
 * Whether k6 runs the init code for the first time. It reads the options then, and never again: set-up, teardown and
 * summary run the same code once more, while all VUs are in memory.
 */
let isFirstInit = false;
if (__VU === 0) {
  new SharedArray('first run of the init code', () => [(isFirstInit = true)]);
}

/**
 * Defines a test: what it does (the spec) x how much (the profile) x where (the settings).
 *
 * k6 runs this in every VU, but needs options, set-up and summary only once. They are loaded only outside the VUs, so
 * that a VU needs little more memory than that of a bare script.
 *
 * @param {TestSpec} spec
 * @returns {LoadTest}
 * @throws at init: on an unknown profile, or a target that is not allowed
 * @example
 * const test = defineTest({ name: 'health', defaultLoad: { scenario: 'health_check', shape }, endpoints: [HEALTH] });
 * export const { options, setup, teardown, handleSummary } = test;
 * export default test.run(() => checkHealthResponse(request(HEALTH)));
 */
export function defineTest(spec) {
  const plan = new SharedArray(`plan of ${spec.name}`, () => [
    require('../engine/plan/plan.js').planForVus(spec),
  ])[0];
  let isRun = false;
  const once =
    __VU === 0
      ? require('../engine/plan/plan.js').planTest(spec, () => isRun, isFirstInit)
      : undefined;
  const { timeline } = plan;
  const record =
    timeline !== undefined && __VU > 0 && __VU % timeline.every === 0
      ? require('../engine/vu/timeline.js').recording(timeline, require('./http.js').recordWith)
      : undefined;
  return /** @type {LoadTest} */ ({
    ...once,
    ...plan,
    run: (iteration) => {
      isRun = true;
      return guarded(
        plan.stages.length > 0
          ? require('../engine/vu/stage-tag.js').withStage(plan.stages, iteration)
          : iteration,
        record,
      );
    },
  });
}

/**
 * Counts what an iteration throws instead of letting k6 log a stack per iteration and still exit with 0. Without
 * set-up there is no iteration.
 *
 * @template T
 * @param {(data: T) => unknown} iteration may be async
 * @param {(startedAt: number) => void} [record] starts recording requests over time; called with the end of set-up
 * @returns {(data: T) => any}
 */
function guarded(iteration, record) {
  let isFirst = record !== undefined;
  return (data) => {
    try {
      if (isFirst) {
        isFirst = false;
        record?.(Date.parse(/** @type {any} */ (data)?.startedAt));
      }
      if (!data) {
        execution?.test.abort(WITHOUT_SETUP);
        k6.sleep(1);
        throw new Error(WITHOUT_SETUP);
      }
      const result = iteration(data);
      // Most iterations return nothing. This comes first because k6 looks up global names, such as `Promise`, each time.
      return result && result instanceof Promise ? result.catch(reportException) : null;
    } catch (error) {
      return reportException(error);
    }
  };
}

// Pauses

const scale = env.THINK_TIME;

/**
 * Pauses, scaled by `THINK_TIME`.
 *
 * @param {number} seconds
 * @example pause(0.1)
 */
export function pause(seconds) {
  if (scale > 0 && seconds > 0) {
    k6.sleep(seconds * scale);
  }
}

/**
 * Pauses as a person would, for a random time between two bounds, scaled by `THINK_TIME`.
 *
 * @param {number} [min] seconds
 * @param {number} [max] seconds
 * @example thinkTime(0.5, 1)
 */
export function thinkTime(min = 1, max = 3) {
  if (scale > 0) {
    k6.sleep(randomBetween(min, max) * scale);
  }
}

/**
 * A random number, fractions included.
 *
 * @param {number} min
 * @param {number} max
 * @returns {number} at least min, below max
 * @example randomBetween(0.5, 1) // 0.73...
 */
export function randomBetween(min, max) {
  return min + Math.random() * (max - min);
}
