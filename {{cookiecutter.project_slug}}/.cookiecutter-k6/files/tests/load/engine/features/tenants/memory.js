import k6 from 'k6';
import { Counter, Gauge, Trend } from 'k6/metrics';
import { checker } from '../../../lib/checker.js';
import { endpoint, jsonAt, request } from '../../../lib/http.js';
import { env } from '../../../lib/config.js';
import { stopwatch } from '../../vu/stopwatch.js';
import { trendOf } from './memory-trend.js';
import { tierRequest } from './tenant.js';

/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */

const memoryUsage = new Trend('memory_usage_mb');
const memorySamples = new Counter('memory_samples');
const growth = new Gauge('memory_growth_mb_per_hour');
const growthAtLeast = new Gauge('memory_growth_at_least');
const warmUpGrowth = new Gauge('memory_warm_up_mb');

/** Target number of readings, whatever the length of the run. */
const READINGS = 480;
const SHORTEST_MS = 100;
const LONGEST_MS = 60_000;

/** Where the service reports its memory usage. */
export const MEASURES = endpoint('GET metrics', env.METRICS_URL, {
  kind: 'measure',
  headers: { Accept: 'application/json, text/plain;q=0.9' },
});

/** Credentials are sent only to the service itself, never to another host. */
const askForMeasures = env.METRICS_URL.startsWith('/')
  ? () => tierRequest(MEASURES)
  : () => request(MEASURES);

/** Factors to MB, by the end of the metric's name. @type {[RegExp, number][]} */
const UNITS = [
  [/bytes$/i, 1 / 1024 / 1024],
  [/kb$|kib$/i, 1 / 1024],
  [/gb$|gib$/i, 1024],
];

/**
 * Reads the memory usage from a JSON document or the Prometheus text format.
 *
 * @param {HttpResponse} response
 * @returns {number} MB; NaN when it is missing
 * @example memoryOf(request(MEASURES)) // 61.4
 */
export function memoryOf(response) {
  const text = String(response.body ?? '');
  const isJson = /^\s*[[{]/.test(text);
  const name =
    env.MEMORY_FIELD || (isJson ? 'process.memory_usage_mb' : 'process_resident_memory_bytes');
  const value = isJson ? jsonAt(response, name) : sampleOf(text, name);
  const factor = UNITS.find(([unit]) => unit.test(name))?.[1] ?? 1;
  return typeof value === 'number' ? value * factor : NaN;
}

/**
 * @param {string} text
 * @param {string} name metric, with its labels if it has any
 * @returns {number | undefined}
 */
function sampleOf(text, name) {
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
  const value = Number(line?.replace(/^[^{\s]+(\{.*\})?\s+/, '').split(' ')[0]);
  return Number.isFinite(value) ? value : undefined;
}

const verify = checker(MEASURES.name, {
  status: 200,
  also: { [`${MEASURES.name} tells the memory`]: (r) => memoryOf(r) > 0 },
});

/**
 * Creates the sampler: each call reads the memory once, recomputes the trend, and sleeps until the next reading is
 * due. Gauges keep the last value, which covers the whole run.
 *
 * @param {number} durationMs planned duration of the run
 * @returns {() => void}
 * @example export const sampleMemory = test.run(createMemorySampler(test.durationMs));
 */
export function createMemorySampler(durationMs) {
  const pauseMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, durationMs / READINGS));
  /** @type {import('./memory-trend.js').Reading[]} */
  const readings = [];
  const elapsed = stopwatch(LONGEST_MS);
  return () => {
    const before = elapsed();
    const response = askForMeasures();
    if (verify(response)) {
      const mb = memoryOf(response);
      readings.push({ at: before, mb });
      memoryUsage.add(mb);
      memorySamples.add(1);
      const trend = trendOf(readings, env.WARM_UP);
      if (trend !== null) {
        growth.add(trend.perHour);
        // A gauge cannot hold -Infinity; a huge negative value is below any limit, too.
        growthAtLeast.add(Math.max(trend.least, -1e9));
        warmUpGrowth.add(trend.warmUpMb);
      }
    }
    k6.sleep(Math.max(0, pauseMs - (elapsed() - before)) / 1000);
  };
}
