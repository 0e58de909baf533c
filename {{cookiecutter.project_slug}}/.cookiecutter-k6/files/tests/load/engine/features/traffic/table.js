// The recordings as data: one copy for all VUs. A VU reads the step at hand.

import { SharedArray } from 'k6/data';
// First: its own SharedArray must not be made while one below is, k6 would wait for ever.
import '../../../lib/config.js';

/**
 * @param {keyof import('./prepared.js').Prepared} part
 * @returns {readonly string[][]}
 */
const shared = (part) =>
  new SharedArray(`traffic ${part}`, () => require('./prepared.js').preparedTables()[part]);

const steps = shared('steps');
const journeys = shared('journeys');
const data = shared('data');

/** How many journeys this run has. */
export const journeyCount = journeys.length;

/** What is true of the whole run. @type {{ skipped: { name: string, reason: string }[], settings: string[], hasUsers: boolean }} */
export const facts = JSON.parse(shared('facts')[0][0]);

/**
 * Reads one step.
 *
 * @param {number} index
 * @returns {import('./types.js').Step}
 * @example const { name } = stepAt(0);
 */
export const stepAt = (index) => JSON.parse(steps[index][0]);

/**
 * Reads one journey.
 *
 * @param {number} index
 * @returns {import('./types.js').Journey}
 * @example const { first, count } = journeyAt(0);
 */
export const journeyAt = (index) => JSON.parse(journeys[index][0]);

/**
 * Reads the data row of a VU.
 *
 * @param {import('./types.js').Journey} journey
 * @param {number} vu number of the VU, from 1
 * @returns {Record<string, string>} empty without data
 * @example rowOf(journey, __VU).city
 */
export const rowOf = ({ data: first, rows }, vu) =>
  rows === 0 ? {} : JSON.parse(data[first + ((Math.max(1, vu) - 1) % rows)][0]);
