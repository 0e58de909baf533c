// What the test of rate limits adds to options and summary. Loaded outside the VUs only.

import { tiers } from '../../../config/tenants.js';
import { env } from '../../../lib/config.js';
import { rounded } from '../../summary/statistics.js';

/** What was wrong with a limit, by cause. @type {Record<import('./rate-limit.js').LimitCause, (figures: Figures) => string>} */
const SENTENCES = {
  missing: ({ allowed }) => `missing, none of ${allowed} requests in a row was limited`,
  too_low: ({ allowed }) => `too low, only ${allowed} requests were allowed`,
  too_high: ({ allowed }) => `too high, ${allowed} requests were allowed`,
  cross_tenant: () => 'stops other tenants too, they got 429 right after this one had',
  no_recovery: ({ windowMs }) =>
    `does not recover, still 429 after two windows of ${windowMs / 1000} s`,
  too_slow: ({ windowMs }) =>
    `cannot be judged, the burst took most of the window of ${windowMs / 1000} s: run it nearer to the service`,
};

/** @typedef {{ allowed: number | null, limited: number | null, first: number | null, windowMs: number, recovery: number | null, trials: number }} Figures */

/**
 * What `defineTest` needs.
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
  const figures = {
    allowed: middle('rate_limit_allowed'),
    limited: middle('rate_limit_limited'),
    first: middle('rate_limit_first_429'),
    windowMs: middle('rate_limit_window') ?? 0,
    recovery: middle('rate_limit_recovery'),
    trials: metrics.rate_limit_trials?.values.count ?? 0,
  };
  const limit = env.RATE_LIMIT ?? tiers[tier].rateLimit.requests;
  const { recovery } = figures;
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
            figures.windowMs / 1000,
            figures.trials,
            figures.allowed,
            figures.limited,
            figures.first,
            recovery === null ? null : recovery / 1000,
          ],
        ],
      },
    ],
    reasons: Object.entries(SENTENCES)
      .filter(([cause]) => metrics[`rate_limit_findings{cause:${cause}}`]?.values.count > 0)
      .map(([, sentence]) => `rate limit of ${tier} (${limit} requests): ${sentence(figures)}`),
    explains: (metric) => metric.startsWith('rate_limit_'),
  };
}
