import { LEFT_GROUP, RESPONSE_GROUP } from '../vu/failures.js';

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
  const all = passedOn(root, RESPONSE_GROUP).map((text) => JSON.parse(text));
  for (const { at, ...response } of all.sort((a, b) => a.at - b.at)) {
    const kind = `${response.name} ${response.cause ?? response.checks}`;
    if (!first.has(kind) && first.size < MOST_SHOWN) {
      const seconds = Number.isNaN(start) ? null : Math.max(0, at - start) / 1000;
      first.set(kind, { ...response, seconds });
    }
  }
  return [...first.values()];
}

/**
 * Reads what VUs said about things that stay in the service.
 *
 * @param {any} root `root_group` as k6 hands it to `handleSummary`
 * @returns {import('../types/summary.js').SummaryTable[]} one, or none
 * @example const tables = leftBehind(data.root_group);
 */
export function leftBehind(root) {
  const rows = [...new Set(passedOn(root, LEFT_GROUP))].sort().map((text) => [text]);
  const title = 'Clean-up';
  const head = ['stays in the service, or may not be of this run and was not touched'];
  return rows.length === 0 ? [] : [{ title, head, rows: rows.slice(0, MOST_SHOWN) }];
}

/**
 * @param {any} group
 * @param {string} prefix of the groups that carry texts
 * @returns {string[]} what VUs passed on in this group and those in it
 */
function passedOn({ groups = [] }, prefix) {
  return groups.flatMap((/** @type {any} */ group) =>
    group.name.startsWith(prefix)
      ? [decodeURIComponent(group.name.slice(prefix.length))]
      : passedOn(group, prefix),
  );
}
