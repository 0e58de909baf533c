// Everything about a test that k6 needs once: options, set-up, summary. Loaded by lib/define.js outside the
// VUs only.

import { config, getScenarioConfig, scenarios } from '../../k6.config.js';
import { heavyProfiles, loadSizedProfiles } from '../../config/profiles.js';
import { profileThresholds, sloSets, standardThresholds } from '../../config/thresholds.js';
import { baselineThresholds, readBaseline, subjectsOf } from '../baseline/baseline.js';
import { env } from '../../lib/config.js';
import { formatDuration, parseDuration } from '../settings/duration.js';
import { finish, start } from './lifecycle.js';
import { peakMs } from './profiles.js'; // @feature websocket
import { namedStages, peakRate, peakVus, plannedMs, rescale } from './profiles.js';
import { SEGMENT_STATS } from '../segments/merge-metrics.js';
import {
  refusalOf,
  segmentOf,
  segmentTags,
  summarizeSegment,
  unjudged,
} from '../segments/segment.js';
import { TREND_STATS } from '../summary/statistics.js';
import { socketThresholds } from '../features/sockets/socket-plan.js'; // @feature websocket
import { summarize } from '../summary/summary.js';
import { narrowed } from '../features/tenants/targets.js'; // @feature multi_tenant
import { guardTarget, shownTarget } from './guard.js';
import { addThresholds, buildThresholds, isMisspelt, parseOverrides } from './thresholds.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').RunFigures} RunFigures */
/** @typedef {import('../types/suite.js').Shape} Shape */
/** @typedef {import('../types/baseline.js').Baseline} Baseline */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */
/** @typedef {NonNullable<TestSpec['beside']>[number]} Companion */

/**
 * Works out what the chosen profile makes of a test: x virtual users for y minutes, in these steps.
 *
 * @param {TestSpec} spec
 * @returns {RunFigures & { shape: Shape, chosen: string | undefined, beside: Companion[] }}
 * @throws on an unknown profile
 */
function figuresOf(spec) {
  const chosen = chosenProfile(spec);
  const key = spec.key ?? chosen ?? spec.own?.key ?? spec.name;
  const whole = chosen === undefined ? ownShape(spec) : getScenarioConfig(chosen);
  const shape = rescale(whole, {
    vus: env.VUS,
    duration: env.DURATION,
    timeScale: env.TIME_SCALE,
  });
  const factor = peakVus(shape) / peakVus(spec.own?.shape ?? whole);
  const durationMs = plannedMs(shape);
  return {
    chosen,
    key,
    shape,
    profile: chosen ?? key,
    vus: peakVus(shape),
    durationMs,
    stages: namedStages(shape),
    beside: (spec.beside ?? []).map((other) => besideOf(other, factor, durationMs)),
  };
}

/**
 * @param {Companion} other
 * @param {number} factor by which the test's own users are scaled
 * @param {number} wholeMs length of the run
 * @returns {Companion} scaled alike, for its part of the run
 */
function besideOf(other, factor, wholeMs) {
  const [from, to] = other.during ?? [0, 1];
  const isFixed = other.scales === false;
  return {
    ...other,
    startMs: Math.round(from * wholeMs),
    shape: rescale(other.shape, {
      vus: isFixed ? undefined : peakVus(other.shape) * factor,
      duration: formatDuration(Math.max(1000, (to - from) * wholeMs)),
      timeScale: 1,
    }),
  };
}

/**
 * What the VUs have to know of the plan.
 *
 * @param {TestSpec} spec
 * @returns {import('../types/suite.js').VuPlan}
 */
export function planForVus(spec) {
  const figures = figuresOf(spec);
  return {
    stages: figures.stages,
    durationMs: figures.durationMs,
    peakMs: peakMs(figures.shape), // @feature websocket
  };
}

