// Thresholds, metrics and findings of the flash sale. Never loaded in a VU.

import { env } from '../../../lib/config.js';
import { rounded } from '../../summary/statistics.js';

/**
 * Returns the flash sale's part of the `defineTest` spec.
 *
 * @returns {Required<Pick<import('../../types/suite.js').TestSpec, 'thresholds' | 'metrics' | 'always' | 'findings'>>}
 * @example const test = defineTest({ name: 'flash-sale', ...salePlan(), endpoints: [SALE] });
 */
export function salePlan() {
  return {
    thresholds: {
      http_req_duration: ['p(95)<2000'],
      'http_req_duration{name:api}': ['p(95)<2000'],
      http_req_failed: ['rate<0.05'],
      checks: ['rate>0.95'],
      'http_req_duration{stage:recovery}': ['p(95)<500'],
      'http_req_failed{stage:recovery}': ['rate<0.01'],
      'http_reqs{stage:recovery}': ['count>0'],
      flash_sale_lost_duration: ['p(95)<1000'],
    },
    metrics: ['flash_sale_lost_duration'],
    always: () => ({
      flash_sale_sold: ['count>0'],
      flash_sale_lost: ['count>0'],
      flash_sale_over_stock: ['count<=0'],
      flash_sale_unbooked: ['count<=0'],
      flash_sale_stock_after: ['value>=0'],
    }),
    findings: findingsOf,
  };
}

/**
 * @param {any} metrics
 * @returns {import('../../types/suite.js').Findings}
 */
function findingsOf(metrics) {
  const of = (/** @type {string} */ name) => metrics[`flash_sale_${name}`]?.values ?? {};
  const orNull = (/** @type {number | undefined} */ value) =>
    value === undefined ? null : rounded(value);
  const p95 = (/** @type {string} */ name) =>
    of(name).count > 0 ? rounded(of(name)['p(95)']) : null;
  const sold = of('sold').count ?? 0;
  const lost = of('lost').count ?? 0;
  const before = orNull(of('stock_before').value);
  const after = orNull(of('stock_after').value);
  const wins = of('wins_per_buyer');
  const range = wins.count > 0 ? `${wins.min} / ${wins.med} / ${wins.max}` : null;
  const reasons = [];
  if (before !== null && sold > before) {
    reasons.push(`flash sale: oversold, ${sold} sold of ${before} in stock`);
  } else if (after !== null && after < 0) {
    reasons.push(`flash sale: oversold, the stock is ${after} after the sale`);
  } else if (of('unbooked').count > 0) {
    reasons.push(
      `flash sale: ${sold} sold, but the stock only fell from ${before} to ${after}: some units were sold twice`,
    );
  }
  if (sold > 0 && lost === 0) {
    reasons.push(
      'flash sale: never sold out, so the test is inconclusive: lower FLASH_SALE_STOCK or raise VUS',
    );
  }
  return {
    tables: [
      {
        title: 'Flash sale',
        head: ['product', 'stock', 'sold', 'left', 'rejected', 'p95 won ms', 'p95 lost ms'],
        rows: [
          [
            env.FLASH_SALE_PRODUCT,
            before,
            sold,
            after,
            lost,
            p95('won_duration'),
            p95('lost_duration'),
          ],
        ],
      },
      {
        title: 'Fairness',
        head: ['buyers', 'won per buyer, min / median / max', 'won after "sold out" %'],
        rows: [[String(wins.count ?? 0), range, orNull(100 * (of('late_wins').rate ?? 0))]],
      },
    ],
    reasons,
    explains: (metric) => /^flash_sale_(over_stock|unbooked|stock_after|lost)$/.test(metric),
  };
}
