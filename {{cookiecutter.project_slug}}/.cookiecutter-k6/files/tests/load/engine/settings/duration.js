/** Milliseconds in each unit that k6 understands. */
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/**
 * Reads a k6 duration. A bare number is refused: k6 would take it for milliseconds.
 *
 * @param {string} text such as `30s`, `1m30s`, `1.5h`, `1d`
 * @returns {number} milliseconds, or NaN when the text is no duration
 * @example parseDuration('1m30s') // 90000
 */
export function parseDuration(text) {
  if (!WHOLE.test(text)) {
    return NaN;
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) {
    total += Number(amount) * UNIT_MS[/** @type {keyof typeof UNIT_MS} */ (unit)];
  }
  return total;
}

/**
 * Writes milliseconds the way people write k6 durations.
 *
 * @param {number} ms milliseconds, rounded to a whole one
 * @returns {string} such as `1h5m`, `90s` as `1m30s`, `250ms`, `0s`
 * @example formatDuration(90000) // '1m30s'
 */
export function formatDuration(ms) {
  let rest = Math.round(ms);
  let text = '';
  for (const [unit, size] of /** @type {const} */ ([
    ['h', UNIT_MS.h],
    ['m', UNIT_MS.m],
    ['s', UNIT_MS.s],
    ['ms', UNIT_MS.ms],
  ])) {
    const amount = Math.floor(rest / size);
    if (amount > 0) {
      text += `${amount}${unit}`;
      rest -= amount * size;
    }
  }
  return text || '0s';
}
