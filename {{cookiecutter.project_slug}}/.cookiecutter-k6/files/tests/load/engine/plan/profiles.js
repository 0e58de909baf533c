import { formatDuration, parseDuration } from '../settings/duration.js';

/** @typedef {import('../types/suite.js').Shape} Shape */
/** @typedef {import('../types/suite.js').Stage} Stage */

/**
 * How to rescale a profile.
 *
 * @typedef {object} Scale
 * @property {number} [vus] VUs at the peak
 * @property {string} [duration] duration of each hold, or total duration if the profile has no hold
 * @property {number} timeScale factor for all stages whose duration is not set by `duration`
 */

/**
 * The peak number of VUs of a shape. For arrival-rate executors, this is the VU pool.
 *
 * @param {Shape} shape
 * @returns {number}
 * @example peakVus({ executor: 'constant-vus', vus: 20, duration: '30m' }) // 20
 */
export function peakVus(shape) {
  switch (shape.executor) {
    case 'constant-vus':
    case 'shared-iterations':
    case 'per-vu-iterations':
      return shape.vus;
    case 'ramping-vus':
      return Math.max(shape.startVUs ?? 0, ...shape.stages.map((stage) => stage.target));
    default:
      return shape.maxVUs ?? shape.preAllocatedVUs;
  }
}

/**
 * The peak arrival rate of a shape. With VU executors, the rate depends on the service.
 *
 * @param {Shape} shape
 * @returns {number} iterations per second; 0 for VU executors
 * @example peakRate({ executor: 'constant-arrival-rate', rate: 50, ... }) // 50
 */
export function peakRate(shape) {
  const perSecond = (/** @type {number} */ rate, /** @type {string} */ unit = '1s') =>
    rate / (parseDuration(unit) / 1000);
  switch (shape.executor) {
    case 'constant-arrival-rate':
      return perSecond(shape.rate, shape.timeUnit);
    case 'ramping-arrival-rate':
      return perSecond(
        Math.max(shape.startRate ?? 0, ...shape.stages.map((stage) => stage.target)),
        shape.timeUnit,
      );
    default:
      return 0;
  }
}

/** k6's own limit for a number of iterations. */
const LONGEST_ITERATIONS = '10m';

/**
 * Planned duration of a shape, without graceful stops.
 *
 * @param {Shape} shape
 * @returns {number} milliseconds
 * @example plannedMs({ executor: 'constant-vus', vus: 20, duration: '30m' }) // 1800000
 */
export function plannedMs(shape) {
  if ('iterations' in shape) {
    // It ends when the iterations are done.
    return parseDuration(shape.maxDuration ?? LONGEST_ITERATIONS);
  }
  return 'stages' in shape
    ? shape.stages.reduce((sum, stage) => sum + parseDuration(stage.duration), 0)
    : parseDuration(shape.duration);
}

/**
 * Returns for each stage whether it is a hold.
 *
 * @param {Stage[]} stages
 * @param {number} start target before the first stage
 * @returns {boolean[]}
 */
function holds(stages, start) {
  return stages.map((stage, index) => {
    const before = index === 0 ? start : stages[index - 1].target;
    return stage.target > 0 && stage.target === before;
  });
}

/**
 * Scales a count, but never down to 0. With few VUs, several steps may become equal.
 *
 * @param {number} count
 * @param {number} factor
 * @returns {number}
 */
function scaled(count, factor) {
  return count === 0 ? 0 : Math.max(1, Math.round(count * factor));
}

/**
 * @param {Stage[]} stages
 * @param {number} start
 * @param {number} factor
 * @param {Scale} scale
 * @returns {Stage[]}
 */
function rescaledStages(stages, start, factor, { duration, timeScale }) {
  const held = holds(stages, start);
  const total = stages.reduce((sum, stage) => sum + parseDuration(stage.duration), 0);
  const stretch =
    duration !== undefined && !held.includes(true) ? parseDuration(duration) / total : timeScale;
  return stages.map((stage, index) => ({
    duration:
      duration !== undefined && held[index]
        ? duration
        : stretch === 1
          ? stage.duration
          : formatDuration(parseDuration(stage.duration) * stretch),
    target: scaled(stage.target, factor),
  }));
}

/**
 * Rescales a profile: targets in proportion, holds to the given duration.
 *
 * @param {Shape} shape as in config/profiles.js
 * @param {Scale} scale
 * @returns {Shape} a new shape
 * @example rescale({ executor: 'constant-vus', vus: 1, duration: '1m' }, { vus: 5, timeScale: 1 })
 */
