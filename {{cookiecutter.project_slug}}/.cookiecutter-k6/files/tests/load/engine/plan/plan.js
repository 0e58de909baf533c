// Everything about a test that k6 needs once: options, setup, teardown and summary. lib/define.js loads it
// outside the VUs only.

import exec from 'k6/execution';
import { Rate } from 'k6/metrics';
import { readBaseline } from '../baseline/baseline.js';
import { env } from '../../lib/config.js';
import { hooksOf } from '../features/registry.js';
import { refusalOf, segmentOf, summarizeSegment } from '../segments/segment.js';
import { shownTarget, summarize } from '../summary/summary.js';
import { withNewNames } from '../vu/old-names.js';
import { TEARDOWN_CHECK } from '../summary/causes.js';
import { guardTarget } from './guard.js';
import { finish, start } from './lifecycle.js';
import { absent } from './readiness.js';
import { asSegment, optionsOf } from './options.js';
import { certainLoad, plannedLoad, wholeLoad } from './planned-load.js';
import { refuseMistakes } from './mistakes.js';
import { explained } from './set-up.js';
import { overrides, warnOfIgnored } from './targets.js';
import { plannedCourse, timelinePlan, timelineThresholds } from './timeline.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/baseline.js').Baseline} Baseline */
/** @typedef {import('./planned-load.js').PlannedLoad} PlannedLoad */

const features = hooksOf('plan');

/**
 * What the VUs have to know of the plan.
 *
 * @param {TestSpec} written
 * @returns {import('../types/suite.js').VuPlan}
 * @throws when the profile does not exist
 * @example planForVus(spec).stages
 */
export function planForVus(written) {
  const spec = withNewNames(written);
  const load = plannedLoad(spec);
  const { shape, stages, durationMs } = load;
  return { stages, durationMs, timeline: timelinePlan(spec, load), ...spec.forVus?.(shape) };
}

/**
 * Puts a test together: what it does (the spec), how much (the profile) and where (the settings).
 *
 * @param {TestSpec} written
 * @param {() => boolean} isGuarded whether its iterations went through `run`, asked at the end
 * @param {boolean} isFirst whether k6 runs the init code for the first time, which is when it reads the options
 * @returns {import('../types/suite.js').TestPlan}
 * @throws when the profile does not exist, the target is not allowed, or a threshold is about nothing
 * @example const { options, setup, teardown, handleSummary } = planTest(spec, () => true, true);
 */
export function planTest(written, isGuarded, isFirst) {
  const spec = withLogin(withNewNames(written));
  if (isFirst) {
    refuseMistakes(spec);
  }
  const load = plannedLoad(spec);
  const whole = wholeLoad(spec, load);
  if (isFirst) {
    guardTarget(certainLoad(whole), spec);
  }
  const { baseline, refusal } = baselineOf(spec, load);
  const isWhole = segmentOf() === undefined;
  // The summary of a segment passes the thresholds on.
  const options = isFirst || !isWhole ? wholeOptions(spec, load, baseline) : {};
  return {
    options: isWhole ? options : asSegment(options),
    setup: () =>
      explained(() => {
        guardTarget(whole, spec);
        const problem = refusal ?? refusalOf(spec, load.vus);
        if (problem !== undefined) {
          throw problem;
        }
        warnOfIgnored(() => /** @type {any} */ (exec.test.options.thresholds ?? {}));
        const info = start(whole, spec.readiness, shownTarget(spec));
        spec.prepare?.();
        return { ...info, without: absent(spec.endpoints) };
      }),
    teardown: (info) =>
      explained(() => {
        spec.finish?.();
        // undefined with `--no-setup`; lib/define.js has aborted such a run.
        if (info !== undefined) {
          finish(info);
        }
      }, TEARDOWN_CHECK),
    handleSummary: (data) => {
      const timeline = timelinePlan(spec, load);
      const run = {
        ...load,
        baseline,
        asked: Object.keys(overrides()),
        isGuarded,
        timeline: timeline && { ...timeline, planned: plannedCourse(timeline, load.shape) },
      };
      const summary = isWhole
        ? summarize(spec, run)
        : summarizeSegment(spec, run, /** @type {any} */ (options.thresholds));
      return summary(data);
    },
  };
}

/**
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @param {Baseline | undefined} baseline
 * @returns {import('k6/options').Options} of the whole run, with the sub-metrics that record it over time
 */
function wholeOptions(spec, load, baseline) {
  const options = optionsOf(spec, load, baseline);
  const timed = timelineThresholds(timelinePlan(spec, load));
  return { ...options, thresholds: { ...options.thresholds, ...timed } };
}

/**
 * Counts the requests of a login also for tests that log in and do not say so, so that the verdict can name it.
 *
 * @param {TestSpec} spec
 * @returns {TestSpec}
 */
function withLogin(spec) {
  if (env.AUTH_MODE !== 'login' || (spec.support ?? []).length > 0) {
    return spec;
  }
  // k6 knows a metric only when somebody made it: lib/auth.js is not part of every test.
  new Rate('support_failed');
  const login = /** @type {import('../types/suite.js').Endpoint} */ ({ name: 'auth login' });
  return { ...spec, support: [login] };
}

/**
 * The baseline to compare with. One that does not fit is refused in `setup()`, before any load: files of
 * scripts/ are also imported for their steps, and only `setup()` belongs to the test that runs.
 *
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @returns {{ baseline?: Baseline, refusal?: unknown }}
 */
function baselineOf(spec, { profile, scenario, vus, durationMs }) {
  if (!env.BASELINE) {
    return {};
  }
  const load = {
    test: spec.name,
    profile,
    scenario,
    targetVUs: vus,
    plannedMs: durationMs,
  };
  const further = features.map((feature) => feature.load?.(spec));
  try {
    return { baseline: readBaseline(env.BASELINE, Object.assign(load, ...further)) };
  } catch (refusal) {
    return { refusal };
  }
}
