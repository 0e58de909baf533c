// Finds the steps in a series of latencies: from which run on an endpoint was slower or faster.

import { median, predictionFactor, spread } from '../../baseline/statistics.js';

/** @typedef {import('./types.js').Change} Change */
/** @typedef {import('../../types/baseline.js').RegressionRule} RegressionRule */

/** Values that a level needs before anything can differ from it. */
const LEAST = 3;

/** Newest values that make up a level: a slow drift is no step. */
const WINDOW = 10;

/**
 * Finds the changes in a series. A value beyond what tolerance and noise allow is a change if the next one is, too:
 * noise seldom comes twice, a change stays. The last value has no next one, so it is unconfirmed.
 *
 * @param {(number | null)[]} values milliseconds, oldest first; null: not measured
 * @param {RegressionRule} rule config/regression.js
 * @returns {Change[]}
 * @example changesOf([10, 10, 10, 20, 20], regression)[0].at // 3
 */
export function changesOf(values, rule) {
  /** @type {Pick<Change, 'at' | 'before' | 'confirmed'>[]} */
  const found = [];
  const measured = values.flatMap((value, at) =>
    value === null || value <= 0 ? [] : [{ value, at }],
  );
  /** @type {number[]} */
  let level = [];
  measured.forEach(({ value, at }, i) => {
    const side = level.length < LEAST ? 0 : sideOf(value, level, rule);
    if (side === 0) {
      level = [...level, value].slice(-WINDOW);
      return;
    }
    const next = measured[i + 1];
    const confirmed = next !== undefined && sideOf(next.value, level, rule) === side;
    if (confirmed || next === undefined) {
      found.push({ at, before: median(level), confirmed });
      level = [value];
    }
  });
  return found.map((change, i) => completed(change, found[i + 1]?.at ?? values.length, values));
}

/**
 * @param {Pick<Change, 'at' | 'before' | 'confirmed'>} change
 * @param {number} end index behind its last value
 * @param {(number | null)[]} values
 * @returns {Change}
 */
function completed(change, end, values) {
  const after = median(
    values.slice(change.at, end).flatMap((value) => (value === null ? [] : [value])),
  );
  return { ...change, after, percent: Math.round((after / change.before - 1) * 1000) / 10 };
}

/**
 * @param {number} value
 * @param {number[]} level
 * @param {RegressionRule} rule
 * @returns {-1 | 0 | 1} below it, part of it, or above it
 */
function sideOf(value, level, { tolerance, slackMs, falseAlarms, maxNoise = 1 }) {
  const middle = median(level);
  const noise = Math.min(
    predictionFactor(spread(level) ?? 0, level.length, falseAlarms),
    1 + maxNoise,
  );
  const factor = Math.max(1 + tolerance, noise);
  if (value > Math.max(middle * factor, middle + slackMs)) {
    return 1;
  }
  return value < Math.min(middle / factor, middle - slackMs) ? -1 : 0;
}
