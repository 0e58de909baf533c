// Makes a baseline from finished runs. Used by scripts/load-test.sh --save-baseline; sends no requests:
//
//   k6 run --quiet --env SUMMARIES=... --env BASELINE_NAME=load --env TO=/path/load.json engine/commands/save-baseline.js
//
// SUMMARIES is one path of a summary.json per line. Exits with 107 and the reason if no baseline can be made.

import { BASELINE_SCHEMA, rowsOf } from '../baseline/baseline.js';
import { isTooNoisy, limitOf } from '../baseline/rule.js';
import { median, spread } from '../baseline/statistics.js';
import { hooksOf } from '../features/registry.js';
import { regression } from '../settings/user-files.js';
import { prettyJson } from '../summary/pretty-json.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/baseline.js').Baseline} Baseline */

const features = hooksOf('summary');

export { default, options } from './frame.js';

/** Most endpoints that a warning names. */
const NAMED = 5;

/** @param {number} value */
const round = (value) => Math.round(value * 10_000) / 10_000;

/**
 * @param {number[]} values
 * @returns {import('../types/baseline.js').Typical}
 */
function typical(values) {
  const share = spread(values);
  return { median: round(median(values)), spread: share === null ? null : round(share) };
}

/**
 * @param {Summary[]} summaries of the same test under the same load
 * @returns {Baseline}
 * @throws if a run failed, has no latencies or measured no endpoint
 */
function baselineOf(summaries) {
  const [first] = summaries;
  summaries.forEach(({ passed, reasons }, i) => {
    if (!passed) {
      throw new Error(
        `run ${i + 1} failed: ${reasons.join('; ')}. Only passed runs make a baseline`,
      );
    }
  });
  const { run } = first;
  if (measured(first).length === 0) {
    throw new Error(
      `${run.test} measures no endpoint, so a later run could not be compared with it: nothing was saved`,
    );
  }
  return {
    schema: BASELINE_SCHEMA,
    name: __ENV.BASELINE_NAME,
    test: run.test,
    profile: run.profile,
    scenario: first.scenario,
    targetVUs: first.targetVUs,
    plannedMs: run.plannedMs,
    ...Object.assign({}, ...features.map(({ load }) => load?.(first))),
    runs: summaries.length,
    passed: true,
    timestamp: new Date().toISOString(),
    target: run.target,
    gitCommit: run.gitCommit,
    k6Version: run.k6Version,
    endpoints: measured(first)
      .map(({ name }) => endpointOf(name, summaries))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** @param {Summary} summary */
const measured = (summary) => rowsOf(summary).filter(({ request }) => request !== undefined);

/**
 * @param {string} name
 * @param {Summary[]} summaries
 * @returns {import('../types/baseline.js').BaselineEndpoint}
 */
function endpointOf(name, summaries) {
  const rows = summaries.map((summary) => measured(summary).find((row) => row.name === name));
  const values = (/** @type {'p50' | 'p95' | 'p99'} */ key) =>
    rows.map((row, i) => {
      // Signals other than requests may be too fast for the clock to measure.
      const value =
        row?.metrics && row.duration ? Math.max(row.duration[key], 0.001) : row?.duration?.[key];
      if (value === undefined || !(value > 0)) {
        throw new Error(`run ${i + 1}: ${name} has no latencies (${key} is ${value})`);
      }
      return value;
    });
  const errorRates = rows.map((row) => row?.errorRate ?? 0);
  return {
    name,
    request: rows[0]?.request ?? '',
    ...(rows[0]?.metrics && { metrics: rows[0].metrics }),
    p50: typical(values('p50')),
    p95: typical(values('p95')),
    p99: typical(values('p99')),
    errorRate: { median: median(errorRates), max: Math.max(...errorRates) },
    requestRate: round(median(rows.map((row) => row?.requestRate ?? 0))),
  };
}

/**
 * @param {Baseline} baseline
 * @returns {string} the limits for the console, and warnings about noise
 */
function described(baseline) {
  const noisy = baseline.endpoints.filter((endpoint) => isTooNoisy(endpoint, baseline, regression));
  const lines = baseline.endpoints.map((endpoint) => {
    const { p95, name } = endpoint;
    const limit = limitOf(endpoint, baseline, regression);
    const found = Math.round((limit / p95.median - 1) * 100);
    const noise = p95.spread === null ? 'unknown' : `${(p95.spread * 100).toFixed(1)}%`;
    const mark = noisy.includes(endpoint) ? `: too noisy to find less than +${found}%` : '';
    return `  ${name}: p95 ${p95.median} ms, spread ${noise}, limit ${limit} ms (+${found}%)${mark}`;
  });
  const few =
    baseline.runs < 3 ? ['  Fewer than 3 runs do not show the noise: use --runs 5 or more.'] : [];
  return `${[...lines, ...few, ...warning(noisy)].join('\n')}\n`;
}

/**
 * @param {Baseline['endpoints']} noisy
 * @returns {string[]} what to do about endpoints that are too noisy
 */
function warning(noisy) {
  if (noisy.length === 0) {
    return [];
  }
  const names = noisy.slice(0, NAMED).map(({ name }) => name);
  const rest = noisy.length > NAMED ? ` and ${noisy.length - NAMED} more` : '';
  return [
    `  WARNING: too noisy for a useful limit: ${names.join(', ')}${rest}. Smaller regressions pass, and a run of`,
    '  an unchanged service may fail. Save it again with more or longer runs (--runs 10), on a quieter machine.',
  ];
}

const baseline =
  __VU === 0
    ? baselineOf(__ENV.SUMMARIES.split('\n').map((path) => JSON.parse(open(path))))
    : undefined;

export function handleSummary() {
  return baseline === undefined
    ? {}
    : { [__ENV.TO]: `${prettyJson(baseline)}\n`, stdout: described(baseline) };
}
