// Thresholds and findings of the rate-limit test. Never loaded in a VU.

import { tiers } from '../../../config/tenants.js';
import { env } from '../../../lib/config.js';
import { rounded } from '../../summary/statistics.js';

/** Reasons for a failure, by cause. @type {Record<import('./rate-limit.js').LimitCause, (measured: Measured) => string>} */
const SENTENCES = {
  missing: ({ allowed }) => `missing, none of ${allowed} consecutive requests was limited`,
  too_low: ({ allowed }) => `too low, only ${allowed} requests were allowed`,
  too_high: ({ allowed }) => `too high, ${allowed} requests were allowed`,
  cross_tenant: () => 'shared with other tenants, they got 429 right after this one',
  no_recovery: ({ windowMs }) =>
    `does not reset, still 429 after two windows of ${windowMs / 1000} s`,
  too_slow: ({ windowMs }) =>
    `not measurable, the burst took most of the window of ${windowMs / 1000} s: run k6 closer to the service`,
};

/** @typedef {{ allowed: number | null, limited: number | null, first: number | null, windowMs: number, recovery: number | null, trials: number }} Measured */

/**
 * Returns the rate-limit test's part of the `defineTest` spec.
 *
 * @param {string} tier
 * @returns {Required<Pick<import('../../types/suite.js').TestSpec, 'always' | 'findings'>>}
 * @example const test = defineTest({ name: 'rate-limit', ...limitPlan('free'), endpoints: [LIMITED] });
 */
export function limitPlan(tier) {
  return {
    always: () => ({
      rate_limit_trials: ['count>0'],
      rate_limit_findings: ['count<1'],
      ...Object.fromEntries(
        Object.keys(SENTENCES).map((cause) => [`rate_limit_findings{cause:${cause}}`, []]),
      ),
    }),
    findings: (metrics) => findingsOf(tier, metrics),
  };
}

/**
 * @param {string} tier
 * @param {any} metrics
 * @returns {import('../../types/suite.js').Findings}
 */
function findingsOf(tier, metrics) {
  const middle = (/** @type {string} */ metric) => {
    const values = metrics[metric]?.values;
    return values?.count > 0 ? rounded(values.med) : null;
  };
  const measured = {
    allowed: middle('rate_limit_allowed'),
    limited: middle('rate_limit_limited'),
    first: middle('rate_limit_first_429'),
    windowMs: middle('rate_limit_window') ?? 0,
    recovery: middle('rate_limit_recovery'),
    trials: metrics.rate_limit_trials?.values.count ?? 0,
  };
  const limit = env.RATE_LIMIT ?? tiers[tier].rateLimit.requests;
  const { recovery } = measured;
  return {
    tables: [
      {
        title: 'Rate limit',
        head: [
          'tier',
          'limit',
          'window s',
          'trials',
          'allowed',
          'limited',
          'first 429',
          'recovery s',
        ],
        rows: [
          [
            tier,
            limit,
            measured.windowMs / 1000,
            measured.trials,
            measured.allowed,
            measured.limited,
            measured.first,
            recovery === null ? null : recovery / 1000,
          ],
        ],
      },
    ],
    reasons: Object.entries(SENTENCES)
      .filter(([cause]) => metrics[`rate_limit_findings{cause:${cause}}`]?.values.count > 0)
      .map(([, sentence]) => `rate limit of ${tier} (${limit} requests): ${sentence(measured)}`),
    explains: (metric) => metric.startsWith('rate_limit_'),
  };
}
