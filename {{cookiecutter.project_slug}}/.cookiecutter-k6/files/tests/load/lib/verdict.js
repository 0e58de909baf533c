import { formatDuration } from './duration.js';
import { CAUSES } from './causes.js';
import { socketReasons } from './sockets/socket-plan.js'; // @feature websocket

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {Pick<Summary, 'metrics' | 'endpoints' | 'stages' | 'thresholds' | 'failedChecks'> & { comparison?: Summary['comparison'], own?: import('../types/suite.js').Findings }} Evidence */

/** A run that ended this much too early was cut short: 2 % and a second for rounding. */
const TOLERANCE = 0.98;
const TOLERANCE_MS = 1000;

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
    const reasons = [reason, ...(evidence.own?.reasons ?? [])];
    reasons.push(...socketReasons(evidence)); // @feature websocket
    return { reasons, breakingStage: null };
  }
  const { own } = evidence;
  const reasons = notJudged(evidence);
  if (!own?.endedEarly && ranMs < plannedMs * TOLERANCE - TOLERANCE_MS) {
    reasons.push(
      `cut short: ran ${formatDuration(ranMs)} of ${formatDuration(plannedMs)} (interrupted or aborted)`,
    );
  }
  reasons.push(...(own?.reasons ?? []), ...causes(evidence), ...gone(evidence));
  const judged = withoutBaseline(evidence);
  reasons.push(...socketReasons(judged)); // @feature websocket
  reasons.push(...slowerSignals(evidence));
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
  return { reasons, breakingStage: own?.breakingStage ?? breakingStage(evidence) };
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
 * Finds the first load step that missed the overall latency or error target.
 *
 * @param {Evidence} evidence
 * @returns {Summary['breakingStage']}
 */
function breakingStage({ stages, thresholds }) {
  const limits = thresholds.filter(({ metric }) =>
    ['http_req_failed', 'http_req_duration'].includes(metric),
  );
  for (const stage of stages) {
    for (const { metric, expression } of limits) {
      const match = /^(rate|p\((90|95|99)\))<=?([\d.]+)$/.exec(expression);
      const value =
        metric === 'http_req_failed'
          ? stage.errorRate / 100
          : stage.duration?.[/** @type {'p90' | 'p95' | 'p99'} */ (`p${match?.[2]}`)];
      if (match && value !== undefined && value >= Number(match[3])) {
        return {
          name: stage.name,
          reason: `${metric} ${match[1]} was ${value}, target ${expression}`,
        };
      }
    }
  }
  return null;
}
