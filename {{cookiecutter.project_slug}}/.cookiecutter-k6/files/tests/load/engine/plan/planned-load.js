// How much load a test sends: its own shape or a profile, scaled by the settings.

import { env } from '../../lib/config.js';
import { formatDuration, parseDuration } from '../settings/duration.js';
import { userConfig } from '../settings/user-files.js';
import { namedStages, openModel, peakRate, peakVus, plannedMs, rescale } from './profiles.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').RunPlan} RunPlan */
/** @typedef {import('../types/suite.js').Shape} Shape */
/** @typedef {NonNullable<TestSpec['companions']>[number]} Companion */
/** @typedef {RunPlan & { shape: Shape, chosen: string | undefined, companions: Companion[] }} PlannedLoad */

const { getScenarioConfig, scenarios } = userConfig();

/**
 * Applies the chosen profile to a test: how many virtual users, for how long, in which steps.
 *
 * @param {TestSpec} spec
 * @returns {PlannedLoad} `chosen` is the profile; undefined when the test runs its own shape
 * @throws when the profile does not exist
 * @example plannedLoad(spec).vus // 50
 */
export function plannedLoad(spec) {
  const chosen = chosenProfile(spec);
  const scenario = spec.scenario ?? chosen ?? spec.defaultLoad?.scenario ?? spec.name;
  const whole = chosen === undefined ? ownShape(spec) : getScenarioConfig(chosen);
  refuseUnplannable(spec, whole);
  const scale = { duration: env.DURATION, timeScale: env.TIME_SCALE };
  const shape =
    env.RATE === undefined
      ? rescale(whole, { ...scale, vus: env.VUS })
      : openModel(rescale(whole, scale), env.RATE, {
          vus: env.VUS,
          most: mostVus(),
          seconds: secondsOf(env.RATE),
        });
  const factor =
    env.RATE === undefined ? peakVus(shape) / peakVus(spec.defaultLoad?.shape ?? whole) : 1;
  const durationMs = plannedMs(shape);
  return {
    chosen,
    scenario,
    shape,
    profile: chosen ?? scenario,
    vus: peakVus(shape),
    durationMs,
    stages: namedStages(shape),
    companions: (spec.companions ?? []).map((other) => scaledCompanion(other, factor, durationMs)),
  };
}

/** What an iteration may take, in seconds: its requests, and its pauses with THINK_TIME=1. */
const ANSWERS_S = 2;
const PAUSES_S = 8;

/** VUs for pauses: a VU needs half a megabyte or more, and with thousands of them only VUS says whether there is room. */
const MOST_FOR_PAUSES = 1000;

/**
 * @param {number} rate iterations per second
 * @returns {number} seconds that its first VUs last
 */
function secondsOf(rate) {
  return ANSWERS_S + Math.min(PAUSES_S * env.THINK_TIME, MOST_FOR_PAUSES / rate);
}

/** @returns {number} most VUs that a rate may bring about: those that the target may get */
function mostVus() {
  return env.target.isLocal || env.ALLOW_HEAVY ? Infinity : env.MAX_REMOTE_VUS;
}

const EXECUTORS = [
  'constant-vus',
  'ramping-vus',
  'constant-arrival-rate',
  'ramping-arrival-rate',
  'shared-iterations',
  'per-vu-iterations',
];

/**
 * Refuses executors without a planned duration: whether such a run was cut short could not be told.
 *
 * @param {TestSpec} spec
 * @param {Shape} shape
 */
function refuseUnplannable({ name }, { executor }) {
  if (!EXECUTORS.includes(executor)) {
    throw new Error(
      `${name}: executor '${executor}' has no planned duration, expected one of ${EXECUTORS.join(', ')}. ` +
        "Try: { executor: 'constant-vus', vus: 10, duration: '1m' }",
    );
  }
}

/**
 * @param {Companion} companion
 * @param {number} factor by which the test's own users are scaled
 * @param {number} wholeMs duration of the run, milliseconds
 * @returns {Companion} scaled alike, for its part of the run
 */
function scaledCompanion(companion, factor, wholeMs) {
  const [from, to] = companion.during ?? [0, 1];
  const isFixed = companion.scales === false;
  return {
    ...companion,
    startMs: Math.round(from * wholeMs),
    shape: rescale(companion.shape, {
      vus: isFixed ? undefined : peakVus(companion.shape) * factor,
      duration: formatDuration(Math.max(1000, (to - from) * wholeMs)),
      timeScale: 1,
    }),
  };
}

/**
 * Adds up the load of all scenarios of a test.
 *
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @returns {PlannedLoad & import('./guard.js').Intent} companions included
 * @example wholeLoad(spec, load).vus
 */
export function wholeLoad(spec, load) {
  const shapes = [load.shape, ...load.companions.map(({ shape }) => shape)];
  const sum = (/** @type {(shape: Shape) => number} */ of) =>
    shapes.reduce((total, shape) => total + of(shape), 0);
  return {
    ...load,
    vus: sum(peakVus),
    rate: sum(peakRate),
    heavyTest: spec.heavy && load.chosen === undefined ? spec.name : undefined,
  };
}

/**
 * The load that is certain at init. Files of scripts/ are also imported for their steps, so the users of their
 * own shape count only when they are what runs. `setup()` asks about those, and no VU iterates without it.
 *
 * @param {ReturnType<typeof wholeLoad>} load
 * @returns {import('./guard.js').Intent}
 * @example guardTarget(certainLoad(wholeLoad(spec, load)), spec);
 */
export function certainLoad(load) {
  const durationMs = env.DURATION === undefined ? 0 : parseDuration(env.DURATION);
  return load.chosen === undefined ? { ...load, vus: env.VUS ?? 0, rate: 0, durationMs } : load;
}

/**
 * A file of scenarios/ also runs the variants of its profile, such as `smoke-ramping`.
 *
 * @param {TestSpec} spec
 * @returns {string | undefined} undefined: the script's own shape
 */
function chosenProfile(spec) {
  const isVariant = env.PROFILE.startsWith(`${spec.profile}-`);
  if (
    spec.profile !== undefined &&
    env.PROFILE !== '' &&
    env.PROFILE !== spec.profile &&
    !isVariant
  ) {
    throw new Error(
      `PROFILE=${env.PROFILE}: scenarios/${spec.profile}.js always runs the profile ${spec.profile}. ` +
        `Run scenarios/${env.PROFILE}.js, a file of scripts/, or unset PROFILE.`,
    );
  }
  return isVariant ? env.PROFILE : (spec.profile ?? (env.PROFILE || undefined));
}

/**
 * @param {TestSpec} spec
 * @returns {Shape}
 */
function ownShape(spec) {
  if (spec.defaultLoad === undefined) {
    throw new Error(`${spec.name}: needs PROFILE, one of ${Object.keys(scenarios).join(', ')}`);
  }
  return spec.defaultLoad.shape;
}
