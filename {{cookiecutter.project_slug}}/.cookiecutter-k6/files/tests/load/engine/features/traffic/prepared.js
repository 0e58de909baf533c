// data/traffic.jsonl and data/traffic.data.json, as the VUs read them. Once per run.

import { env, writesAllowed } from '../../../lib/config.js';
import { complete, parseJson } from '../../settings/json.js';
import { localPath } from '../../settings/paths.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').About} About */

const FORMAT = 1;
const TABLE = localPath(import.meta.resolve('../../../data/traffic.jsonl'));
const DATA = localPath(import.meta.resolve('../../../data/traffic.data.json'));

/**
 * Parts of the table: JSON texts, each in a list. k6 freezes what a shared array gives out, an object part by part.
 *
 * @typedef {Record<'steps' | 'journeys' | 'data' | 'facts', string[][]>} Prepared
 */

/** @type {Prepared | undefined} */
let prepared;

/**
 * Reads the tables, the first time it is called.
 *
 * @returns {Prepared}
 * @throws when a file is no table of this version, or TRAFFIC_JOURNEYS names no journey
 * @example const { steps } = preparedTables();
 */
export function preparedTables() {
  prepared ??= prepare(readTable(), parseJson(open(DATA), 'data/traffic.data.json'));
  return prepared;
}

/** @returns {{ abouts: About[], rows: Row[] }} */
function readTable() {
  const file = 'data/traffic.jsonl';
  const [header, ...lines] = complete(open(TABLE), file)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parseJson(line, file));
  if (header?.format !== FORMAT) {
    throw new Error(
      `${file} has format ${header?.format}, this suite reads ${FORMAT}. ` +
        'Import again: ./scripts/load-test.sh import FILE',
    );
  }
  return {
    abouts: lines.filter((line) => line.values !== undefined),
    rows: lines.filter((line) => line.values === undefined),
  };
}

/**
 * @param {{ abouts: About[], rows: Row[] }} table
 * @param {Record<string, Record<string, string>[]>} data rows by journey
 * @returns {Prepared}
 */
function prepare({ abouts, rows }, data) {
  const wanted = env.TRAFFIC_JOURNEYS;
  const names = abouts.map(({ journey }) => journey);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `TRAFFIC_JOURNEYS=${unknown}: no such journey, expected some of ${names.join(', ') || 'none yet'}`,
    );
  }
  /** @type {Prepared} */
  const parts = { steps: [], journeys: [], data: [], facts: [] };
  const skipped = [];
  const settings = new Set();
  let upTo = 0;
  let hasUsers = false;
  for (const about of abouts) {
    const { journey: name, values, weight = 1, skip } = about;
    const own = rows.filter((row) => row.journey === name);
    const left = wanted.length > 0 ? !wanted.includes(name) : skip || weight === 0;
    const writes = own.some(({ kind }) => kind === 'api_write');
    if (left || (writes && !writesAllowed)) {
      const why = left ? 'left out' : 'changes data: needs ALLOW_WRITES=true off this machine';
      skipped.push({ name, reason: typeof skip === 'string' ? skip : why });
      continue;
    }
    upTo += weight;
    const records = Array.isArray(data[name]) ? data[name] : [];
    const counts = { first: parts.steps.length, count: own.length };
    const place = { data: parts.data.length, rows: records.length };
    parts.journeys.push([JSON.stringify({ name, values, upTo, ...counts, ...place })]);
    parts.data.push(...records.map((record) => [JSON.stringify(record)]));
    parts.steps.push(...own.map((row) => [JSON.stringify(stepOf(row, values))]));
    for (const { setting, user } of Object.values(values)) {
      hasUsers ||= user !== undefined;
      if (setting !== undefined) {
        settings.add(setting);
      }
    }
  }
  parts.facts.push([JSON.stringify({ skipped, settings: [...settings], hasUsers })]);
  return parts;
}

/**
 * @param {Row} row
 * @param {About['values']} values
 * @returns {import('./types.js').Step}
 */
function stepOf(row, values) {
  const { url, headers = {}, cookies = {}, body = [], responses = {} } = row;
  const parts = [url, body, ...Object.values(headers), ...Object.values(cookies)].flat();
  const used = parts.map((part) => (typeof part === 'string' ? {} : (values[part.v] ?? {})));
  const isSecret = used.some(({ user, setting }) => user !== undefined || setting !== undefined);
  const isLogin = used.some(({ user }) => user === 'password');
  return { ...row, responses, confidential: isSecret, login: isLogin };
}
