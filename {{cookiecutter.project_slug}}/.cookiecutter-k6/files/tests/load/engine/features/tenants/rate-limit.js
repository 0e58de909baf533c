import k6 from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
import { limitTest, tiers } from '../../../config/tenants.js';
import { env } from '../../../lib/config.js';
import { parseDuration } from '../../settings/duration.js';
import { reportFailure } from '../../vu/failures.js';
import { stopwatch } from '../../vu/stopwatch.js';
import { endpoint } from '../../../lib/http.js';
import { loggedInAgain, tierHeaders, usualTiers } from './tenant.js';

/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {'missing' | 'too_low' | 'too_high' | 'cross_tenant' | 'no_recovery' | 'too_slow'} LimitCause */

const allowedRequests = new Trend('rate_limit_allowed');
const limitedRequests = new Trend('rate_limit_limited');
const firstLimited = new Trend('rate_limit_first_429');
const windowLength = new Trend('rate_limit_window', true);
const recoveryTime = new Trend('rate_limit_recovery', true);
const trials = new Counter('rate_limit_trials');
const findings = new Counter('rate_limit_findings');

/** The request that trials send. 200 and 429 are both expected. */
export const LIMITED = endpoint(`GET ${limitTest.path}`.replace(/\?.*$/, ''), limitTest.path, {
  statuses: [200, 429],
});

/**
 * Bounds of the batch size, by default a tenth of the limit: small batches show which request was the first to be
 * limited.
 */
export const BATCH = 25;
const FEWEST_AT_ONCE = 5;

/** A burst longer than this fraction of the window could run into the next one. */
const LONGEST_BURST = 0.8;

/** Polls per window while waiting for the limit to reset. */
const POLLS = 20;

/**
 * Result of one burst.
 *
 * @typedef {object} Burst
 * @property {number} sent
 * @property {number} allowed
 * @property {number} limited
 * @property {number} first number of the first limited request; 0: none
 * @property {number} ms duration
 */

/**
 * Sends the requests of a trial.
 *
 * @param {string} tier tier whose limit is tested
 * @param {number} limit requests per window
 */
function createProbe(tier, limit) {
  const most = 2 * limit + limitTest.extra;
  const batch = Math.min(BATCH, Math.max(FEWEST_AT_ONCE, Math.ceil(limit / 10)));
  const params = { ...LIMITED.params, throw: false };
  /** @type {number | undefined} */
  let learntMs;
  const windowMs = () =>
    parseDuration(env.RATE_LIMIT_WINDOW ?? '') ||
    learntMs ||
    parseDuration(tiers[tier].rateLimit.window);

  /**
   * @param {number} count
   * @param {string} [as] tier that sends them
   */
  const send = (count, as = tier) => {
    const { method, url } = LIMITED;
    const batchOf = () => {
      const each = { method, url, params: { ...params, headers: tierHeaders(as) } };
      return http.batch(Array.from({ length: count }, () => each));
    };
    let responses = batchOf();
    if (responses.some(({ status }) => status === 401) && loggedInAgain(as)) {
      // A trial may last longer than a token.
      responses = batchOf();
    }
    for (const response of responses) {
      if (response.status !== 200 && response.status !== 429) {
        reportFailure(LIMITED, response);
      }
      learntMs ??= as === tier ? windowOf(response.headers) : undefined;
    }
    return responses;
  };

  /** Sends slightly more than the limit, or up to twice as much while nothing is limited. @returns {Burst} */
  const burst = () => {
    const elapsed = stopwatch();
    const found = { sent: 0, allowed: 0, limited: 0, first: 0, ms: 0 };
    while (found.sent < most && (found.first === 0 || found.sent < limit + limitTest.extra)) {
      elapsed();
      for (const { status } of send(Math.min(batch, most - found.sent))) {
        found.sent += 1;
        found.allowed += status === 200 ? 1 : 0;
        if (status === 429) {
          found.limited += 1;
          found.first ||= found.sent;
        }
      }
    }
    found.ms = elapsed();
    return found;
  };

  /**
   * Polls until a request is allowed again. Some services also count rejected requests and reset only without
   * traffic, so the last attempt comes after one window of silence.
   *
   * @param {number} retryMs wait that the service asked for
   * @returns {number} milliseconds until it was allowed; NaN if it never was
   */
  const recover = (retryMs) => {
    const patience = windowMs() * (1 + env.RATE_LIMIT_TOLERANCE) + limitTest.graceMs;
    const elapsed = stopwatch(patience + windowMs());
    k6.sleep(Math.min(Math.max(0, retryMs - 1000), patience) / 1000);
    while (elapsed() < patience) {
      k6.sleep(windowMs() / POLLS / 1000);
      if (send(1)[0].status === 200) {
        return elapsed();
      }
    }
    k6.sleep(windowMs() / 1000);
    return send(1)[0].status === 200 ? elapsed() : NaN;
  };

  return { windowMs, send, burst, recover };
}

