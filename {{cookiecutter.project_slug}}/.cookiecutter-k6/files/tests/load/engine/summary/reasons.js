// At most five reasons: root causes first, each with one action, their consequences in a line.

import { CAUSES } from './causes.js';
import { RANKS } from './findings.js';

/** @typedef {import('./findings.js').Finding} Finding */

/** More reasons than these hide the one that matters. summary.json and report have every threshold. */
const MOST_REASONS = 5;

/** Findings of one kind that are shown one by one. */
const MOST_ALIKE = 3;

/** Names that a line of many findings gives. */
const MOST_NAMES = 3;

/** How a line about many findings starts. @type {Record<string, (count: number) => string>} */
const TOGETHER = {
  'never requested': (count) => `${count} endpoints were never requested`,
  'never measured': (count) => `${count} thresholds were never measured`,
  latency: (count) => `${count} endpoints are too slow`,
  checks: (count) => `checks fail at ${count} endpoints`,
  crossed: () => 'crossed as well',
};

/**
 * Sorts findings and shortens them.
 *
 * @param {Finding[]} findings in any order
 * @returns {string[]} at most five
 * @example reasonsOf([{ rank: RANKS.limiter, text: 'rate limited' }])
 */
export function reasonsOf(findings) {
  const lines = together(findings).sort((a, b) => a.rank - b.rank);
  const causes = lines.filter(({ rank }) => rank < RANKS.consequence);
  const consequences = lines.filter(({ rank }) => rank >= RANKS.consequence);
  const room = MOST_REASONS - Math.min(consequences.length, 2);
  const shown = causes.slice(0, causes.length > room ? room - 1 : room);
  const rest = causes.slice(shown.length).map(({ name, text }) => name ?? text);
  return [
    ...shown.map(sentence),
    ...(rest.length > 0 ? [`and ${rest.length} more: ${listed(rest)}`] : []),
    ...limited(consequences, MOST_REASONS - shown.length - (rest.length > 0 ? 1 : 0)),
  ];
}

/** @param {Finding} finding */
function sentence({ text, action }) {
  return action === undefined ? text : `${text}. ${action}`;
}

/**
 * @param {Finding[]} lines
 * @param {number} room
 * @returns {string[]} the last one holds those that have no room
 */
function limited(lines, room) {
  const texts = lines.map(({ text }) => text);
  return texts.length <= room
    ? texts
    : [...texts.slice(0, room - 1), texts.slice(room - 1).join('; ')];
}

/**
 * @param {Finding[]} findings
 * @returns {Finding[]} many of one kind are one
 */
function together(findings) {
  /** @type {Map<string, Finding[]>} */
  const kinds = new Map();
  findings.forEach((finding, index) => {
    // A login is a cause of its own, however its requests failed.
    const key =
      finding.kind === undefined || finding.rank === RANKS.login
        ? `${index}`
        : `${finding.kind} ${finding.rank}`;
    kinds.set(key, [...(kinds.get(key) ?? []), finding]);
  });
  return [...kinds.values()].flatMap((alike) => {
    const { kind = '', rank, action } = alike[0];
    const isConsequence = rank >= RANKS.consequence;
    if (kind !== 'crossed' && alike.length <= (isConsequence ? MOST_ALIKE - 1 : MOST_ALIKE)) {
      return alike;
    }
    const cause = CAUSES[/** @type {keyof typeof CAUSES} */ (kind)];
    const title = TOGETHER[kind]?.(alike.length) ?? `${cause}: ${alike.length} endpoints failed`;
    const names = alike.map(({ name, text }) => name ?? text);
    return [{ rank, action, text: `${title}: ${listed(names)}` }];
  });
}

/**
 * @param {string[]} names
 * @returns {string}
 */
function listed(names) {
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
