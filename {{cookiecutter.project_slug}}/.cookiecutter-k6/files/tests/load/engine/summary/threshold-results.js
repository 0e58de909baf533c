// What became of the thresholds, out of the metrics that k6 hands to `handleSummary`.

import { hooksOf } from '../features/registry.js';
import { OWN_LIMITS, wasLimitedHere } from './causes.js';
import { errorTypes, metricsOf } from './metrics.js';
import { rounded, roundedShare } from './statistics.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */

const features = hooksOf('summary');

/**
 * @param {any} metrics
 * @returns {import('../types/summary.js').ThresholdResult[]} sorted by metric
 * @example thresholdResults(data.metrics).filter(({ ok }) => !ok)
 */
export function thresholdResults(metrics) {
  return Object.keys(metrics)
    .sort()
    .flatMap((metric) =>
      Object.entries(metrics[metric].thresholds ?? {}).map(([expression, { ok }]) => ({
        metric,
        expression,
        // k6 passes a threshold without samples.
        ok: ok && isMeasured(metrics, metric),
        value: observed(metrics[metric], expression),
        unit: metrics[metric].contains === 'time' ? 'ms' : '',
        measured: isMeasured(metrics, metric),
      })),
    );
}

/**
 * @param {any} metric
 * @param {string} expression such as `p(95)<500`
 * @returns {number | null} the value that the expression is about
 */
function observed({ type, values }, expression) {
  const aggregate = expression.replace(/\s*[<>=!].*$/, '').trim();
  const value = values[aggregate === 'p(50)' ? 'med' : aggregate];
  if (typeof value !== 'number') {
    return null;
  }
  return type === 'rate' ? roundedShare(value) : rounded(value);
}

/**
 * Thresholds that need no samples: checks of an endpoint or a test that has none are no fault unless the test
 * itself, or THRESHOLDS, sets a limit on them; neither is a login that a test does not need, nor growth in a soak whose
 * users made too few requests to judge it.
 *
 * @param {TestSpec} spec
 * @param {import('../types/suite.js').RunPlan} plan
 * @param {string} metric with its tag
 * @returns {boolean}
 * @example isOptional(spec, plan, 'checks{name:health}')
 */
export function isOptional({ thresholds = {} }, { asked = [] }, metric) {
  return (
    metric.startsWith('support_failed{') ||
    (metric === 'soak_slowdown' && !asked.includes(metric)) ||
    (/^checks(\{name:|$)/.test(metric) && !(metric in thresholds) && !asked.includes(metric))
  );
}

/** Causes of failures that left no answer whose time could be taken. */
const UNANSWERED = ['refused', 'timeout', 'dns', 'tls', 'connection', ...OWN_LIMITS];

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
  return (
    judged ??
    (hasSamples(metric, metrics[metric]) &&
      !timedNoAnswer(metrics, metric) &&
      !(metrics[metric].contains === 'time' && wasLimitedHere(errorTypes(metrics))))
  );
}

/** Durations that are never zero, unless nothing answered. Other times can be: TLS takes none where there is no TLS. */
const NEVER_ZERO = /^http_req_(duration|waiting)(\{|$)/;

/**
 * Says whether a metric was measured at all. A counter always is: zero is a value.
 *
 * @param {string} metric with its tag
 * @param {any} data
 * @returns {boolean}
 */
function hasSamples(metric, { type, values }) {
  if (type === 'rate') {
    return values.passes + values.fails > 0;
  }
  return type !== 'trend' || (values.count > 0 && (values.max > 0 || !NEVER_ZERO.test(metric)));
}
