import { hooksOf } from '../features/registry.js';
import { localPath } from '../settings/paths.js';
import { regression } from '../settings/user-files.js';
import { errorLimitOf, isTooNoisy, limitOf } from './rule.js';

/** @typedef {import('../types/baseline.js').Baseline} Baseline */
/** @typedef {import('../types/summary.js').Comparison} Comparison */
/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/baseline.js').Subject} Subject */
/** @typedef {import('../types/baseline.js').MeasuredRow} MeasuredRow */

/** Version of the format of a baseline. */
export const BASELINE_SCHEMA = 1;

const FOLDER = localPath(import.meta.resolve('../../baselines'));

const features = hooksOf('summary');

/**
 * What a test is compared by: its endpoints, and what it measures like endpoints.
 *
 * @param {import('../types/suite.js').TestSpec} spec
 * @returns {Subject[]}
 * @example subjectsOf(spec).map(({ name }) => name)
 */
export function subjectsOf(spec) {
  return [...spec.endpoints, ...features.flatMap(({ subjects }) => subjects?.(spec) ?? [])];
}

/**
 * The same as figures of a run.
 *
 * @param {Pick<Summary, 'endpoints'> & Partial<Summary>} summary
 * @returns {MeasuredRow[]}
 * @example rowsOf(summary)
 */
export function rowsOf(summary) {
  return [...summary.endpoints, ...features.flatMap(({ rows }) => rows?.(summary) ?? [])];
}

/**
 * @param {Pick<Subject, 'name' | 'metrics'>} subject
 * @returns {import('../types/baseline.js').SignalMetrics}
 */
function metricsOf({ name, metrics }) {
  return (
    metrics ?? {
      duration: `http_req_duration{name:${name}}`,
      errors: `http_req_failed{name:${name}}`,
      count: `http_reqs{name:${name}}`,
    }
  );
}

/**
 * Reads a baseline and makes sure that it can be compared with a run. A gate that cannot judge must not let
 * anything pass.
 *
 * @param {string} name such as `load-health`: `baselines/load-health.json`
 * @param {Partial<Baseline>} run what both must have in common
 * @returns {Baseline}
 * @throws when it is missing, damaged, from failed runs, or of another load
 * @example readBaseline('load', { test: 'load', profile: 'load', scenario: 'load', targetVUs: 50, plannedMs: 540000 })
 */
export function readBaseline(name, run) {
  const save = 'Save it again: load-test.sh ... --save-baseline';
  const problem = (/** @type {string} */ text) =>
    new Error(`BASELINE=${name}: baselines/${name}.json ${text}. ${save}`);
  const baseline = parsed(name, problem);
  if (baseline.schema !== BASELINE_SCHEMA) {
    throw problem(`has the format ${baseline.schema}, expected ${BASELINE_SCHEMA}`);
  }
  if (baseline.passed !== true) {
    throw problem('is from runs that failed');
  }
  for (const key of /** @type {(keyof Baseline)[]} */ (Object.keys(run))) {
    if (baseline[key] !== run[key]) {
      throw problem(
        `is of another load: ${key} was ${baseline[key]} there and is ${run[key]} here`,
      );
    }
  }
  if (
    !(baseline.runs >= 1) ||
    !Array.isArray(baseline.endpoints) ||
    baseline.endpoints.length === 0
  ) {
    throw problem('holds no endpoints');
  }
  for (const endpoint of baseline.endpoints) {
    const damage = damageOf(endpoint, baseline.runs);
    if (damage !== null) {
      throw problem(`is damaged: ${endpoint.name}: ${damage}`);
    }
  }
  return baseline;
}

/**
 * @param {import('../types/baseline.js').BaselineEndpoint} endpoint
 * @param {number} runs
 * @returns {string | null} what is wrong with it
 */
function damageOf({ p95, errorRate }, runs) {
  if (!(p95?.median > 0) || !Number.isFinite(p95.median)) {
    return `p95 is ${p95?.median}, expected milliseconds above 0`;
  }
  if (p95.spread !== null && !(p95.spread >= 0)) {
    return `spread is ${p95.spread}, expected a share`;
  }
  if (p95.spread !== null && runs < 3) {
    return `has a spread, which ${runs} runs cannot have`;
  }
  return errorRate?.max >= 0 ? null : `error rate is ${errorRate?.max}, expected percent`;
}

/**
 * @param {string} name
 * @param {(text: string) => Error} problem
 * @returns {Baseline}
 */
function parsed(name, problem) {
  let text;
  try {
    text = open(`${FOLDER}/${name}.json`);
  } catch {
    throw problem('is missing');
  }
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw problem('is no JSON');
  }
}

/**
 * Method and path of an endpoint, without what differs between machines.
 *
 * @param {Omit<Subject, 'name'>} endpoint
 * @returns {string}
 * @example requestOf({ method: 'GET', url: 'http://localhost:8000/items/{id}' }) // 'GET /items/{id}'
 */
