import { env } from '../../lib/config.js';
import { compareWith, isOnlySlower, requestOf, rowsOf, subjectsOf } from '../baseline/baseline.js';
import { hooksOf } from '../features/registry.js';
import { NOT_HEALTHY, SET_UP_CHECK, TEARDOWN_CHECK, wasLimitedHere } from './causes.js';
import { localPath } from '../settings/paths.js';
import { prettyJson } from './pretty-json.js';
import { reportFiles, REPORTS } from '../report/files.js';
import {
  endpointMetrics,
  errorTypes,
  metricsOf,
  rateOf,
  secondsOfSteps,
  totals,
} from './metrics.js';
import { DISTRIBUTION, rounded, statOf } from './statistics.js';
import { isOptional, thresholdResults } from './threshold-results.js';
import { failedResponses, leftBehind } from './failed-responses.js';
import { findings } from './verdict.js';
import { toText } from './text.js';
import { timelineOf } from './timeline.js';

const features = hooksOf('summary');

/** Version of the format of summary.json: raised when a field changes its meaning or goes. */
export const SUMMARY_SCHEMA = 1;

const SUITE_VERSION = open(localPath(import.meta.resolve('../version.txt'))).trim();

/** Metrics over time. */
const TIMELINE = 'timeline.json';

/** k6 resolves paths against the working directory and makes no folders: results/ ships with the suite. */
const DEFAULT_FOLDER = localPath(import.meta.resolve('../../results'));

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').RunPlan} RunPlan */

/**
 * Makes a `handleSummary`: a short text with every threshold on the console, `summary.json`, and the report.
 *
 * @param {TestSpec} spec
 * @param {RunPlan} plan k6 does not pass it to `handleSummary`
 * @returns {(data: any) => Record<string, string>}
 * @example export const handleSummary = summarize(spec, plan);
 */
export function summarize(spec, plan) {
  return (data) => {
    const summary = buildSummary(spec, plan, data);
    const pathOf = (/** @type {string} */ name) => resultPath(spec, name);
    const path = pathOf('summary.json');
    const timeline = timelineOf(data.metrics, plan.timeline, summary.endpoints, vuMs(data));
    const files = [
      'summary.json',
      REPORTS.markdown,
      REPORTS.junit,
      ...(timeline ? [TIMELINE] : []),
    ];
    const extras = { timeline, files: files.map((name) => fileName(pathOf(name))) };
    return {
      stdout: toText(summary, { path, colour: data.state.isStdOutTTY && !__ENV.NO_COLOR }),
      [path]: `${prettyJson(summary)}\n`,
      ...(timeline && { [pathOf(TIMELINE)]: `${JSON.stringify(timeline)}\n` }),
      ...reportFiles(summary, extras, pathOf),
    };
  };
}

/**
 * @param {any} data what k6 passes to `handleSummary`
 * @returns {number} how long the VUs ran, milliseconds
 */
function vuMs({ setup_data: info, state }) {
  const sinceSetup = Date.now() - Date.parse(info?.startedAt ?? '');
  return Number.isNaN(sinceSetup) ? state.testRunDurationMs : sinceSetup;
}

/**
 * @param {TestSpec} spec
 * @param {string} name of a result, such as `summary.json`
 * @returns {string} one folder per run with the wrapper, one set of files per test without
 * @example resultPath(spec, 'summary.json')
 */
export function resultPath(spec, name) {
  return env.RESULTS_DIR
    ? `${env.RESULTS_DIR}/${name}`
    : `${DEFAULT_FOLDER}/${spec.name}-test-${name}`;
}

