import { formatDuration } from '../settings/duration.js';
import { hooksOf } from '../features/registry.js';
import { wasLimitedHere } from './causes.js';
import {
  endpointFindings,
  machineFindings,
  RANKS,
  slower,
  thresholdFindings,
  tooShort,
  unmeasuredFindings,
} from './findings.js';
import { reasonsOf } from './reasons.js';
import { rounded, roundedShare } from './statistics.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/summary.js').Metrics} Metrics */
/** @typedef {import('./findings.js').Finding} Finding */
/** @typedef {Pick<Summary, 'metrics' | 'endpoints' | 'stages' | 'thresholds' | 'failedChecks'> & { comparison?: Summary['comparison'], own?: import('../types/suite.js').Findings, setUpFailure?: string, teardownFailure?: string, isUnguarded?: boolean, peakVUs?: number }} Evidence */

const features = hooksOf('summary');

/** A run that ended this much too early was cut short: 2 % and a second for rounding. */
const TOLERANCE = 0.98;
const TOLERANCE_MS = 1000;

/** Targets of the whole run that every load step has to meet by itself; failed requests explain failed checks. */
const OF_EVERY_STEP = ['http_req_failed', 'http_req_duration', 'checks'];

/** Conditions that the metrics of a load step can answer. */
const CONDITION = /^(rate|avg|min|med|max|p\((?:50|90|95|99)\))\s*(<=?|>=?)\s*([\d.]+)$/;

/** @type {Record<string, (value: number, limit: number) => boolean>} */
const HOLDS = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/**
 * Judges a run. k6 passes a threshold that never got a sample and says nothing of a run that was cut short;
 * here both are reasons to fail.
 *
 * @param {Evidence} evidence
 * @param {{ ranMs: number, plannedMs: number }} time milliseconds
 * @returns {{ reasons: string[], found: number, breakingStage: Summary['breakingStage'] }} no reasons: passed;
 *   `found` counts what the reasons sum up
 * @example findings(evidence, { ranMs: 60010, plannedMs: 60000 })
 */
export function findings(evidence, { ranMs, plannedMs }) {
  const { own } = evidence;
  if (evidence.metrics.iterations === 0) {
    const found = [...neverStarted(evidence), ...told(evidence, RANKS.test)];
    return { reasons: reasonsOf(found), found: found.length, breakingStage: null };
  }
  const cutShort = !own?.endedEarly && ranMs < plannedMs * TOLERANCE - TOLERANCE_MS;
  const found = [...notJudged(evidence), ...ofScript(evidence), ...judged(evidence)];
  if (cutShort) {
    found.push({
      rank: RANKS.consequence,
      text: `cut short: ran ${formatDuration(ranMs)} of ${formatDuration(plannedMs)} (interrupted or aborted)`,
    });
  }
  const stages = evidence.stages.filter(({ requests }) => requests > 0 || !cutShort);
  return {
    reasons: reasonsOf(found),
    found: found.length,
    // A step at which this machine gave up says nothing about the service.
    breakingStage: wasLimitedHere(evidence.metrics.errorTypes)
      ? null
      : (own?.breakingStage ?? breakingStage({ ...evidence, stages })),
  };
}

/**
 * @param {Evidence} evidence
 * @returns {Finding[]} why no iteration was completed
 */
function neverStarted({ setUpFailure, metrics: { requests } }) {
  if (setUpFailure !== undefined) {
    const text = `setup failed, no iteration was completed: ${setUpFailure}`;
    return [{ rank: RANKS.unjudged, text }];
  }
  return requests > 0
    ? [
        {
          rank: RANKS.unjudged,
          text: `no iteration was completed, only ${requests} requests: one iteration takes longer than the run`,
          action: 'Raise DURATION, or lower THINK_TIME',
        },
      ]
    : [
        {
          rank: RANKS.unjudged,
          text: 'no iteration was completed: nothing was measured, the log says why',
        },
      ];
}

/**
 * @param {Evidence} evidence
 * @returns {Finding[]} mistakes of the script that k6 says nothing of
 */
function ofScript({ isUnguarded, teardownFailure }) {
  /** @type {Finding[]} */
  const found = [];
  if (isUnguarded) {
    found.push({
      rank: RANKS.unjudged,
      text: 'exceptions in iterations were not counted: the default export is a bare function',
      action: 'Write `export default test.run(() => { ... })`',
    });
  }
  if (teardownFailure !== undefined) {
    found.push({
      rank: RANKS.script,
      text: `teardown failed: ${teardownFailure}`,
      action: 'Data with the id of this run may be left in the service',
    });
  }
  return found;
}

/**
 * @param {Evidence} evidence
 * @returns {Finding[]} what thresholds, features and the test itself found
 */
function judged(evidence) {
  const { own, thresholds } = evidence;
  const open = {
    ...evidence,
    thresholds: thresholds.filter(({ metric }) => !own?.explains?.(metric)),
  };
  const ofEndpoints = endpointFindings(evidence);
  const ofMachine = machineFindings(evidence.metrics);
  const causes = [
    ...ofMachine,
    ...told(withoutBaseline(evidence), RANKS.test),
    ...ofEndpoints,
    ...gone(evidence),
    ...slowerSignals(evidence),
  ];
  const crossed = thresholdFindings(withoutBaseline(open), ofEndpoints.length > 0);
  const missing = unmeasuredFindings(open, causes.length + crossed.length > 0);
  const isOnlyShort = [...causes, ...crossed].every(({ kind }) => kind === 'never requested');
  // That latencies were not judged is said already.
  return [
    ...causes,
    ...crossed,
    ...(ofMachine.length > 0 ? [] : missing),
    ...(isOnlyShort ? tooShort(evidence) : []),
  ];
}