export function requestOf({ method, url = '', request }) {
  return request ?? `${method} ${url.replace(/^\w+:\/\/[^/]*/, '').replace(/[?#].*$/, '') || '/'}`;
}

/**
 * Finds each endpoint of a test in the baseline, by name, or by method and path when only the name is new.
 *
 * @param {readonly Subject[]} endpoints
 * @param {Baseline} baseline
 */
function pairs(endpoints, baseline) {
  const names = new Set(endpoints.map(({ name }) => name));
  const left = baseline.endpoints.filter(({ name }) => !names.has(name));
  const matched = endpoints.map((endpoint) => {
    const request = requestOf(endpoint);
    const renamed = left.findIndex((entry) => entry.request === request);
    const known =
      baseline.endpoints.find(({ name }) => name === endpoint.name) ??
      (renamed >= 0 ? left.splice(renamed, 1)[0] : undefined);
    return { name: endpoint.name, metrics: endpoint.metrics, known };
  });
  return { matched, missing: left };
}

/**
 * Thresholds that make k6 itself fail when a run is slower than its baseline.
 *
 * @param {readonly Subject[]} endpoints
 * @param {Baseline} baseline
 * @returns {Record<string, string[]>}
 * @example baselineThresholds(subjectsOf(spec), baseline)
 */
export function baselineThresholds(endpoints, baseline) {
  const { matched, missing } = pairs(endpoints, baseline);
  /** @type {Record<string, string[]>} */
  const thresholds = {};
  for (const subject of matched) {
    const { known } = subject;
    if (known !== undefined) {
      const { duration, errors } = metricsOf(subject);
      thresholds[duration] = [`p(95)<=${limitOf(known, baseline, regression)}`];
      thresholds[errors] = [`rate<=${errorLimitOf(known, regression)}`];
    }
  }
  // What is not there any more must not pass for fast.
  for (const subject of missing) {
    thresholds[metricsOf(subject).count] = ['count>0'];
  }
  return thresholds;
}

/**
 * Sets the figures of a run beside its baseline.
 *
 * @param {readonly Subject[]} endpoints
 * @param {Baseline} baseline
 * @param {Pick<MeasuredRow, 'name' | 'errorRate' | 'duration'>[]} figures
 * @returns {Comparison}
 */
export function compareWith(endpoints, baseline, figures) {
  const { matched, missing } = pairs(endpoints, baseline);
  const { name, runs, timestamp, gitCommit } = baseline;
  return {
    baseline: { name, runs, timestamp, gitCommit },
    endpoints: [
      ...matched.map((pair) => compared(pair, baseline, figures)),
      ...missing.map((known) => ({
        name: known.name,
        status: /** @type {const} */ ('missing'),
        baseline: known.p95.median,
        current: null,
        change: null,
        limit: limitOf(known, baseline, regression),
      })),
    ],
  };
}

/**
 * @param {ReturnType<typeof pairs>['matched'][number]} pair
 * @param {Baseline} baseline
 * @param {Pick<MeasuredRow, 'name' | 'errorRate' | 'duration'>[]} figures
 * @returns {import('../types/summary.js').ComparedEndpoint}
 */
function compared({ name, metrics, known }, baseline, figures) {
  const figure = figures.find((entry) => entry.name === name);
  const current = figure?.duration?.p95 ?? null;
  if (known === undefined) {
    return { name, status: 'new', baseline: null, current, change: null, limit: null };
  }
  const limit = limitOf(known, baseline, regression);
  const { median } = known.p95;
  const failing = figure !== undefined && figure.errorRate / 100 > errorLimitOf(known, regression);
  return {
    name,
    ...(known.name !== name && { was: known.name }),
    ...(metrics && { metric: metrics.duration }),
    ...(isTooNoisy(known, baseline, regression) && { noisy: true }),
    status: failing ? 'failing' : current === null || current > limit ? 'slower' : 'ok',
    baseline: median,
    current,
    change: current === null ? null : Math.round((current / median - 1) * 10_000) / 100,
    limit,
  };
}

/**
 * Says whether a run failed for nothing but latencies above its baseline. The wrapper then measures once more:
 * a disturbance of the machine seldom comes twice, a regression stays.
 *
 * @param {number} found how many things are wrong
 * @param {import('../types/summary.js').ThresholdResult[]} thresholds
 * @param {Comparison | null} comparison
 * @returns {boolean}
 */
export function isOnlySlower(found, thresholds, comparison) {
  const slower = (comparison?.endpoints ?? []).filter(({ status }) => status === 'slower');
  const ofBaseline = (
    /** @type {{ metric: string, expression: string }} */ { metric, expression },
  ) =>
    slower.some(
      ({ name, metric: own, limit }) =>
        metric === (own ?? `http_req_duration{name:${name}}`) && expression === `p(95)<=${limit}`,
    );
  return (
    slower.length > 0 &&
    slower.length === found &&
    thresholds.filter(({ ok }) => !ok).every(ofBaseline)
  );
}
