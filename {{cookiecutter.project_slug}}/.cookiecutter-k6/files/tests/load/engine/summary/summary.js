import { env } from '../../lib/config.js';
import { compareWith, isOnlySlower, requestOf, rowsOf, subjectsOf } from '../baseline/baseline.js';
import { CAUSES } from './causes.js';
import { hooksOf } from '../features/registry.js';
import { localPath } from '../settings/paths.js';
import { prettyJson } from './pretty-json.js';
import { reportFiles, REPORTS } from '../report/files.js';
import { DISTRIBUTION, durationsOf, rounded, statOf } from './statistics.js';
import { findings } from './verdict.js';
import { toText } from './text.js';

const features = hooksOf('summary');

/** Version of the format of summary.json: raised when a field changes its meaning or goes. */
export const SUMMARY_SCHEMA = 1;

const SUITE_VERSION = open(localPath(import.meta.resolve('../version.txt'))).trim();

/** k6 resolves paths against the working directory and makes no folders: results/ ships with the suite. */
const DEFAULT_FOLDER = localPath(import.meta.resolve('../../results'));

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').RunFigures} RunFigures */

/**
 * Makes a `handleSummary`: a short text with every threshold on the console, `summary.json`, and the report.
 *
 * @param {TestSpec} spec
 * @param {RunFigures} figures k6 does not hand the plan to `handleSummary`
 * @returns {(data: any) => Record<string, string>}
 * @example export const handleSummary = summarize(spec, figures);
 */