/**
 * @param {Evidence} evidence
 * @param {number} rank
 * @returns {Finding[]} what the test itself and features found, one sentence each
 */
function told(evidence, rank) {
  const reasons = [
    ...(evidence.own?.reasons ?? []),
    ...features.flatMap((feature) => feature.reasons?.(evidence) ?? []),
  ];
  return reasons.map((text) => ({ rank, text }));
}

/**
 * Every test has thresholds: that it threw nothing is one. With `--no-thresholds` k6 reports none of them.
 *
 * @param {Evidence} evidence
 * @returns {Finding[]}
 */
function notJudged({ thresholds }) {
  const text = 'nothing was judged: k6 was told to ignore the thresholds (--no-thresholds)';
  return thresholds.length === 0 ? [{ rank: RANKS.unjudged, text }] : [];
}

/**
 * @param {Evidence} evidence
 * @returns {Finding[]} what is no endpoint and became slower since the baseline
 */
function slowerSignals({ comparison }) {
  return (comparison?.endpoints ?? [])
    .filter(({ metric, status, current }) => metric && status === 'slower' && current !== null)
    .map(({ name }) => ({
      rank: RANKS.baseline,
      name,
      text: `${name}: ${slower(name, comparison)}`,
    }));
}

/**
 * @template {Evidence} T
 * @param {T} evidence
 * @returns {T} without the limits of which `slowerSignals` speaks
 */
function withoutBaseline(evidence) {
  const rows = evidence.comparison?.endpoints ?? [];
  const ofBaseline = (/** @type {Summary['thresholds'][number]} */ { metric, expression }) =>
    rows.some((row) => row.metric === metric && expression === `p(95)<=${row.limit}`);
  return { ...evidence, thresholds: evidence.thresholds.filter((each) => !ofBaseline(each)) };
}

/**
 * @param {Evidence} evidence
 * @returns {Finding[]} endpoints of the baseline that the test does not have any more
 */
function gone({ comparison }) {
  const text =
    'is in the baseline and not in this test any more; if that is meant, save the baseline again';
  return (comparison?.endpoints ?? [])
    .filter(({ status }) => status === 'missing')
    .map(({ name }) => ({ rank: RANKS.baseline, name, text: `${name}: ${text}` }));
}

/**
 * Finds the first load step beyond the targets: those of the whole run, which it has to meet by itself, and
 * those that only it has.
 *
 * @param {Evidence} evidence
 * @returns {Summary['breakingStage']}
 */
function breakingStage({ stages, thresholds }) {
  const common = OF_EVERY_STEP.flatMap((name) =>
    thresholds.filter(({ metric }) => metric === name),
  );
  for (const stage of stages) {
    const reason =
      common.map((limit) => beyond(stage, limit)).find((found) => found !== undefined) ??
      ownMiss(stage, thresholds);
    if (reason !== undefined) {
      return { name: stage.name, reason };
    }
  }
  return null;
}

/**
 * @param {Metrics} stage
 * @param {Summary['thresholds'][number]} limit of the whole run
 * @returns {string | undefined} how the step alone missed it
 */
function beyond(stage, { metric, expression }) {
  const [, aggregate, comparison, number] = CONDITION.exec(expression) ?? [];
  const value = aggregate === undefined ? undefined : stepValue(stage, metric, aggregate);
  return value === undefined || HOLDS[comparison](value, Number(number))
    ? undefined
    : missed(metric, aggregate, (aggregate === 'rate' ? roundedShare : rounded)(value), expression);
}

/**
 * @param {Metrics} stage
 * @param {string} metric one of OF_EVERY_STEP
 * @param {string} aggregate such as `rate` or `p(95)`
 * @returns {number | undefined} undefined if the step has no such metric
 */
function stepValue({ requests, errors, checks, duration }, metric, aggregate) {
  if (metric === 'http_req_duration') {
    const key = aggregate === 'med' ? 'p50' : aggregate.replace(/[()]/g, '');
    return duration?.[/** @type {keyof typeof duration} */ (key)];
  }
  const [part, whole] =
    metric === 'checks' ? [checks.passes, checks.passes + checks.fails] : [errors, requests];
  return aggregate === 'rate' && whole > 0 ? part / whole : undefined;
}

/**
 * @param {Metrics} stage
 * @param {Summary['thresholds']} thresholds
 * @returns {string | undefined} the first crossed limit that only this step has
 */
function ownMiss({ name }, thresholds) {
  const tag = `{stage:${name}}`;
  const found = thresholds.find(({ metric, ok }) => !ok && metric.endsWith(tag));
  return (
    found &&
    missed(
      found.metric.slice(0, -tag.length),
      found.expression.replace(/\s*[<>=!].*$/, ''),
      found.value,
      found.expression,
    )
  );
}

/**
 * @param {string} metric
 * @param {string} aggregate
 * @param {number | null} value
 * @param {string} expression
 */
function missed(metric, aggregate, value, expression) {
  return `${metric} ${aggregate} was ${value ?? 'not measured'}, target ${expression}`;
}