/**
 * Puts a test together: what it does (the spec) x how much (the profile) x where (the settings).
 *
 * @param {TestSpec} spec
 * @returns {import('../types/suite.js').TestPlan}
 * @throws on an unknown profile, or a target that nobody allowed
 */
export function planTest(spec) {
  const figures = figuresOf(spec);
  const whole = wholeLoad(spec, figures);
  guardTarget(certainLoad(whole), spec);
  const { baseline, refusal } = baselineOf(spec, figures);
  const options = optionsOf(spec, figures, baseline);
  const wholeRun = { ...figures, baseline };
  const { thresholds = {} } = options;
  const isWhole = segmentOf() === undefined;
  return {
    options: isWhole ? options : asSegment(options),
    setup: () => {
      guardTarget(whole, spec);
      const problem = refusal ?? refusalOf(spec, figures.vus);
      if (problem !== undefined) {
        throw problem;
      }
      warnOfIgnored(options);
      const info = start(whole, spec.readiness, shownTarget(spec));
      spec.prepare?.();
      return info;
    },
    teardown: (info) => {
      spec.finish?.();
      // There is none with `--no-setup`; lib/define.js has aborted such a run.
      if (info !== undefined) {
        finish(info);
      }
    },
    handleSummary: isWhole
      ? summarize(spec, wholeRun)
      : summarizeSegment(spec, wholeRun, /** @type {Thresholds} */ (thresholds)),
  };
}

/**
 * Turns the options of a whole run into those of a segment of it: k6 measures, and judges nothing.
 *
 * @param {import('k6/options').Options} options
 * @returns {import('k6/options').Options}
 */
function asSegment(options) {
  return {
    ...options,
    thresholds: unjudged(/** @type {Thresholds} */ (options.thresholds)),
    summaryTrendStats: [...new Set([...(options.summaryTrendStats ?? []), ...SEGMENT_STATS])],
  };
}

/**
 * @param {TestSpec} spec
 * @param {ReturnType<typeof figuresOf>} figures
 * @returns {ReturnType<typeof figuresOf> & import('./guard.js').Intent} the further scenarios included
 */
function wholeLoad(spec, figures) {
  const shapes = [figures.shape, ...figures.beside.map(({ shape }) => shape)];
  const sum = (/** @type {(shape: Shape) => number} */ of) =>
    shapes.reduce((total, shape) => total + of(shape), 0);
  return {
    ...figures,
    vus: sum(peakVus),
    rate: sum(peakRate),
    heavyTest: spec.heavy && figures.chosen === undefined ? spec.name : undefined,
  };
}

/**
 * The load that is certain at init. Files of scripts/ are also imported for their steps: how many users
 * their own shape has matters only when they are what runs, so setup asks about those; no VU iterates without it.
 *
 * @param {ReturnType<typeof wholeLoad>} load
 * @returns {import('./guard.js').Intent}
 */
function certainLoad(load) {
  const durationMs = env.DURATION === undefined ? 0 : parseDuration(env.DURATION);
  return load.chosen === undefined ? { ...load, vus: env.VUS ?? 0, rate: 0, durationMs } : load;
}

/**
 * The baseline to compare with. One that does not fit is refused in setup, before any load: files of scripts/
 * are also imported for their steps, and only setup belongs to the test that runs.
 *
 * @param {TestSpec} spec
 * @param {ReturnType<typeof figuresOf>} figures
 * @returns {{ baseline?: Baseline, refusal?: unknown }}
 */
function baselineOf(spec, { profile, key, vus, durationMs }) {
  if (!env.BASELINE) {
    return {};
  }
  const load = {
    test: spec.name,
    profile,
    scenario: key,
    targetVUs: vus,
    plannedMs: durationMs,
    ...(spec.sockets && { sockets: env.WS_SOCKETS }), // @feature websocket
  };
  try {
    return { baseline: readBaseline(env.BASELINE, load) };
  } catch (refusal) {
    return { refusal };
  }
}

