import k6 from 'k6';
import { Counter, Gauge, Trend } from 'k6/metrics';
import { checker } from '../../../lib/checker.js';
import { env } from '../../../lib/config.js';
import { endpoint, jsonAt, request } from '../../../lib/http.js';
import { trendOf } from './memory-trend.js';
import { tierHeaders } from './tenant.js';

/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */

const memoryUsage = new Trend('memory_usage_mb');
const memorySamples = new Counter('memory_samples');
const growth = new Gauge('memory_growth_mb_per_hour');
const growthAtLeast = new Gauge('memory_growth_at_least');
const warmUpGrowth = new Gauge('memory_warm_up_mb');

/** Readings of a run, however long it is: a soak needs no more. */
const READINGS = 480;
const SHORTEST_MS = 100;
const LONGEST_MS = 60_000;

/** Where the service tells its memory. */
export const MEASURES = endpoint('GET metrics', env.METRICS_URL, {
  kind: 'measure',
  headers: { Accept: 'application/json, text/plain;q=0.9' },
});

/**
 * Another host gets no credentials of this one.
 *
 * @returns {import('../../../lib/http.js').RequestDetails}
 */
function measuresDetails() {
  return env.METRICS_URL.startsWith('/')
    ? { headers: { ...tierHeaders(), ...MEASURES.params.headers } }
    : {};
}

/** Megabytes by what the name of a figure ends with. @type {[RegExp, number][]} */
const UNITS = [
  [/bytes$/i, 1 / 1024 / 1024],
  [/kb$|kib$/i, 1 / 1024],
  [/gb$|gib$/i, 1024],
];

/**
 * Reads the memory out of a JSON document or Prometheus' text format.
 *
 * @param {HttpResponse} response
 * @returns {number} MB; NaN when it is not there
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
 * @param {string} name of a metric, with its labels if it has some
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
 * Makes the sampler: each call reads the memory once, works the trend out anew, and waits for the next reading. Of
 * the gauges the last value counts, the one of the whole run.
 *
 * @param {number} durationMs planned length of the run
 * @returns {() => void}
 * @example export const sampleMemory = test.run(createMemorySampler(test.durationMs));
 */
export function createMemorySampler(durationMs) {
  const pauseMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, durationMs / READINGS));
  /** @type {import('./memory-trend.js').Reading[]} */
  const readings = [];
  return () => {
    const before = Date.now();
    const response = request(MEASURES, measuresDetails());
    if (verify(response)) {
      const mb = memoryOf(response);
      readings.push({ at: before, mb });
      memoryUsage.add(mb);
      memorySamples.add(1);
      const trend = trendOf(readings, env.WARM_UP);
      if (trend !== null) {
        growth.add(trend.perHour);
        // A gauge takes no infinity; nothing sure is not above any limit either.
        growthAtLeast.add(Math.max(trend.least, -1e9));
        warmUpGrowth.add(trend.warmUpMb);
      }
    }
    k6.sleep(Math.max(0, pauseMs - (Date.now() - before)) / 1000);
  };
}
