// The k6 options of a test.

import { baselineThresholds, subjectsOf } from '../baseline/baseline.js';
import { env } from '../../lib/config.js';
import { isStorable } from './naming.js';
import { hooksOf } from '../features/registry.js';
import { SEGMENT_STATS } from '../segments/merge-metrics.js';
import { segmentTags, unjudged } from '../segments/segment.js';
import { formatDuration, parseDuration } from '../settings/duration.js';
import { userConfig } from '../settings/user-files.js';
import { TREND_STATS } from '../summary/statistics.js';
import { isHeavy, measurable, overrides, targetsOf } from './targets.js';
import { addThresholds, buildThresholds } from './thresholds.js';
import { transportOptions } from './transport.js';

/** @typedef {import('k6/options').Options} Options */
/** @typedef {import('../types/baseline.js').Baseline} Baseline */
/** @typedef {import('../types/suite.js').Shape} Shape */
/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */
/** @typedef {import('./planned-load.js').PlannedLoad} PlannedLoad */

const { config } = userConfig();
const features = hooksOf('plan');

/**
 * Builds the options that k6 runs a test with.
 *
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @param {Baseline | undefined} baseline what the run is compared with
 * @returns {Options}
 * @throws when THRESHOLDS is invalid
 * @example export const options = optionsOf(spec, plannedLoad(spec), undefined);
 */
export function optionsOf(spec, load, baseline) {
  const tags = tagsOf(spec, load);
  const thresholds = thresholdsOf(spec, load, baseline);
  return /** @type {Options} */ ({
    ...transportOptions(),
    scenarios: scenariosOf(spec, load, tags),
    thresholds,
    tags,
    systemTags: config.systemTags,
    // What the report draws and what thresholds limit, whatever the configuration asks for in addition.
    summaryTrendStats: [
      ...new Set([...config.summaryTrendStats, ...TREND_STATS, ...limitedPercentiles(thresholds)]),
    ],
    setupTimeout: `${2 * parseDuration(env.REQUEST_TIMEOUT) + 30_000}ms`,
    ...spec.options,
  });
}

/**
 * @param {Thresholds} thresholds
 * @returns {string[]} percentiles, such as `p(98)`: without them k6 judges a limit and does not say the value
 */
function limitedPercentiles(thresholds) {
  return Object.values(thresholds)
    .flat()
    .map((entry) => (typeof entry === 'string' ? entry : entry.threshold))
    .flatMap((expression) => /^p\([\d.]+\)/.exec(expression)?.[0] ?? [])
    .filter((stat) => stat !== 'p(50)');
}

/**
 * Turns the options of a whole run into those of one segment of it: k6 measures, and judges nothing.
 *
 * @param {Options} options
 * @returns {Options}
 * @example const options = isWhole ? whole : asSegment(whole);
 */
export function asSegment(options) {
  return {
    ...options,
    thresholds: unjudged(/** @type {Thresholds} */ (options.thresholds)),
    summaryTrendStats: [...new Set([...(options.summaryTrendStats ?? []), ...SEGMENT_STATS])],
  };
}

/**
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @returns {Record<string, string>}
 */
function tagsOf(spec, { profile, vus }) {
  return {
    ...config.tags,
    ...spec.tags,
    profile,
    target_vus: String(vus),
    ...(env.RUN_ID ? { testid: env.RUN_ID } : {}),
    ...segmentTags(),
  };
}

/**
 * @template {Record<string, unknown>} T
 * @param {T} tags
 * @returns {T}
 * @throws when outputs could not store one of them
 */
function storable(tags) {
  for (const [name, value] of Object.entries(tags)) {
    if (!isStorable(value)) {
      throw new Error(
        `the tag '${name}' is ${JSON.stringify(value)}: expected a value without line breaks and without a backslash at its end, ` +
          'because stores of time series lose samples with such tags. Change the setting or k6.config.js',
      );
    }
  }
  return tags;
}

/**
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @param {Record<string, string>} tags repeated per scenario: `k6 run --tag` replaces those of the whole test
 */
