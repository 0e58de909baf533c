/** Longest time a measurement of the server's clock is trusted over a worse one, milliseconds. */
const STALE_MS = 120_000;

/**
 * How far a server's clock is ahead of ours, from question and answer: the server read its clock somewhere
 * between the two, so the quicker the answer, the smaller the mistake.
 *
 * @typedef {object} ClockOffset
 * @property {number} offsetMs server minus own clock; NaN before the first answer
 * @property {number} roundTripMs of the answer it comes from
 * @property {number} measuredAt milliseconds since the epoch
 */

/**
 * @returns {ClockOffset}
 * @example const clock = newClock();
 */
export function newClock() {
  return { offsetMs: NaN, roundTripMs: Infinity, measuredAt: 0 };
}

/**
 * Learns from one answer; slower ones than before change nothing.
 *
 * @param {ClockOffset} clock
 * @param {number} askedAt own clock, milliseconds
 * @param {number} serverTime server's clock, milliseconds
 * @param {number} answeredAt own clock, milliseconds
 * @returns {boolean} whether it was better than what was known
 * @example learn(clock, 1000, 6010, 1020) // clock.offsetMs is 5000
 */
export function learn(clock, askedAt, serverTime, answeredAt) {
  const roundTripMs = answeredAt - askedAt;
  if (roundTripMs > clock.roundTripMs && answeredAt - clock.measuredAt < STALE_MS) {
    return false;
  }
  clock.offsetMs = serverTime - (askedAt + answeredAt) / 2;
  clock.roundTripMs = roundTripMs;
  clock.measuredAt = answeredAt;
  return true;
}

/**
 * How long a message was on its way. Never negative: what the measurement of the offset missed by is not a
 * message from the future.
 *
 * @param {ClockOffset} clock
 * @param {number} sentAt server's clock, milliseconds
 * @param {number} receivedAt own clock, milliseconds
 * @returns {number} milliseconds
 * @example latencyMs(clock, 6000, 1030) // 30, when the server is 5000 ahead
 */
export function latencyMs(clock, sentAt, receivedAt) {
  return Math.max(0, receivedAt - (sentAt - (clock.offsetMs || 0)));
}

/**
 * Reads a time stamp: milliseconds or seconds since the epoch, or ISO 8601 text.
 *
 * @param {unknown} stamp
 * @returns {number} milliseconds since the epoch; NaN when it is none
 * @example toMs('2026-01-01T00:00:00Z') // 1767225600000
 */
export function toMs(stamp) {
  if (typeof stamp === 'number') {
    return stamp < 1e11 ? stamp * 1000 : stamp;
  }
  return typeof stamp === 'string' ? Date.parse(stamp) : NaN;
}