/**
 * Evaluates a trial with checks and findings.
 *
 * @param {string} tier
 * @param {number} limit requests per window
 */
function createJudge(tier, limit) {
  const tags = { name: LIMITED.name };
  /**
   * @param {LimitCause} cause
   * @param {boolean} good
   */
  const judge = (cause, good) => {
    k6.check(good, { [`${LIMITED.name} limit of ${tier} is not ${cause}`]: (ok) => ok }, tags);
    if (!good) {
      findings.add(1, { tier, cause });
    }
    return good;
  };

  /**
   * @param {Burst} found
   * @param {number} windowMs
   */
  const judgeBurst = ({ allowed, limited, first, ms }, windowMs) => {
    allowedRequests.add(allowed, { tier });
    limitedRequests.add(limited, { tier });
    if (first > 0) {
      firstLimited.add(first, { tier });
    }
    if (!judge('missing', limited > 0) || !judge('too_slow', ms < windowMs * LONGEST_BURST)) {
      return;
    }
    judge('too_low', allowed >= limit * (1 - env.RATE_LIMIT_TOLERANCE));
    // A token bucket may refill during the burst.
    judge('too_high', allowed <= limit * (1 + env.RATE_LIMIT_TOLERANCE + ms / windowMs));
  };
  return { judge, judgeBurst };
}

/**
 * Tests whether a tier's limit exists and is correct. Works for fixed windows, sliding windows and token buckets: all
 * three allow exactly the limit in a fast burst that starts from an unused limit. So a trial uses up the limit, waits
 * until a request is allowed again, stays silent for one window, and then measures. Only the first VU sends requests:
 * others would use up the limit of the same tenant.
 *
 * @param {string} tier
 * @returns {() => void} one trial
 * @example export default test.run(createLimitTrial('free'));
 */
export function createLimitTrial(tier) {
  const limit = env.RATE_LIMIT ?? tiers[tier].rateLimit.requests;
  const { windowMs, send, burst, recover } = createProbe(tier, limit);
  const { judge, judgeBurst } = createJudge(tier, limit);
  const others = usualTiers.filter((name) => name !== tier);
  return () => {
    if (exec.vu.idInTest > 1) {
      k6.sleep(1);
      return;
    }
    const drained = burst();
    trials.add(1, { tier });
    windowLength.add(windowMs(), { tier });
    if (drained.limited === 0) {
      judgeBurst(drained, windowMs());
      k6.sleep(1);
      return;
    }
    if (!judge('no_recovery', recover(retryOf(send(1)[0])) >= 0)) {
      return;
    }
    k6.sleep((windowMs() * 1.02 + 50) / 1000);
    judgeBurst(burst(), windowMs());
    const refused = send(1)[0];
    judge(
      'cross_tenant',
      others.every((name) => send(1, name)[0].status !== 429),
    );
    const recovered = recover(retryOf(refused));
    if (judge('no_recovery', recovered >= 0)) {
      recoveryTime.add(recovered, { tier });
    }
  };
}

/**
 * @param {Record<string, string>} headers
 * @returns {number | undefined} length of the window in milliseconds, if the headers state it
 * @example windowOf({ 'Ratelimit-Policy': '100;w=60' }) // 60000
 */
export function windowOf(headers) {
  const names = ['Ratelimit-Policy', 'Ratelimit-Limit', 'X-Ratelimit-Policy', 'X-Ratelimit-Limit'];
  for (const name of names) {
    const seconds = Number(/;\s*w=([\d.]+)/.exec(headers[name] ?? '')?.[1]);
    if (seconds > 0) {
      return seconds * 1000;
    }
  }
  return undefined;
}

/**
 * @param {HttpResponse} response
 * @returns {number} milliseconds to wait before retrying; 0 if the service does not say
 */
function retryOf({ headers }) {
  const seconds = Number(headers['Retry-After'] ?? headers['Ratelimit-Reset']);
  return seconds > 0 ? seconds * 1000 : 0;
}
