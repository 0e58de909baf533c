import exec from 'k6/execution';
import { Rate } from 'k6/metrics';
import { isolation, tiers } from '../../../config/tenants.js';
import { env } from '../../../lib/config.js';

/** Fraction of requests next to a noisy tier that exceed the limit of their VU, by the tag `tier`. */
const tierSlowdown = new Rate('tier_slowdown');

/** With fewer quiet samples of a route, a VU records nothing about it; it keeps at most MOST_SAMPLES. */
const FEWEST_SAMPLES = 10;
const MOST_SAMPLES = 200;

/**
 * Measures how a noisy tier affects the tier of the calling VU. k6 cannot compare two percentiles, but a VU can
 * compare its own requests: if fewer than 5 % exceed a limit derived from the quiet p95, the noisy p95 is below it. Each
 * route has a limit of its own: the slow ones are rare, and chance decides how many of them a part of the run has.
 *
 * Also tags the samples with `neighbour` (quiet, noisy or other), so that the summary can show both parts.
 *
 * @param {string} tier
 * @returns {{ begin: () => boolean, took: (route: string, ms: number) => void }} call both around each request; `begin` returns
 *   true while `tier` itself is the noisy one and its users exceed their limit
 * @example const watch = createIsolationWatch('starter'); watch.begin(); watch.took(endpoint.name, response.timings.duration);
 */
export function createIsolationWatch(tier) {
  const [from, to] = tiers[tier].load.during ?? [0, 1];
  /** Durations by route. @type {Map<string, number[]>} */
  const samples = new Map();
  /** Slowest acceptable durations by route. @type {Map<string, number>} */
  const limits = new Map();
  let part = '';
  return {
    begin() {
      const share = from + exec.scenario.progress * (to - from);
      const now = partOf(share);
      if (now !== part) {
        if (now === 'noisy') {
          samples.forEach((durations, route) => limits.set(route, limitOf(durations)));
          samples.clear();
        }
        part = now;
        exec.vu.metrics.tags.neighbour = part;
      }
      return tier === env.NOISY_TIER && share >= isolation.noisy[0];
    },
    took(route, ms) {
      const limit = limits.get(route) ?? Infinity;
      if (part === 'quiet') {
        const durations = samples.get(route) ?? [];
        samples.set(route, durations);
        if (durations.length < MOST_SAMPLES) {
          durations.push(ms);
        }
      } else if (part === 'noisy' && limit < Infinity) {
        tierSlowdown.add(ms > limit, { tier });
      }
    },
  };
}

/**
 * @param {number} share elapsed fraction of the run, 0 to 1
 * @returns {string}
 */
function partOf(share) {
  const within = (/** @type {[number, number]} */ [from, to]) => share >= from && share < to;
  return within(isolation.quiet) ? 'quiet' : within(isolation.noisy) ? 'noisy' : 'other';
}

/**
 * @param {number[]} samples milliseconds
 * @returns {number} slowest acceptable duration in milliseconds; Infinity with too few samples
 */
function limitOf(samples) {
  if (samples.length < FEWEST_SAMPLES) {
    return Infinity;
  }
  const sorted = [...samples].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1];
  return p95 * isolation.factor + isolation.noiseMs;
}