function scenariosOf(spec, { scenario, shape, companions }, tags) {
  const main = { ...spec.main, scenario, exec: spec.exec, shape, startMs: 0 };
  return Object.fromEntries(
    [main, ...companions].map((each) => [
      each.scenario,
      {
        ...each.shape,
        ...(each.exec !== undefined && { exec: each.exec }),
        ...(each.startMs && { startTime: formatDuration(each.startMs) }),
        ...(each.env && { env: each.env }),
        ...(spec.gracefulStop && { gracefulStop: spec.gracefulStop }),
        ...(spec.gracefulStop && gracefulRampDown(each.shape, spec.gracefulStop)),
        tags: storable({ ...tags, phase: 'main', ...each.tags }),
      },
    ]),
  );
}

/**
 * A VU that is taken away on the way down has to clean up, too.
 *
 * @param {Shape} shape
 * @param {string} gracefulStop what the test needs, such as `10s`
 * @returns {{ gracefulRampDown?: string }} the longer of this time and that of the shape
 */
function gracefulRampDown(shape, gracefulStop) {
  if (shape.executor !== 'ramping-vus') {
    return {};
  }
  const own = parseDuration(shape.gracefulRampDown ?? '0s');
  return own < parseDuration(gracefulStop) ? { gracefulRampDown: gracefulStop } : {};
}

/**
 * @param {TestSpec} spec
 * @param {PlannedLoad} load
 * @param {Baseline | undefined} baseline
 * @returns {Thresholds}
 */
function thresholdsOf(spec, load, baseline) {
  const { chosen, scenario, shape, vus, durationMs, stages, companions } = load;
  const targets = targetsOf(spec, chosen, vus);
  const thresholds = buildThresholds({
    targets: { ...dropLimits(companions, durationMs), ...measurable(spec, targets) },
    scenarios: [scenario, ...companions.map((other) => other.scenario)],
    endpoints: spec.endpoints,
    support: spec.support ?? [],
    stages: [...new Set(stages.map(({ name }) => name))],
    metrics: metricsOf(spec, durationMs),
    arrivalRate: shape.executor.endsWith('arrival-rate') && !isHeavy(chosen),
  });
  if ('iterations' in shape) {
    const all = shape.executor === 'shared-iterations' ? shape.iterations : shape.iterations * vus;
    thresholds[`iterations{scenario:${scenario}}`] = [`count>=${all}`];
  }
  const ofFeatures = features.map((feature) =>
    feature.thresholds?.(spec, { chosen, vus, stages }, targets),
  );
  const stricter = baseline === undefined ? {} : baselineThresholds(subjectsOf(spec), baseline);
  return {
    ...addThresholds(Object.assign({}, ...ofFeatures, thresholds), stricter),
    ...alwaysOf(spec, { vus, durationMs, chosen, stages }),
  };
}

/**
 * @param {TestSpec} spec
 * @param {Parameters<NonNullable<TestSpec['always']>>[0]} load
 * @returns {Thresholds} what the test itself asks for under any profile
 */
function alwaysOf(spec, load) {
  const always = { ...spec.always?.(load) };
  for (const [metric, expressions] of Object.entries(overrides())) {
    if (always[metric] !== undefined) {
      always[metric] = expressions;
    }
  }
  return always;
}

/**
 * An arrival rate is only kept when there is a VU for each arrival. One in a hundred may be dropped while k6
 * starts further VUs.
 *
 * @param {PlannedLoad['companions']} companions
 * @param {number} durationMs
 * @returns {Thresholds}
 */
function dropLimits(companions, durationMs) {
  /** @type {Thresholds} */
  const limits = {};
  for (const { scenario, shape } of companions) {
    if (shape.executor === 'constant-arrival-rate') {
      const arrivals = (shape.rate * durationMs) / parseDuration(shape.timeUnit ?? '1s');
      limits[`dropped_iterations{scenario:${scenario}}`] = [
        `count<${Math.max(5, Math.round(arrivals / 100))}`,
      ];
    }
  }
  return limits;
}

/**
 * @param {TestSpec} spec
 * @param {number} durationMs
 * @returns {string[]} custom metrics that get samples
 */
function metricsOf({ metrics, thresholds }, durationMs) {
  return typeof metrics === 'function'
    ? metrics(durationMs)
    : (metrics ?? Object.keys(thresholds ?? {}));
}
