// Samples of requests over time, for the charts of the report. k6 itself keeps no data over time, and its dashboard, which does,
// processes every sample of every metric a second time. Here each VU counts its requests, and now and then passes the counts and one
// duration to k6, tagged with a slice of time: a sub-metric per endpoint and slice then holds the data.

import { Counter, Trend } from 'k6/metrics';

/** @typedef {import('../types/suite.js').TimelineCourse} TimelineCourse */

/** Durations of sampled requests. */
const durations = new Trend('timeline_duration', true);

/** Requests since the sample before. */
const requests = new Counter('timeline_requests');

/** How many of them failed. */
const failures = new Counter('timeline_failures');

/** The course that endpoints share if there are too many for one each. */
const OTHERS = 'other endpoints';

/**
 * @param {import('../types/suite.js').TimelinePlan} plan
 * @param {number} ms since the start
 * @returns {number} index of a slice; what comes after the planned end belongs to the last one
 * @example sliceAt({ count: 60, durationMs: 60000, bend: 1, ... }, 1500) // 1
 */
export function sliceAt({ count, durationMs, bend }, ms) {
  const part = Math.max(0, ms) / durationMs;
  return Math.min(count - 1, Math.floor(count * (bend === 1 ? part : part ** (1 / bend))));
}

/**
 * Lets a VU sample its requests from its first iteration on.
 *
 * @param {import('../types/suite.js').TimelinePlan} plan
 * @param {(recorder: import('../types/suite.js').TimelineRecorder) => void} recordWith of lib/http.js
 * @returns {(startedAt: number) => void} starts it; called with the end of setup, milliseconds since 1970
 * @example const record = recording(plan.timeline, recordWith);
 */
export function recording(plan, recordWith) {
  return (startedAt) => recordWith(createRecorder(plan, startedAt));
}

/**
 * @param {import('../types/suite.js').TimelinePlan} plan
 * @param {number} startedAt milliseconds since 1970
 * @returns {import('../types/suite.js').TimelineRecorder}
 */
function createRecorder(plan, startedAt) {
  /** @type {Record<string, TimelineCourse>} */
  const courses = Object.create(null);
  return {
    courseOf(name) {
      const isOther = !plan.names.includes(name) && !plan.ignored.includes(name);
      const known = isOther ? OTHERS : name;
      return (courses[known] ??= {
        name: known,
        requests: 0,
        failed: 0,
        nextAt: plan.names.includes(known) ? 0 : Infinity,
        slice: -1,
        tags: {},
      });
    },
    record(course, ms) {
      const now = Date.now();
      const slice = sliceAt(plan, now - startedAt);
      if (slice !== course.slice) {
        course.slice = slice;
        course.tags = { name: course.name, slice: String(slice) };
      }
      if (ms > 0) {
        durations.add(ms, course.tags);
      }
      requests.add(course.requests, course.tags);
      if (course.failed > 0) {
        failures.add(course.failed, course.tags);
      }
      course.requests = 0;
      course.failed = 0;
      course.nextAt = now + plan.gapMs;
    },
  };
}