/**
 * @param {TestSpec} spec
 * @param {ReturnType<typeof figuresOf>} figures
 * @param {Baseline | undefined} baseline
 * @returns {import('k6/options').Options}
 */
function optionsOf(
  spec,
  { chosen, key, profile, shape, vus, durationMs, stages, beside },
  baseline,
) {
  const tags = {
    ...config.tags,
    ...spec.tags,
    profile,
    target_vus: String(vus),
    ...(env.RUN_ID ? { testid: env.RUN_ID } : {}),
    ...segmentTags(),
  };
  const targets = targetsOf(spec, chosen);
  const thresholds = buildThresholds({
    targets: { ...dropLimits(beside, durationMs), ...measurable(spec, targets) },
    keys: [key, ...beside.map((other) => other.key)],
    endpoints: spec.endpoints,
    support: spec.support ?? [],
    stages: [...new Set(stages.map(({ name }) => name))],
    metrics: metricsOf(spec, durationMs),
    arrivalRate: shape.executor.endsWith('arrival-rate') && !isHeavy(chosen),
  });
  const always = alwaysOf(spec, { vus, durationMs, chosen, stages });
  const stricter = baseline === undefined ? {} : baselineThresholds(subjectsOf(spec), baseline);
  return /** @type {import('k6/options').Options} */ ({
    // Tags once more per scenario: `k6 run --tag` replaces those of the whole test.
    scenarios: Object.fromEntries(
      [{ ...spec.main, key, exec: spec.exec, shape, startMs: 0 }, ...beside].map((each) => [
        each.key,
        {
          ...each.shape,
          ...(each.exec !== undefined && { exec: each.exec }),
          ...(each.startMs && { startTime: formatDuration(each.startMs) }),
          ...(each.env && { env: each.env }),
          ...(spec.gracefulStop && { gracefulStop: spec.gracefulStop }),
          tags: { ...tags, phase: 'main', ...each.tags },
        },
      ]),
    ),
    thresholds: {
      ...addThresholds(
        {
          ...socketThresholds(spec, { chosen, vus, stages }, targets), // @feature websocket
          ...thresholds,
        },
        stricter,
      ),
      ...always,
    },
    tags,
    systemTags: config.systemTags,
    // What the report draws, whatever the configuration asks for besides.
    summaryTrendStats: [...new Set([...config.summaryTrendStats, ...TREND_STATS])],
    // An API that redirects, say to a login page, has not answered.
    maxRedirects: 0,
    insecureSkipTLSVerify: env.INSECURE_SKIP_TLS_VERIFY,
    setupTimeout: `${2 * parseDuration(env.REQUEST_TIMEOUT) + 30_000}ms`,
    ...spec.options,
  });
}

/**
 * @param {TestSpec} spec
 * @param {Parameters<NonNullable<TestSpec['always']>>[0]} figures
 * @returns {Thresholds} what the test itself asks for under any profile
 */
function alwaysOf(spec, figures) {
  const always = { ...spec.always?.(figures) };
  for (const [metric, expressions] of Object.entries(overrides())) {
    if (always[metric] !== undefined) {
      always[metric] = expressions;
    }
  }
  return always;
}

/**
 * An arrival rate is only kept when there is a user for each arrival: one in a hundred may be dropped while k6
 * makes further users.
 *
 * @param {Companion[]} beside
 * @param {number} durationMs
 * @returns {Thresholds}
 */
