import { formatDuration } from '../settings/duration.js';
import { CAUSES } from './causes.js';
import { hooksOf } from '../features/registry.js';
import { rounded } from './statistics.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/summary.js').Figures} Figures */
/** @typedef {Pick<Summary, 'metrics' | 'endpoints' | 'stages' | 'thresholds' | 'failedChecks'> & { comparison?: Summary['comparison'], own?: import('../types/suite.js').Findings }} Evidence */

const features = hooksOf('summary');

/** A run that ended this much too early was cut short: 2 % and a second for rounding. */
const TOLERANCE = 0.98;
const TOLERANCE_MS = 1000;

/** Targets of the whole run that every load step has to meet by itself; failed requests explain failed checks. */
const OF_EVERY_STEP = ['http_req_failed', 'http_req_duration', 'checks'];

/** Conditions that the figures of a load step can answer. */
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
 * @returns {{ reasons: string[], breakingStage: Summary['breakingStage'] }} no reasons: passed
 * @example findings(figures, { ranMs: 60010, plannedMs: 60000 })
 */
export function findings(evidence, { ranMs, plannedMs }) {
  if (evidence.metrics.iterations === 0) {
    const reason = 'no iteration was completed: nothing was measured, the log says why';
    const reasons = [reason, ...(evidence.own?.reasons ?? []), ...ofFeatures(evidence)];
    return { reasons, breakingStage: null };
  }
  const { own } = evidence;
  const reasons = notJudged(evidence);
  const cutShort = !own?.endedEarly && ranMs < plannedMs * TOLERANCE - TOLERANCE_MS;
  if (cutShort) {
    reasons.push(
      `cut short: ran ${formatDuration(ranMs)} of ${formatDuration(plannedMs)} (interrupted or aborted)`,
    );
  }
  const judged = withoutBaseline(evidence);
  reasons.push(
    ...(own?.reasons ?? []),
    ...causes(evidence),
    ...gone(evidence),
    ...ofFeatures(judged),
    ...slowerSignals(evidence),
  );
  const explained = (/** @type {{ metric: string }} */ { metric }) => own?.explains?.(metric);
  reasons.push(
    ...crossed({
      ...judged,
      thresholds: judged.thresholds.filter((threshold) => !explained(threshold)),
    }),
    ...unmeasured({
      ...evidence,
      thresholds: evidence.thresholds.filter((threshold) => !explained(threshold)),
    }),
  );
  const stages = evidence.stages.filter(({ requests }) => requests > 0 || !cutShort);
  return {
    reasons,
    breakingStage: own?.breakingStage ?? breakingStage({ ...evidence, stages }),
  };
}

/**
 * @param {Evidence} evidence
 * @returns {string[]} reasons that features find, one sentence each
 */
function ofFeatures(evidence) {
  return features.flatMap(({ reasons }) => reasons?.(evidence) ?? []);
}

/**
 * Every test has thresholds: that it threw nothing is one. With `--no-thresholds` k6 reports none of them.
 *
 * @param {Evidence} evidence
 * @returns {string[]}
 */
function notJudged({ thresholds }) {
  return thresholds.length === 0
    ? ['nothing was judged: k6 was told to ignore the thresholds (--no-thresholds)']
    : [];
}

/**
 * @param {Evidence} evidence
 * @returns {string[]} one sentence per endpoint with a crossed threshold
 */
