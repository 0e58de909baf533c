// Scenario, thresholds and findings of the memory-leak test. Never loaded in a VU.

import { env } from '../../../lib/config.js';
import { rounded } from '../../summary/statistics.js';

/** Fewer readings are not enough for a verdict. */
const FEWEST_READINGS = 20;

/**
 * Returns the memory test's part of the `defineTest` spec: the sampler scenario and the verdict.
 *
 * @returns {Required<Pick<import('../../types/suite.js').TestSpec, 'companions' | 'always' | 'findings'>>}
 * @example const test = defineTest({ name: 'memory-leak', ...memoryPlan(), endpoints });
 */
export function memoryPlan() {
  return {
    companions: [
      {
        scenario: 'memory_sampler',
        exec: 'sampleMemory',
        scales: false,
        shape: { executor: 'constant-vus', vus: 1, duration: '1m' },
      },
    ],
    always: () => ({
      memory_samples: [`count>=${FEWEST_READINGS}`],
      memory_growth_at_least: [`value<${env.MEMORY_LIMIT}`],
    }),
    findings: findingsOf,
  };
}

/**
 * @param {any} metrics
 * @returns {import('../../types/suite.js').Findings}
 */
function findingsOf(metrics) {
  const gauge = (/** @type {string} */ name) => {
    const value = metrics[name]?.values.value;
    return typeof value === 'number' && value > -1e9 ? Math.round(value * 10) / 10 : null;
  };
  const usage = metrics.memory_usage_mb?.values ?? {};
  const perHour = gauge('memory_growth_mb_per_hour');
  const least = gauge('memory_growth_at_least');
  const leaks = least !== null && least >= env.MEMORY_LIMIT;
  const count = usage.count ?? 0;
  // Without any reading, a check of the response says why.
  const isShort = count > 0 && count < FEWEST_READINGS;
  return {
    tables: [
      {
        title: 'Memory',
        head: [
          'readings',
          'lowest MB',
          'median MB',
          'highest MB',
          'warm-up MB',
          'MB/hour',
          'at least',
          'limit',
        ],
        rows: [
          [
            count,
            ...['min', 'med', 'max'].map((stat) => (usage.count > 0 ? rounded(usage[stat]) : null)),
            gauge('memory_warm_up_mb'),
            perHour,
            least,
            env.MEMORY_LIMIT,
          ],
        ],
      },
    ],
    reasons: leaks
      ? [
          `memory leak: grows by ${perHour} MB/hour after the warm-up, at least ${least} (limit ${env.MEMORY_LIMIT})`,
        ]
      : isShort
        ? [
            `memory leak: not judged, ${count} of at least ${FEWEST_READINGS} readings: raise DURATION`,
          ]
        : [],
    explains: (metric) =>
      (metric === 'memory_growth_at_least' && leaks) || (metric === 'memory_samples' && isShort),
  };
}
