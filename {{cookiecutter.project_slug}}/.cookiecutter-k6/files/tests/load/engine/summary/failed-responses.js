import { RESPONSE_GROUP } from '../vu/failures.js';

/** @typedef {import('../types/summary.js').FailedResponse} FailedResponse */

/** More of them help nobody. */
const MOST_SHOWN = 20;

/**
 * Reads the failed responses that VUs passed on, see engine/vu/failures.js.
 *
 * @param {any} root `root_group` as k6 hands it to `handleSummary`
 * @param {string} [startedAt] ISO 8601
 * @returns {FailedResponse[]} the first of each kind, in order of time
 * @example failedResponses(data.root_group, data.setup_data.startedAt)
 */
export function failedResponses(root, startedAt = '') {
  const start = Date.parse(startedAt);
  /** @type {Map<string, FailedResponse>} */
  const first = new Map();
  for (const { at, ...response } of passedOn(root).sort((a, b) => a.at - b.at)) {
    const kind = `${response.name} ${response.cause ?? response.checks}`;
    if (!first.has(kind) && first.size < MOST_SHOWN) {
      const seconds = Number.isNaN(start) ? null : Math.max(0, at - start) / 1000;
      first.set(kind, { ...response, seconds });
    }
  }
  return [...first.values()];
}

/**
 * @param {any} group
 * @returns {any[]} what VUs passed on in this group and those in it
 */
function passedOn({ groups = [] }) {
  return groups.flatMap((/** @type {any} */ group) =>
    group.name.startsWith(RESPONSE_GROUP)
      ? [JSON.parse(decodeURIComponent(group.name.slice(RESPONSE_GROUP.length)))]
      : passedOn(group),
  );
}
