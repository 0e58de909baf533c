/**
 * Formats a latency with three significant digits.
 *
 * @param {number | null | undefined} value milliseconds
 * @returns {string}
 * @example milliseconds(12.345) // '12.3 ms'
 */
export function milliseconds(value) {
  if (value === null || value === undefined) {
    return '-';
  }
  return value >= 10_000 ? `${short(value / 1000)} s` : `${short(value)} ms`;
}

/**
 * @param {number} value
 * @returns {string} with thousands separators from 10,000 on
 * @example short(1234.5) // '1235'
 */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 100) {
    return grouped(Math.round(value));
  }
  return String(Number(value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3)));
}

/**
 * @param {number} value a whole number
 * @returns {string}
 * @example grouped(1234567) // '1,234,567'
 */
export function grouped(value) {
  const text = String(value);
  return Math.abs(value) < 10_000 ? text : text.replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * @param {number} value 0 to 100
 * @returns {string}
 * @example percent(0.5) // '0.5%'
 */
export function percent(value) {
  return `${Number(value.toFixed(value > 0 && value < 0.1 ? 3 : 2))}%`;
}

/**
 * @param {number} value percent
 * @returns {string} with its sign
 * @example change(12.345) // '+12.35%'
 */
export function change(value) {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}%`;
}

/**
 * @param {number} ms
 * @returns {string} a duration, to a tenth of a second
 * @example length(65_040) // '1 min 5 s'
 */
export function length(ms) {
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms % 60_000) / 1000;
  const rest = `${Number(seconds.toFixed(minutes > 0 ? 0 : 1))} s`;
  return minutes > 0 ? `${grouped(minutes)} min ${rest}` : rest;
}

/**
 * @param {import('../types/summary.js').CheckCounts} checks
 * @returns {string} share that passed, '-' without checks
 * @example checkShare({ passes: 9, fails: 1 }) // '90%'
 */
export function checkShare({ passes, fails }) {
  return passes + fails > 0 ? percent((100 * passes) / (passes + fails)) : '-';
}

/**
 * @param {number} seconds
 * @returns {string} minutes and seconds on a time axis
 * @example clock(75) // '1:15'
 */
export function clock(seconds) {
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/**
 * @param {import('../types/summary.js').Summary} summary
 * @returns {string} test and profile
 * @example runName(summary) // 'health under load'
 */
export function runName({ run }) {
  return run.test === run.profile ? run.test : `${run.test} under ${run.profile}`;
}

/**
 * States the result of the load steps. A run can fail although every step meets the targets of the whole run: because of one
 * endpoint, or of something that belongs to no step.
 *
 * @param {Pick<import('../types/summary.js').Summary, 'passed' | 'breakingStage'>} summary
 * @returns {string} without a full stop
 * @example stepsSentence({ passed: true, breakingStage: null }) // 'every step met the targets'
 */
export function stepsSentence({ passed, breakingStage }) {
  if (breakingStage) {
    return `first step beyond the targets: ${breakingStage.name} (${breakingStage.reason})`;
  }
  return passed ? 'every step met the targets' : 'no single step is beyond the targets by itself';
}

/**
 * @param {string} text
 * @returns {string} with a capital letter and a full stop
 * @example sentence('all is well') // 'All is well.'
 */
export function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/**
 * @param {import('../types/summary.js').Summary} summary
 * @returns {string} the verdict in one sentence
 */
export function verdictSentence({ passed, reasons, thresholds, run }) {
  const time = length(run.durationMs);
  return passed
    ? `All ${thresholds.length} thresholds passed in ${time}.`
    : `${reasons.length === 1 ? 'One finding' : `${reasons.length} findings`} in ${time}.`;
}

/**
 * @param {string} timestamp ISO 8601, UTC
 * @returns {string} date and time to the minute
 * @example when('2026-01-31T09:05:59.000Z') // '2026-01-31 09:05 UTC'
 */
export function when(timestamp) {
  return `${timestamp.slice(0, 10)} ${timestamp.slice(11, 16)} UTC`;
}