/** @param {string} path */
function fileName(path) {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Turns k6's data into the summary: small, stable, numbers are numbers.
 *
 * @param {TestSpec} whole
 * @param {RunPlan} plan
 * @param {any} data what k6 hands to `handleSummary`
 * @returns {import('../types/summary.js').Summary}
 */
export function buildSummary(whole, plan, data) {
  const spec = presentOf(whole, [
    ...(data.setup_data?.without ?? []),
    ...unsent(whole, data.metrics),
  ]);
  const { scenario, profile, vus, durationMs } = plan;
  const ranMs = Math.round(data.state.testRunDurationMs);
  const own = spec.findings?.(data.metrics, plan, data.root_group) ?? { tables: [], reasons: [] };
  const results = resultsOf(spec, absentOf(whole, spec), plan, data, own);
  const comparison =
    plan.baseline === undefined || wasLimitedHere(errorTypes(data.metrics))
      ? null
      : compareWith(subjectsOf(spec), plan.baseline, rowsOf(results));
  const peakVUs = data.metrics.vus_max?.values.max ?? 0;
  const setUpFailure = messageOf(SET_UP_CHECK, data.root_group);
  const verdict = findings(
    {
      ...results,
      comparison,
      own,
      peakVUs,
      setUpFailure,
      teardownFailure: messageOf(TEARDOWN_CHECK, data.root_group),
      isUnguarded: plan.isGuarded?.() === false,
    },
    { ranMs, plannedMs: shortestMs(plan) },
  );
  return {
    schema: SUMMARY_SCHEMA,
    passed: verdict.reasons.length === 0,
    reasons: verdict.reasons,
    onlySlower: isOnlySlower(verdict.found, results.thresholds, comparison),
    notReady: setUpFailure?.startsWith(NOT_HEALTHY) ?? false,
    timestamp: new Date().toISOString(),
    scenario,
    targetVUs: vus,
    peakVUs,
    run: {
      id: env.RUN_ID || null,
      test: spec.name,
      profile,
      profileSet: env.PROFILE_SET,
      project: env.PROJECT_NAME,
      environment: env.ENVIRONMENT,
      target: shownTarget(spec),
      durationMs: ranMs,
      plannedMs: durationMs,
      gitCommit: env.GIT_COMMIT || null,
      k6Version: env.RUN_K6_VERSION || null,
      suiteVersion: SUITE_VERSION,
    },
    ...results,
    breakingStage: verdict.breakingStage,
    comparison,
  };
}

/**
 * @param {RunPlan} plan
 * @returns {number} milliseconds that a run must last at least
 */
function shortestMs({ shape, durationMs }) {
  // A number of iterations ends when they are done; a threshold says that all of them were.
  return shape !== undefined && 'iterations' in shape ? 0 : durationMs;
}

/**
 * @param {TestSpec} spec
 * @param {any} metrics k6's own
 * @returns {string[]} names of endpoints that a run may leave out, and did
 */
function unsent({ endpoints }, metrics) {
  return endpoints
    .filter(({ name, options }) => {
      const count = metrics[`http_reqs{name:${name}}`]?.values.count ?? 0;
      return options?.conditional === true && count === 0;
    })
    .map(({ name }) => name);
}

/**
 * @param {TestSpec} spec
 * @param {string[]} without names of endpoints that are not part of this run
 * @returns {TestSpec}
 */
function presentOf(spec, without) {
  return without.length === 0
    ? spec
    : { ...spec, endpoints: spec.endpoints.filter(({ name }) => !without.includes(name)) };
}

/**
 * @param {TestSpec} whole
 * @param {TestSpec} present
 * @returns {string[]} tags, and metrics of lib/scenario.js, that only endpoints that were left out would have fed
 */
function absentOf(whole, present) {
  const gone = whole.endpoints.filter((one) => !present.endpoints.includes(one));
  const kinds = present.endpoints.map(({ kind }) => kind);
  const lost = gone.map(({ kind }) => kind).filter((kind) => !kinds.includes(kind));
  const noApi = gone.length > 0 && !kinds.some((kind) => kind.startsWith('api'));
  return [
    ...gone.map(({ name }) => `{name:${name}}`),
    ...lost.map((kind) => `{kind:${kind}}`),
    ...(noApi ? ['api_duration'] : []),
  ];
}

/**
 * @param {string[]} parts
 * @param {string} metric
 * @returns {boolean}
 */
function isAbout(parts, metric) {
  return parts.some((part) => metric === part || metric.endsWith(part));
}

/**
 * @param {TestSpec} spec
 * @param {string[]} gone tags and metrics of endpoints that setup found missing
 * @param {RunPlan} plan
 * @param {any} data what k6 hands to `handleSummary`
 * @param {import('../types/suite.js').Findings} own what the test itself found
 */
function resultsOf(spec, gone, plan, data, own) {
  const { stages } = plan;
  const ranMs = Math.round(data.state.testRunDurationMs);
  const of = (/** @type {{ name: string }} */ { name }) => endpointMetrics(data.metrics, name);
  const metrics = totals(data.metrics);
  for (const check of [SET_UP_CHECK, TEARDOWN_CHECK]) {
    if (messageOf(check, data.root_group) !== undefined) {
      // It is how the message came here, and no check of the service.
      metrics.checks.fails -= 1;
    }
  }
  return {
    metrics,
    endpoints: [
      ...spec.endpoints.map((target) => ({ ...of(target), request: requestOf(target) })),
      ...(spec.support ?? []).map(of).filter(hasFailed),
    ],
    tables: [...own.tables, ...leftBehind(data.root_group)],
    stages: [...secondsOfSteps(stages, ranMs)].map(([name, seconds]) => ({
      ...metricsOf(data.metrics, 'stage', name),
      requestRate: rateOf(data.metrics[`http_reqs{stage:${name}}`]?.values.count, seconds),
    })),
    ...ofFeatures(data.metrics, spec, [...new Set(stages.map(({ name }) => name))]),
    thresholds: thresholdResults(data.metrics)
      .filter(
        ({ metric, measured }) =>
          measured ||
          !(own.explains?.(metric) || isOptional(spec, plan, metric) || isAbout(gone, metric)),
      )
      .map((row) =>
        // Only the message of a failed teardown came as a failed check.
        row.metric === 'checks' &&
        !row.ok &&
        metrics.checks.fails === 0 &&
        metrics.checks.passes > 0
          ? { ...row, ok: true, value: 1 }
          : row,
      ),
    failedChecks: failedChecks(data.root_group),
    failedResponses: failedResponses(data.root_group, data.setup_data?.startedAt),
    unchecked: unchecked(spec, data.metrics),
    undeclared: undeclared(spec, data.metrics, metrics.requests),
    ...(data.metrics.token_renewals && { renewals: data.metrics.token_renewals.values.count }),
    distribution: distribution(data.metrics['http_req_duration{phase:main}']?.values),
  };
}

/**
 * @param {any} metrics
 * @param {TestSpec} spec
 * @param {string[]} stages names of the load steps
 * @returns {Partial<import('../types/summary.js').Summary>} what features measure besides requests
 */
function ofFeatures(metrics, spec, stages) {
  return Object.assign({}, ...features.map(({ metrics: own }) => own?.(metrics, spec, stages)));
}

/**
 * @param {any} values of a trend
 * @returns {import('../types/summary.js').Distribution | null} null without samples
 */
function distribution(values) {
  return values === undefined || !(values.count > 0)
    ? null
    : {
        percentiles: [...DISTRIBUTION, 100],
        ms: [...DISTRIBUTION.map((share) => rounded(values[statOf(share)])), rounded(values.max)],
      };
}

/** @param {import('../types/summary.js').EndpointMetrics} endpoint */
function hasFailed({ errorTypes: types }) {
  return Object.keys(types).length > 0;
}

/**
 * @param {TestSpec} spec
 * @param {any} metrics
 * @returns {string[]} endpoints that were requested and of which no response was checked
 */
function unchecked({ endpoints }, metrics) {
  return endpoints
    .map(({ name }) => metricsOf(metrics, 'name', name))
    .filter(({ requests, checks }) => requests > 0 && checks.passes + checks.fails === 0)
    .map(({ name }) => name);
}

/**
 * @param {TestSpec} spec
 * @param {any} metrics
 * @param {number} all requests of the run
 * @returns {number} requests to none of the endpoints of the test
 */
function undeclared({ endpoints, support = [] }, metrics, all) {
  const names = [...new Set([...endpoints, ...support].map(({ name }) => name))];
  return Math.max(
    0,
    all - names.reduce((sum, name) => sum + metricsOf(metrics, 'name', name).requests, 0),
  );
}

/**
 * @param {any} group
 * @returns {import('../types/summary.js').FailedCheck[]} worst first
 */
function failedChecks(group) {
  /** @type {import('../types/summary.js').FailedCheck[]} */
  const failed = [];
  const visit = (/** @type {any} */ { checks = [], groups = [] }) => {
    for (const { name, passes, fails } of checks) {
      if (fails > 0 && !name.startsWith(SET_UP_CHECK) && !name.startsWith(TEARDOWN_CHECK)) {
        failed.push({ name, passes, fails });
      }
    }
    groups.forEach(visit);
  };
  visit(group);
  return failed.sort((a, b) => b.fails - a.fails);
}

/**
 * @param {string} check SET_UP_CHECK or TEARDOWN_CHECK
 * @param {any} group
 * @returns {string | undefined} what `setup()` or `teardown()` threw
 */
function messageOf(check, group) {
  // k6 runs them in groups of these names.
  const all = [group, ...(group.groups ?? [])].flatMap(({ checks }) => checks ?? []);
  const failed = all.find(({ name }) => name.startsWith(check));
  return failed && decodeURIComponent(failed.name.slice(check.length));
}

/**
 * Returns where a test sends its load, for messages and reports.
 *
 * @param {TestSpec} spec
 * @returns {string} without credentials
 * @example shownTarget(spec) // 'http://localhost:8000'
 */
export function shownTarget(spec) {
  const { targets } = spec;
  const elsewhere = features.map(({ target }) => target?.(spec)).find((one) => one !== undefined);
  if (elsewhere !== undefined) {
    return elsewhere;
  }
  const shown = targets === undefined ? [env.target.masked] : targets.map(({ masked }) => masked);
  return [...new Set(shown)].join(', ') || 'no address';
}
