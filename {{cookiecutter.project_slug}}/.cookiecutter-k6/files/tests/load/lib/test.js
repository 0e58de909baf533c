import exec from 'k6/execution';
import { config, scenarios } from '../k6.config.js';
import { heavyProfiles, loadSizedProfiles } from '../config/profiles.js';
import { profileThresholds, sloSets } from '../config/thresholds.js';
import { parseDuration } from './duration.js';
import { env } from './env.js';
import { reportOnce } from './log.js';
import { scriptErrors } from './metrics.js';
import { namedStages, peakVus, plannedMs, rescale } from './profiles.js';
import { summarize } from './summary.js';
import { guardTarget } from './target.js';
import { addThresholds, buildThresholds, parseOverrides } from './thresholds.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').Shape} Shape */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */

/**
 * Puts a test together: what it does (the spec) x how much (the profile) x where (the settings). Gives the
 * k6 options and the summary writer; refuses at init whatever cannot be meant.
 *
 * @param {TestSpec} spec
 * @returns {import('../types/suite.js').LoadTest}
 * @throws on an unknown profile or a target nobody allowed
 * @example
 * const test = defineTest({ name: 'health', own: { key: 'health_check', shape }, endpoints: [HEALTH] });
 * export const { options, handleSummary } = test;
 * export default test.run(() => { checkHealthResponse(request(HEALTH)); });
 */
export function defineTest(spec) {
  const profile = chosenProfile(spec);
  const key = profile ?? spec.own?.key ?? spec.name;
  const shape = rescale(profile === undefined ? ownShape(spec) : shapeOf(profile), {
    vus: env.VUS,
    duration: env.DURATION,
    timeScale: env.TIME_SCALE,
  });
  const vus = peakVus(shape);
  const durationMs = plannedMs(shape);
  guardTarget({ profile: key, vus, durationMs });

  const stages = namedStages(shape);
  const tags = {
    ...config.tags,
    ...spec.tags,
    profile: key,
    target_vus: String(vus),
    ...(env.RUN_ID ? { testid: env.RUN_ID } : {}),
  };
  const scenario = /** @type {import('k6/options').Scenario} */ ({
    ...shape,
    // Once more per scenario: `k6 run --tag` replaces the tags of the whole test.
    tags: { ...tags, phase: 'main' },
  });
  const thresholds = buildThresholds({
    targets: targetsOf(spec, profile),
    key,
    endpoints: spec.endpoints,
    stages: [...new Set(stages.map(({ name }) => name))],
    metrics: spec.metrics ?? Object.keys(spec.thresholds ?? {}),
    arrivalRate: shape.executor.endsWith('arrival-rate') && !isHeavy(profile),
  });

  return {
    key,
    profile: profile ?? key,
    scenario,
    peakVus: vus,
    durationMs,
    options: /** @type {import('k6/options').Options} */ ({
      scenarios: { [key]: scenario },
      thresholds,
      tags,
      summaryTrendStats: config.summaryTrendStats,
      systemTags: config.systemTags,
      insecureSkipTLSVerify: env.INSECURE_SKIP_TLS_VERIFY,
      setupTimeout: `${2 * parseDuration(env.REQUEST_TIMEOUT) + 30_000}ms`,
      ...spec.options,
    }),
    handleSummary: summarize({ spec, key, profile: profile ?? key, vus, durationMs, stages }),
    run: (iteration) => guarded(stages.length > 0 ? withStage(stages, iteration) : iteration),
  };
}

/**
 * @param {TestSpec} spec
 * @returns {string | undefined} undefined: the script's own shape
 */
function chosenProfile(spec) {
  if (spec.profile !== undefined && env.PROFILE !== '' && env.PROFILE !== spec.profile) {
    throw new Error(
      `PROFILE=${env.PROFILE}: scenarios/${spec.profile}.js always runs the profile ${spec.profile}. ` +
        `Run scenarios/${env.PROFILE}.js, a file of scripts/, or unset PROFILE.`,
    );
  }
  return spec.profile ?? (env.PROFILE || undefined);
}

/**
 * @param {TestSpec} spec
 * @returns {Shape}
 */
function ownShape(spec) {
  if (spec.own === undefined) {
    throw new Error(`${spec.name}: needs PROFILE, one of ${profileNames()}`);
  }
  return spec.own.shape;
}

/** @returns {string} */
function profileNames() {
  return Object.keys(scenarios).join(', ');
}

/**
 * @param {string} profile
 * @returns {Shape}
 * @throws when the active set has no such profile
 */
function shapeOf(profile) {
  if (!Object.hasOwn(scenarios, profile)) {
    throw new Error(
      `PROFILE=${profile}: unknown in PROFILE_SET=${env.PROFILE_SET}, expected one of ${profileNames()}. ` +
        'Try: PROFILE=smoke',
    );
  }
  return /** @type {Record<string, Shape>} */ (scenarios)[profile];
}

/**
 * @param {string | undefined} profile
 * @returns {boolean}
 */
function isHeavy(profile) {
  return profile !== undefined && heavyProfiles.includes(profile);
}

/**
 * Merges what counts as good. A journey's own targets are stricter than an ordinary profile's and win over
 * them; a profile that is meant to overload the service replaces them.
 *
 * @param {TestSpec} spec
 * @param {string | undefined} profile
 * @returns {Thresholds}
 */
function targetsOf(spec, profile) {
  const set = /** @type {Record<string, Record<string, Thresholds>>} */ (profileThresholds)[
    env.PROFILE_SET
  ];
  const byProfile = (profile === undefined ? undefined : set?.[profile]) ?? config.thresholds;
  const base = isHeavy(profile) ? byProfile : { ...byProfile, ...spec.thresholds };
  const slo = env.SLO === undefined ? undefined : sloSets[env.SLO];
  const loadSized = profile !== undefined && loadSizedProfiles.includes(profile);
  return {
    ...addThresholds(base, { ...slo?.thresholds, ...(loadSized ? slo?.loadSized : {}) }),
    ...parseOverrides(env.THRESHOLDS),
  };
}

/**
 * Counts what an iteration throws instead of letting k6 log a stack per iteration and still exit with 0.
 *
 * @template T
 * @param {(data: T) => unknown} iteration may be async
 * @returns {(data: T) => any}
 */
function guarded(iteration) {
  return (data) => {
    try {
      const result = iteration(data);
      return result instanceof Promise ? result.catch(recordException) : undefined;
    } catch (error) {
      recordException(error);
      return undefined;
    }
  };
}

/** @param {unknown} error */
function recordException(error) {
  scriptErrors.add(1);
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
  reportOnce(`exception ${text}`, () => `iteration ended in an exception: ${text.trim()}`);
}

/**
 * Tags the samples of an iteration with the load step it started in.
 *
 * @template T
 * @param {import('./profiles.js').NamedStage[]} stages
 * @param {(data: T) => unknown} iteration
 * @returns {(data: T) => unknown}
 */
function withStage(stages, iteration) {
  let current = '';
  return (data) => {
    const elapsed = Date.now() - exec.scenario.startTime;
    const { name } = stages.find(({ endsAt }) => elapsed < endsAt) ?? stages[stages.length - 1];
    if (name !== current) {
      exec.vu.metrics.tags.stage = name;
      current = name;
    }
    return iteration(data);
  };
}
