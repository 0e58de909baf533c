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
 * Lists what a baseline compares for a test: its endpoints, and the signals that features add.
 *
 * @param {import('../types/suite.js').TestSpec} spec
 * @returns {Subject[]}
 * @example subjectsOf(spec).map(({ name }) => name)
 */
export function subjectsOf(spec) {
  return [...spec.endpoints, ...features.flatMap(({ subjects }) => subjects?.(spec) ?? [])];
}

/**
 * The measured values of these subjects in a run.
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
 * Reads a baseline and checks that it is comparable with a run. A gate without a valid baseline must fail.
 *
 * @param {string} name name such as `load-health`, for `baselines/load-health.json`
 * @param {Partial<Baseline>} run properties that the run and the baseline must have in common
 * @returns {Baseline}
 * @throws when the baseline is missing, damaged, from failed runs, or from a different load
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
        `is from a different load: ${key} is ${baseline[key]} in the baseline and ${run[key]} in this run`,
      );
    }
  }
  if (
    !(baseline.runs >= 1) ||
    !Array.isArray(baseline.endpoints) ||
    baseline.endpoints.length === 0
  ) {
    throw problem('has no endpoints');
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
 * @returns {string | null} description of the problem; null if there is none
 */
function damageOf({ p95, errorRate }, runs) {
  if (!(p95?.median > 0) || !Number.isFinite(p95.median)) {
    return `p95 is ${p95?.median}, expected milliseconds above 0`;
  }
  if (p95.spread !== null && !(p95.spread >= 0)) {
    return `spread is ${p95.spread}, expected a number of at least 0`;
  }
  if (p95.spread !== null && runs < 3) {
    return `has a spread, which needs 3 runs, but there is only data of ${runs}`;
  }
  return errorRate?.max >= 0 ? null : `error rate is ${errorRate?.max}, expected a percentage`;
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
    throw problem('is not valid JSON');
  }
}

/**
 * Method and path of an endpoint, without the host, which differs between machines.
 *
 * @param {Omit<Subject, 'name'>} endpoint
 * @returns {string}
 * @example requestOf({ method: 'GET', url: 'http://localhost:8000/items/{id}' }) // 'GET /items/{id}'
 */
export function requestOf({ method, url = '', request }) {
  return request ?? `${method} ${url.replace(/^\w+:\/\/[^/]*/, '').replace(/[?#].*$/, '') || '/'}`;
}

/**
 * Matches the endpoints of a test with those of the baseline by name, or by method and path if an endpoint was renamed.
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
 * Thresholds that make k6 fail when a run is slower than its baseline.
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
  // An endpoint that no longer exists must not count as fast.
  for (const subject of missing) {
    thresholds[metricsOf(subject).count] = ['count>0'];
  }
  return thresholds;
}

/**
 * Compares a run with its baseline.
 *
 * @param {readonly Subject[]} endpoints
 * @param {Baseline} baseline
 * @param {Pick<MeasuredRow, 'name' | 'errorRate' | 'duration'>[]} rows
 * @returns {Comparison}
 */
export function compareWith(endpoints, baseline, rows) {
  const { matched, missing } = pairs(endpoints, baseline);
  const { name, runs, timestamp, gitCommit } = baseline;
  return {
    baseline: { name, runs, timestamp, gitCommit },
    endpoints: [
      ...matched.map((pair) => compared(pair, baseline, rows)),
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
 * @param {Pick<MeasuredRow, 'name' | 'errorRate' | 'duration'>[]} rows
 * @returns {import('../types/summary.js').ComparedEndpoint}
 */
function compared({ name, metrics, known }, baseline, rows) {
  const row = rows.find((entry) => entry.name === name);
  const current = row?.duration?.p95 ?? null;
  if (known === undefined) {
    return { name, status: 'new', baseline: null, current, change: null, limit: null };
  }
  const limit = limitOf(known, baseline, regression);
  const { median } = known.p95;
  const failing = row !== undefined && row.errorRate / 100 > errorLimitOf(known, regression);
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
 * Returns whether a run failed only because of latencies above its baseline. The wrapper then runs the test again to
 * rule out noise: a regression will show up again.
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