export function rescale(shape, scale) {
  const factor = scale.vus === undefined ? 1 : scale.vus / peakVus(shape);
  if ('iterations' in shape) {
    const vus = scaled(shape.vus, factor);
    // k6 refuses fewer shared iterations than VUs.
    const most = shape.executor === 'shared-iterations' ? Math.min(vus, shape.iterations) : vus;
    return { ...shape, vus: most, ...(scale.duration && { maxDuration: scale.duration }) };
  }
  if (shape.executor === 'ramping-vus') {
    const start = shape.startVUs ?? 0;
    return {
      ...shape,
      startVUs: scaled(start, factor),
      stages: rescaledStages(shape.stages, start, factor, scale),
    };
  }
  if (shape.executor === 'ramping-arrival-rate') {
    const start = shape.startRate ?? 0;
    return {
      ...shape,
      ...rescaledPool(shape, factor),
      startRate: scaled(start, factor),
      stages: rescaledStages(shape.stages, start, factor, scale),
    };
  }
  const duration = scale.duration ?? rescaledDuration(shape.duration, scale.timeScale);
  return shape.executor === 'constant-vus'
    ? { ...shape, vus: scaled(shape.vus, factor), duration }
    : { ...shape, ...rescaledPool(shape, factor), rate: scaled(shape.rate, factor), duration };
}

/**
 * k6 requires constant executors to last at least one second.
 *
 * @param {string} duration
 * @param {number} timeScale
 */
function rescaledDuration(duration, timeScale) {
  return timeScale === 1
    ? duration
    : formatDuration(Math.max(1000, parseDuration(duration) * timeScale));
}

/**
 * @param {{ preAllocatedVUs: number, maxVUs?: number }} pool
 * @param {number} factor
 */
function rescaledPool({ preAllocatedVUs, maxVUs }, factor) {
  return {
    preAllocatedVUs: scaled(preAllocatedVUs, factor),
    ...(maxVUs === undefined ? {} : { maxVUs: scaled(maxVUs, factor) }),
  };
}

/** Most VUs per iteration that starts in a second. */
const MOST_VUS = 20;

/**
 * Turns a profile into an open model: its stages become iterations per second, which start whether or not earlier ones
 * are done. With VUs alone, a slow service simply gets less load.
 *
 * @param {Shape} shape
 * @param {number} rate iterations per second at the peak
 * @param {object} [pool]
 * @param {number} [pool.vus] most VUs, all of them there from the start
 * @param {number} [pool.most] limit of the default, which is 20 for each iteration per second
 * @param {number} [pool.seconds] iterations of the default pool may take this long before k6 needs further VUs. Each of
 *   those costs an iteration: k6 drops one for every VU that it has to add
 * @returns {Shape}
 * @throws when the profile counts iterations
 * @example openModel({ executor: 'constant-vus', vus: 20, duration: '5m' }, 50)
 */
export function openModel(shape, rate, { vus: given, most = Infinity, seconds = 2 } = {}) {
  const vus = given ?? Math.min(most, rate * MOST_VUS);
  if ('iterations' in shape) {
    throw new Error(
      `RATE=${rate}: this profile runs a number of iterations (${shape.executor}). Choose another profile, or unset RATE`,
    );
  }
  const first = given ?? Math.min(vus, Math.ceil(rate * seconds));
  const pool = { preAllocatedVUs: first, maxVUs: vus, timeUnit: '1s' };
  const { gracefulStop } = shape;
  const common = { ...pool, ...(gracefulStop !== undefined && { gracefulStop }) };
  if (!('stages' in shape)) {
    return { ...common, executor: 'constant-arrival-rate', rate, duration: shape.duration };
  }
  const start = 'startRate' in shape ? shape.startRate : 'startVUs' in shape ? shape.startVUs : 0;
  const peak = Math.max(start ?? 0, ...shape.stages.map(({ target }) => target));
  return {
    ...common,
    executor: 'ramping-arrival-rate',
    startRate: scaled(start ?? 0, rate / peak),
    stages: shape.stages.map((stage) => ({ ...stage, target: scaled(stage.target, rate / peak) })),
  };
}

/**
 * A named part of a ramping profile, for the tag `stage`.
 *
 * @typedef {object} NamedStage
 * @property {string} name `step-1-50vus`, `recovery`, `ramp-down`
 * @property {number} endsAt milliseconds after the scenario's start
 */

/**
 * Names the steps of a shape, so that the summary can report at which step a service broke and whether it recovered.
 * A ramp and the hold that follows are one step; everything after the peak is recovery.
 *
 * @param {Shape} shape
 * @returns {NamedStage[]} empty if there is only one load level
 * @example namedStages({ executor: 'constant-vus', vus: 1, duration: '1m' }) // []
 */
export function namedStages(shape) {
  if (!('stages' in shape)) {
    return [];
  }
  const unit = shape.executor === 'ramping-vus' ? 'vus' : 'rate';
  const targets = shape.stages.map((stage) => stage.target);
  const peak = Math.max(...targets);
  if (new Set(targets.filter((target) => target > 0)).size < 2) {
    return [];
  }
  /** @type {NamedStage[]} */
  const steps = [];
  let elapsed = 0;
  let step = 0;
  let peakSeen = false;
  shape.stages.forEach((stage, index) => {
    elapsed += parseDuration(stage.duration);
    if (index > 0 && stage.target === targets[index - 1]) {
      steps[steps.length - 1].endsAt = elapsed;
      return;
    }
    step += 1;
    const after = peakSeen && stage.target < peak;
    const name = stage.target === 0 ? 'ramp-down' : `step-${step}-${stage.target}${unit}`;
    steps.push({ name: after && stage.target > 0 ? 'recovery' : name, endsAt: elapsed });
    peakSeen = peakSeen || stage.target === peak;
  });
  return steps;
}