function causes({ endpoints, thresholds, failedChecks, comparison }) {
  // Looked up, not searched: a whole API has a thousand endpoints with four thresholds each.
  const crossedNames = new Set(
    thresholds.filter(({ ok }) => !ok).map(({ metric }) => /\{name:(.*)\}$/.exec(metric)?.[1]),
  );
  return endpoints
    .filter(({ name }) => crossedNames.has(name))
    .map((endpoint) => {
      const { name, requests, errors, errorRate, errorTypes, checks, duration } = endpoint;
      if (requests === 0) {
        return `${name}: was never requested`;
      }
      const parts = [];
      const types = Object.keys(errorTypes).map(
        (cause) => CAUSES[/** @type {keyof typeof CAUSES} */ (cause)],
      );
      if (errors > 0) {
        parts.push(`${errorRate}% of ${requests} requests failed (${types.join(', ')})`);
      }
      if (checks.fails > 0) {
        const worst = failedChecks.filter((check) => check.name.startsWith(`${name} `)).slice(0, 2);
        const names = worst.map((check) => `'${check.name}'`).join(', ');
        parts.push(`${checks.fails} of ${checks.fails + checks.passes} checks failed: ${names}`);
      }
      if (parts.length === 0 && types.length > 0) {
        parts.push(types.join(', '));
      }
      if (parts.length === 0 && duration !== null) {
        parts.push(slower(name, comparison) ?? `too slow, p95 ${duration.p95} ms`);
      }
      return `${name}: ${parts.join('; ')}`;
    });
}

/**
 * @param {string} name
 * @param {Summary['comparison']} [comparison]
 * @returns {string | undefined} what became slower since the baseline
 */
function slower(name, comparison) {
  const row = comparison?.endpoints.find((entry) => entry.name === name);
  return row?.status === 'slower'
    ? `p95 ${row.current} ms, ${row.change}% above the baseline of ${row.baseline} ms (limit ${row.limit} ms)`
    : undefined;
}

/**
 * @param {Evidence} evidence
 * @returns {string[]} what is no endpoint and became slower since the baseline
 */
function slowerSignals({ comparison }) {
  return (comparison?.endpoints ?? [])
    .filter(({ metric, status, current }) => metric && status === 'slower' && current !== null)
    .map(({ name }) => `${name}: ${slower(name, comparison)}`);
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
 * @returns {string[]} endpoints of the baseline that the test does not have any more
 */
function gone({ comparison }) {
  return (comparison?.endpoints ?? [])
    .filter(({ status }) => status === 'missing')
    .map(
      ({ name }) =>
        `${name}: is in the baseline and not in this test any more; if that is meant, save the baseline again`,
    );
}

/**
 * @param {Evidence} evidence
 * @returns {string[]} crossed thresholds that no endpoint explains
 */
function crossed({ thresholds }) {
  return thresholds
    .filter(({ ok, metric }) => !ok && !metric.includes('{name:'))
    .map(({ metric, expression, value }) =>
      metric === 'script_errors'
        ? `${value} iterations ended in an exception, the first is in the log`
        : metric === 'dropped_iterations'
          ? `${value} iterations could not start, all VUs were busy: the service is too slow for this rate, or VUS is too low`
          : `${metric}: expected ${expression}, got ${value ?? 'no samples'}`,
    );
}

/**
 * @param {Evidence} evidence
 * @returns {string[]} thresholds that k6 passed without a sample
 */
function unmeasured({ thresholds }) {
  return thresholds
    .filter(({ ok, measured }) => ok && !measured)
    .map(({ metric, expression }) => `${metric}: '${expression}' was never measured`);
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
 * @param {Figures} stage
 * @param {Summary['thresholds'][number]} limit of the whole run
 * @returns {string | undefined} how the step alone missed it
 */
function beyond(stage, { metric, expression }) {
  const [, aggregate, comparison, number] = CONDITION.exec(expression) ?? [];
  const value = aggregate === undefined ? undefined : stepValue(stage, metric, aggregate);
  return value === undefined || HOLDS[comparison](value, Number(number))
    ? undefined
    : missed(metric, aggregate, rounded(value), expression);
}

/**
 * @param {Figures} stage
 * @param {string} metric one of OF_EVERY_STEP
 * @param {string} aggregate such as `rate` or `p(95)`
 * @returns {number | undefined} undefined when the step has no such figure
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
 * @param {Figures} stage
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
