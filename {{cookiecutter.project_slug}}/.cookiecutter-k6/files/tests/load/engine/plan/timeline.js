// How a run is recorded over time: which VUs record, how often, in which slices. engine/vu/timeline.js does it.

import { env } from '../../lib/config.js';
import { hooksOf } from '../features/registry.js';
import { segmentOf } from '../segments/segment.js';
import { parseDuration } from '../settings/duration.js';
import { edgesOf } from '../summary/timeline.js';
import { peakVus } from './profiles.js';

/** @typedef {import('../types/suite.js').Shape} Shape */
/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */
/** @typedef {import('../types/suite.js').TimelinePlan} TimelinePlan */
/** @typedef {import('./planned-load.js').PlannedLoad} PlannedLoad */

const features = hooksOf('plan');

/** Endpoints with a course of their own; of tests with more of them, fewer: each slice of each costs 9 KB. */
const MOST_SERIES = 50;
const SERIES_OF_MANY = 29;

/** What further ones share. Keep in step with engine/vu/timeline.js. */
const OTHERS = 'other endpoints';

/** VUs that record: more of them see nothing new, and each needs memory for it. */
const MOST_RECORDERS = 50;

/** Most samples per second, from all VUs. Below this rate, every request is one. */
const SAMPLES_PER_SECOND = 150;

/** k6 compares each sample with every sub-metric of its metric: this many a second take 0.7 % of a processor. */
const COMPARISONS_PER_SECOND = 75_000;

/** Most samples of a slice: in long runs, slices are long. */
const SAMPLES_PER_SLICE = 10_000;

/** Slices of time. Endpoints and slices share a budget: few slices for many endpoints. */
const SLICES = 60;
const MOST_PAIRS = 600;

/** The shortest slice, milliseconds. */
const SHORTEST_MS = 1000;

/**
 * Plans how a run is recorded over time.
 *
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @returns {TimelinePlan | undefined} undefined: not at all. With TIMELINE=false, for a segment, or if there is nothing to record
 * @example timelinePlan(spec, plannedLoad(spec))?.count // 60
 */
export function timelinePlan(spec, { shape, companions, durationMs }) {
  const series = seriesOf(spec);
  if (!env.TIMELINE || segmentOf() !== undefined || series.length === 0) {
    return undefined;
  }
  const vus = [shape, ...companions.map((other) => other.shape)]
    .map(startedVus)
    .reduce((sum, count) => sum + count);
  const isAll = series.length <= MOST_SERIES;
  const names = isAll ? series : [...series.slice(0, SERIES_OF_MANY), OTHERS];
  const most = Math.min(SLICES, Math.floor(MOST_PAIRS / names.length));
  const count = Math.max(1, Math.min(most, Math.floor(durationMs / SHORTEST_MS)));
  const samples = Math.min(SAMPLES_PER_SECOND, COMPARISONS_PER_SECOND / (names.length * count));
  // All VUs together have this much time for one sample.
  const share = Math.max(1000 / samples, durationMs / count / SAMPLES_PER_SLICE);
  return {
    every: Math.ceil(vus / MOST_RECORDERS),
    gapMs: Math.round(share * Math.min(vus, MOST_RECORDERS) * names.length),
    count,
    durationMs,
    bend: 'iterations' in shape ? 2 : 1,
    names,
    ignored: (spec.support ?? []).map(({ name }) => name).filter((name) => !series.includes(name)),
  };
}

/**
 * @param {TestSpec} spec
 * @returns {string[]} what is recorded: endpoints, or what a feature measures instead
 */
function seriesOf(spec) {
  const own = features.map((feature) => feature.series?.(spec)).find(Boolean);
  return [...new Set(own ?? spec.endpoints.map(({ name }) => name))];
}

/**
 * @param {Shape} shape
 * @returns {number} VUs that certainly run. Executors with an arrival rate start further ones only if they need them
 */
function startedVus(shape) {
  return 'preAllocatedVUs' in shape ? shape.preAllocatedVUs : peakVus(shape);
}

/**
 * The sub-metrics that hold the course of each endpoint. They have no condition.
 *
 * @param {TimelinePlan | undefined} plan
 * @returns {Thresholds}
 * @example timelineThresholds(plan)['timeline_duration{name:health,slice:0}'] // []
 */
export function timelineThresholds(plan) {
  // k6 knows a metric only when somebody made it. Loaded without a plan, too: an archive that was made for a segment is
  // also read without one, and must hold the file.
  require('../vu/timeline.js');
  if (plan === undefined) {
    return {};
  }
  /** @type {Thresholds} */
  const thresholds = {};
  for (const metric of ['timeline_duration', 'timeline_requests', 'timeline_failures']) {
    for (const name of plan.names) {
      for (let slice = 0; slice < plan.count; slice += 1) {
        thresholds[`${metric}{name:${name},slice:${slice}}`] = [];
      }
    }
  }
  return thresholds;
}

/**
 * The load that was planned for each slice.
 *
 * @param {TimelinePlan | undefined} plan
 * @param {Shape} shape of the main scenario
 * @returns {import('../types/report.js').PlannedCourse}
 * @example plannedCourse(plan, shape).values // [10, 20, 20]
 */
export function plannedCourse(plan, shape) {
  const isRate = 'preAllocatedVUs' in shape;
  const perSecond = isRate ? 1000 / parseDuration(shape.timeUnit ?? '1s') : 1;
  const edges = plan === undefined ? [] : edgesOf(plan);
  return {
    what: isRate ? 'Planned iterations per second' : 'Planned users',
    values: edges
      .slice(1)
      .map((end, i) => Math.round(levelAt(shape, (edges[i] + end) / 2) * perSecond * 10) / 10),
  };
}

/**
 * @param {Shape} shape
 * @param {number} ms since the start
 * @returns {number} planned VUs or rate at that moment
 */
function levelAt(shape, ms) {
  if (!('stages' in shape)) {
    return 'rate' in shape ? shape.rate : shape.vus;
  }
  let before =
    ('startRate' in shape ? shape.startRate : 'startVUs' in shape ? shape.startVUs : 0) ?? 0;
  let left = ms;
  for (const { duration, target } of shape.stages) {
    const length = parseDuration(duration);
    if (left < length) {
      return before + ((target - before) * left) / length;
    }
    left -= length;
    before = target;
  }
  return before;
}