export function summarize(spec, figures) {
  return (data) => {
    const summary = buildSummary(spec, figures, data);
    const pathOf = (/** @type {string} */ name) => resultPath(spec, name);
    const path = pathOf('summary.json');
    const files = ['summary.json', REPORTS.markdown, REPORTS.junit];
    return {
      stdout: toText(summary, { path, colour: data.state.isStdOutTTY && !__ENV.NO_COLOR }),
      [path]: `${prettyJson(summary)}\n`,
      ...reportFiles(summary, { files: files.map((name) => fileName(pathOf(name))) }, pathOf),
    };
  };
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
 * @param {TestSpec} spec
 * @param {RunFigures} plan
 * @param {any} data what k6 hands to `handleSummary`
 * @returns {import('../types/summary.js').Summary}
 */
export function buildSummary(spec, plan, data) {
  const { scenario, profile, vus, durationMs, stages } = plan;
  const own = spec.findings?.(data.metrics, plan, data.root_group) ?? { tables: [], reasons: [] };
  const of = (/** @type {{ name: string }} */ { name }) => endpointFigures(data.metrics, name);
  const figures = {
    metrics: totals(data.metrics),
    endpoints: [
      ...spec.endpoints.map((target) => ({ ...of(target), request: requestOf(target) })),
      ...(spec.support ?? []).map(of).filter(hasFailed),
    ],
    tables: own.tables,
    stages: [...new Set(stages.map(({ name }) => name))].map((name) =>
      metricsOf(data.metrics, 'stage', name),
    ),
    ...ofFeatures(data.metrics, spec, [...new Set(stages.map(({ name }) => name))]),
    thresholds: thresholdResults(data.metrics).filter(
      ({ metric, measured }) => measured || !own.explains?.(metric),
    ),
    failedChecks: failedChecks(data.root_group),
    distribution: distribution(data.metrics['http_req_duration{phase:main}']?.values),
  };
  const ranMs = Math.round(data.state.testRunDurationMs);
  const comparison =
    plan.baseline === undefined
      ? null
      : compareWith(subjectsOf(spec), plan.baseline, rowsOf(figures));
  const verdict = findings({ ...figures, comparison, own }, { ranMs, plannedMs: durationMs });
  return {
    schema: SUMMARY_SCHEMA,
    passed: verdict.reasons.length === 0,
    reasons: verdict.reasons,
    onlySlower: isOnlySlower(verdict.reasons, figures.thresholds, comparison),
    timestamp: new Date().toISOString(),
    scenario,
    targetVUs: vus,
    peakVUs: data.metrics.vus_max?.values.max ?? 0,
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
    ...figures,
    breakingStage: verdict.breakingStage,
    comparison,
  };
}

/**
 * @param {any} metrics
 * @param {TestSpec} spec
 * @param {string[]} stages names of the load steps
 * @returns {Partial<import('../types/summary.js').Summary>} what features measure besides requests
 */
function ofFeatures(metrics, spec, stages) {
  return Object.assign({}, ...features.map(({ figures }) => figures?.(metrics, spec, stages)));
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

/**
 * @param {any} metrics
 * @param {string} tag
 * @param {string} value
 * @returns {import('../types/summary.js').Figures}
 */
function metricsOf(metrics, tag, value) {
  const of = (/** @type {string} */ metric) => metrics[`${metric}{${tag}:${value}}`]?.values;
  const requests = of('http_reqs');
  // A rate counts as "passed" what was true; true means failed here.
  const errors = of('http_req_failed')?.passes ?? 0;
  const checks = of('checks');
  return {
    name: value,
    requests: requests?.count ?? 0,
    requestRate: rounded(requests?.rate ?? 0),
    errors,
    errorRate: percent(errors, requests?.count ?? 0),
    checks: { passes: checks?.passes ?? 0, fails: checks?.fails ?? 0 },
    duration: durationsOf(of('http_req_duration')),
  };
}

/**
 * @param {any} metrics
 * @param {string} name
 * @returns {import('../types/summary.js').EndpointFigures}
 */
function endpointFigures(metrics, name) {
  const types = errorTypes(metrics, `name:${name},`);
  return { ...metricsOf(metrics, 'name', name), errorTypes: types };
}

/** @param {import('../types/summary.js').EndpointFigures} figures */
function hasFailed({ errorTypes: types }) {
  return Object.keys(types).length > 0;
}

/**
 * @param {number} part
 * @param {number} whole
 * @returns {number} 0 to 100
 */
function percent(part, whole) {
  return whole > 0 ? rounded((100 * part) / whole) : 0;
}

/**
 * @param {any} metrics
 * @param {string} [filter] tags in front of the cause, such as `name:health,`
 * @returns {Record<string, number>} failed requests by cause; causes that did not occur are left out
 */
function errorTypes(metrics, filter = '') {
  return Object.fromEntries(
    Object.keys(CAUSES)
      .map((cause) => [
        cause,
        metrics[`request_errors{${filter}cause:${cause}}`]?.values.count ?? 0,
      ])
      .filter(([, count]) => count > 0),
  );
}

/**
 * @param {any} metrics
 * @returns {import('../types/summary.js').Totals}
 */
function totals(metrics) {
  const main = metricsOf(metrics, 'phase', 'main');
  const checks = metrics.checks?.values;
  return {
    requests: main.requests,
    requestRate: main.requestRate,
    errors: main.errors,
    errorRate: main.errorRate,
    errorTypes: errorTypes(metrics),
    duration: main.duration,
    checks: { passes: checks?.passes ?? 0, fails: checks?.fails ?? 0 },
    iterations: metrics.iterations?.values.count ?? 0,
    droppedIterations: metrics.dropped_iterations?.values.count ?? 0,
    scriptErrors: metrics.script_errors?.values.count ?? 0,
    dataReceived: metrics.data_received?.values.count ?? 0,
    dataSent: metrics.data_sent?.values.count ?? 0,
  };
}

/**
 * @param {any} metrics
 * @returns {import('../types/summary.js').ThresholdResult[]} sorted by metric
 */
function thresholdResults(metrics) {
  return Object.keys(metrics)
    .sort()
    .flatMap((metric) =>
      Object.entries(metrics[metric].thresholds ?? {}).map(([expression, { ok }]) => ({
        metric,
        expression,
        ok,
        value: observed(metrics[metric], expression),
        unit: metrics[metric].contains === 'time' ? 'ms' : '',
        measured: isMeasured(metrics, metric),
      })),
    );
}

/**
 * @param {any} metric
 * @param {string} expression such as `p(95)<500`
 * @returns {number | null} the figure the expression was about
 */
function observed({ values }, expression) {
  const aggregate = expression.replace(/\s*[<>=!].*$/, '').trim();
  const value = values[aggregate === 'p(50)' ? 'med' : aggregate];
  return typeof value === 'number' ? rounded(value) : null;
}

/** Causes of failures that left no answer whose time could be taken. */
const UNANSWERED = ['refused', 'timeout', 'dns', 'tls', 'connection'];

/**
 * Says whether a duration is only about requests that got no answer: the time until a connection broke must
 * not meet a latency target.
 *
 * @param {any} metrics
 * @param {string} metric with its tag
 * @returns {boolean}
 */
function timedNoAnswer(metrics, metric) {
  if (metrics[metric].contains !== 'time') {
    return false;
  }
  const name = /\{name:(.*)\}$/.exec(metric)?.[1];
  const { requests } =
    name === undefined ? metricsOf(metrics, 'phase', 'main') : metricsOf(metrics, 'name', name);
  const causes = errorTypes(metrics, name === undefined ? '' : `name:${name},`);
  return (
    UNANSWERED.reduce((sum, cause) => sum + (causes[cause] ?? 0), 0) >= requests && requests > 0
  );
}

/**
 * @param {any} metrics
 * @param {string} metric with its tag
 * @returns {boolean}
 */
function isMeasured(metrics, metric) {
  const judged = features
    .map((feature) => feature.isMeasured?.(metric, metrics[metric]))
    .find((answer) => answer !== undefined);
  return judged ?? (hasSamples(metrics[metric]) && !timedNoAnswer(metrics, metric));
}

/**
 * Says whether a metric was measured at all. A counter always is: zero is its figure. Durations that are
 * all zero come from requests without an answer.
 *
 * @param {any} metric
 * @returns {boolean}
 */
function hasSamples({ type, contains, values }) {
  if (type === 'rate') {
    return values.passes + values.fails > 0;
  }
  return type !== 'trend' || (values.count > 0 && (contains !== 'time' || values.max > 0));
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
      if (fails > 0) {
        failed.push({ name, passes, fails });
      }
    }
    groups.forEach(visit);
  };
  visit(group);
  return failed.sort((a, b) => b.fails - a.fails);
}

/**
 * Returns where a test sends its load, for messages and reports.
 *
 * @param {Pick<TestSpec, 'targets'>} spec
 * @returns {string} without credentials
 * @example shownTarget(spec) // 'http://localhost:8000'
 */
export function shownTarget({ targets }) {
  const shown = targets === undefined ? [env.target.masked] : targets.map(({ masked }) => masked);
  return [...new Set(shown)].join(', ') || 'no address';
}