function dropLimits(beside, durationMs) {
  /** @type {Thresholds} */
  const limits = {};
  for (const { key, shape } of beside) {
    if (shape.executor === 'constant-arrival-rate') {
      const arrivals = (shape.rate * durationMs) / parseDuration(shape.timeUnit ?? '1s');
      limits[`dropped_iterations{scenario:${key}}`] = [
        `count<${Math.max(5, Math.round(arrivals / 100))}`,
      ];
    }
  }
  return limits;
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

/** @returns {string} */
function profileNames() {
  return Object.keys(scenarios).join(', ');
}

/**
 * @param {string | undefined} profile
 * @returns {boolean}
 */
function isHeavy(profile) {
  return profile !== undefined && heavyProfiles.includes(profile);
}

/**
 * Merges what counts as good. A test starts from the defaults; the profile's targets win over them, and a journey's
 * own, which are stricter than an ordinary profile's, over both. A profile that is meant to overload the service
 * replaces them all.
 *
 * @param {TestSpec} spec
 * @param {string | undefined} profile
 * @returns {Thresholds}
 */
function targetsOf(spec, profile) {
  const set = /** @type {Record<string, Record<string, Thresholds>>} */ (profileThresholds)[
    env.PROFILE_SET
  ];
  const byProfile = profile === undefined ? undefined : set?.[profile];
  const base = isHeavy(profile)
    ? (byProfile ?? config.thresholds)
    : { ...config.thresholds, ...byProfile, ...ownTargets(spec) };
  const slo = env.SLO === undefined ? undefined : sloSets[env.SLO];
  const loadSized = profile !== undefined && loadSizedProfiles.includes(profile);
  return {
    ...addThresholds(base, { ...slo?.thresholds, ...(loadSized ? slo?.loadSized : {}) }),
    ...overrides(),
  };
}

/**
 * Leaves out what this test cannot measure: a test without endpoints makes no requests.
 *
 * @param {TestSpec} spec
 * @param {Thresholds} targets
 * @returns {Thresholds}
 */
function measurable(spec, targets) {
  const meant = {
    ...targets,
    ...narrowed(spec.overall, targets, overrides()), // @feature multi_tenant
  };
  return Object.fromEntries(
    Object.entries(meant).filter(([key]) => {
      // @feature websocket {
      if (key.startsWith('ws_')) {
        return spec.sockets !== undefined;
      }
      // @feature }
      return spec.endpoints.length > 0 || !key.startsWith('http_');
    }),
  );
}

/**
 * @returns {Thresholds} what THRESHOLDS asks for
 * @throws when it names a metric that only k6 could feed, and k6 has none of that name
 */
function overrides() {
  const wanted = parseOverrides(env.THRESHOLDS);
  const unknown = Object.keys(wanted).find(isMisspelt);
  if (unknown !== undefined) {
    throw new Error(
      `THRESHOLDS=${env.THRESHOLDS}: k6 has no metric ${unknown}, such as http_req_duration, http_req_failed, ` +
        'http_reqs, checks or iterations',
    );
  }
  return wanted;
}

/**
 * Says which thresholds of `THRESHOLDS` this test has no samples for. No mistake when several tests run one
 * after the other, but nothing to keep quiet about either.
 *
 * @param {import('k6/options').Options} options
 */
function warnOfIgnored({ thresholds = {} }) {
  for (const key of Object.keys(parseOverrides(env.THRESHOLDS))) {
    if (thresholds[key] === undefined && !key.endsWith('{name:api}')) {
      console.log(`THRESHOLDS: ${key} is left out, this test has no samples for it`);
    }
  }
}

/**
 * A journey's own targets, those of `standardThresholds` first.
 *
 * @param {TestSpec} spec
 * @returns {Thresholds}
 */
function ownTargets({ standard, endpoints, thresholds }) {
  /** @type {Thresholds} */
  const targets = {};
  const add = (/** @type {{ duration: string[], failed: string[] }} */ row, tag = '') => {
    targets[`http_req_duration${tag}`] = row.duration;
    targets[`http_req_failed${tag}`] = row.failed;
  };
  if (standard !== undefined) {
    add(standardThresholds[standard]);
  }
  for (const kind of /** @type {const} */ (['api_read', 'api_write'])) {
    if (endpoints.some((endpoint) => endpoint.kind === kind)) {
      add(standardThresholds[kind], `{kind:${kind}}`);
    }
  }
  return { ...targets, ...thresholds };
}
