// What this run takes of the API: the table, the overrides and the settings put together. Once per run.

import { env } from '../../../lib/config.js';
import { localPath } from '../../settings/paths.js';
import { baseOf, notTwice } from './bases.js';
import { credentialsOf } from './credentials.js';
import { SAFE_METHODS } from './names.js';
import { applyOverride, checkNames, overrideOf, parseOverrides } from './overrides.js';
import { prepared } from './prepared.js';
import { select } from './selection.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Header} Header */
/** @typedef {import('./types.js').Walk} Walk */
/** @typedef {import('./types.js').Override} Override */

/**
 * What walks are cut by, and what thresholds and summary know of an operation.
 *
 * @typedef {object} Brief
 * @property {string} name
 * @property {string} journey
 * @property {string} kind
 * @property {string} method
 * @property {string} url its template, without the host
 * @property {string} role
 * @property {{ statuses: string[], types: string[], sent: number, parameters: number }} declares what the document
 *   says of it; parameters: how many, and how many of them are sent
 * @property {object} options none
 * @property {string} [undo] what deletes what it creates
 * @property {number} weight
 */

/** The version of the table that this suite reads. */
const FORMAT = 2;

/** Most operations that one iteration of a load profile takes: it has to end when the profile does. */
const LONGEST_WALK = 20;

const TABLE = localPath(import.meta.resolve('../../../data/operations.jsonl'));
const OVERRIDES = localPath(import.meta.resolve('../../../data/operations.overrides.json'));

/**
 * One part of a choice: JSON texts, each in a list. A document of 1,000 operations takes a tenth of the memory that
 * its objects would; and k6 freezes what a shared array gives out, an object part by part, a text letter by
 * letter, but not a text inside something.
 *
 * @typedef {string[][]} Part
 */

/**
 * @typedef {object} Choice
 * @property {Part} operations those that may be sent
 * @property {Part} generators the shared ones: name and row, sorted by name
 * @property {Part} sweep every operation once, one walk a journey
 * @property {Part} walks the same in walks of bounded length
 * @property {Part} skipped name and reason of the others
 * @property {Part} warnings about the overrides
 * @property {Part} last one element: the dangerous operations that the user named
 * @property {Part} endpoints every `Brief`, for thresholds and summary
 * @property {Part} auths sets of alternatives, with the number of operations that want them
 * @property {Part} schemes one element: the security schemes by name
 * @property {Part} facts one element: what to send for the schemes, and the seed
 */

/** @type {Choice | undefined} */
let choice;

/**
 * Reads the table and chooses, the first time it is called.
 *
 * @returns {Choice}
 * @throws when the table is of another version, or the overrides are no JSON
 * @example const { operations, skipped } = chosen();
 */
export function chosen() {
  choice ??= choose(readTable(), readOverrides());
  return choice;
}

/** @returns {{ header: Header, rows: string[], shared: string[] }} rows and generators as they stand */
function readTable() {
  const [first, ...lines] = open(TABLE)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const header = JSON.parse(first ?? '{}');
  if (header.format !== FORMAT) {
    throw new Error(
      `data/operations.jsonl: format ${header.format}, this suite reads format ${FORMAT}. ` +
        'Run: ./scripts/load-test.sh openapi update',
    );
  }
  const isShared = (/** @type {string} */ line) => line.startsWith('{"shared":');
  return {
    header,
    rows: lines.filter((line) => !isShared(line)),
    shared: lines.filter(isShared),
  };
}

/** @returns {Record<string, Override>} by operation */
function readOverrides() {
  let text;
  try {
    text = open(OVERRIDES);
  } catch {
    return {};
  }
  return parseOverrides(text);
}

/**
 * Line by line, so that only texts stay.
 *
 * @param {ReturnType<typeof readTable>} table
 * @param {Record<string, Override>} overrides
 * @returns {Choice}
 */
function choose({ header, rows, shared }, overrides) {
  const isPlain = Object.keys(overrides).length === 0;
  const warnings = isPlain ? [] : checkNames(overrides, rows.map(namesOf));
  const { sent, last, helpers, skipped } = select(rows, overrides);
  const documentBase = baseOf(header);
  const order = [...sent, ...last, ...helpers];
  /** @type {Map<string, number>} */
  const auths = new Map();
  const briefs = order.map((line) => {
    const row = JSON.parse(rows[line]);
    const auth = JSON.stringify(row.auth ?? []);
    auths.set(auth, (auths.get(auth) ?? 0) + 1);
    return briefOf(row, documentBase, overrideOf(row, overrides).weight);
  });
  const operations = new Map(briefs.map(({ name }, index) => [name, index]));
  const schemes = header.schemes ?? {};
  const credentials = credentialsOf(schemes);
  const measured = briefs.slice(0, sent.length + last.length);
  const normal = briefs.slice(0, sent.length);
  return {
    operations: order.map((line, index) => {
      const row = JSON.parse(rows[line]);
      const { weight } = briefs[index];
      const base = row.base === undefined ? documentBase : notTwice(row.base);
      const changed = applyOverride(row, overrideOf(row, overrides));
      return element(prepared(changed, { index, base, weight, operations, credentials }));
    }),
    generators: shared.map((text) => [sharedName(text), text]).sort(byName),
    sweep: walksOf(normal, Infinity).map(element),
    walks: walksOf(normal, LONGEST_WALK).map(element),
    skipped: skipped.map(element),
    warnings: warnings.map(element),
    endpoints: measured.map(element),
    last: [element(last.map((_, index) => sent.length + index))],
    auths: [...auths].map(([auth, count]) => [`[${auth},${count}]`]),
    schemes: [element(schemes)],
    facts: [element({ credentials, seed: env.OPENAPI_SEED ?? freshSeed(), base: documentBase })],
  };
}

/**
 * @param {string} text a row
 * @returns {Pick<Row, 'name' | 'id' | 'method' | 'tags'>}
 */
function namesOf(text) {
  const { name, id, method, tags } = JSON.parse(text);
  return { name, id, method, tags };
}

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function element(value) {
  return [JSON.stringify(value)];
}

/**
 * @param {string} line the row of a shared generator; not parsed as a whole, they are most of a table
 * @returns {string}
 */
function sharedName(line) {
  const [, name] = /^\{"shared":\s*("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
  return name === undefined ? JSON.parse(line).shared : JSON.parse(name);
}

/**
 * @param {string[]} first
 * @param {string[]} second
 * @returns {number} by the order that `<` has, which is how they are looked up
 */
function byName([first], [second]) {
  return first < second ? -1 : Number(first > second);
}

/**
 * @param {Row} row
 * @param {string} base
 * @param {number} [weight]
 * @returns {Brief}
 */
function briefOf(row, base, weight = 1) {
  const { name, journey, method, role, undo, params = [], left = [], responses = {} } = row;
  const kind = SAFE_METHODS.includes(method) ? 'api_read' : 'api_write';
  const url = templateOf(row, base);
  const declares = {
    statuses: Object.keys(responses).filter((status) => status !== 'default'),
    types: [...new Set(Object.values(responses).flatMap(({ types = [] }) => types))],
    sent: params.filter(({ optional }) => !optional || env.OPENAPI_OPTIONAL > 0).length,
    parameters: params.length + left.length,
  };
  // Set-up asks every endpoint for its options.
  return {
    name,
    journey,
    kind,
    method,
    url,
    weight,
    role,
    declares,
    options: {},
    ...(undo && { undo }),
  };
}

/**
 * @param {Row} row
 * @param {string} documentBase
 * @returns {string} such as `/v1/pets/{petId}`
 */
function templateOf({ url, base }, documentBase) {
  const parts = url.map((part, index) => (index % 2 === 0 ? part : `{${part}}`));
  return `${base === undefined ? documentBase : notTwice(base)}${parts.join('')}`;
}

/** @returns {number} another one for each run: what it makes must not meet what an earlier run made */
function freshSeed() {
  return Math.floor(Math.random() * 1_000_000_000) + 1;
}

/**
 * Cuts the operations into walks; they stand in the right order already.
 *
 * @param {Brief[]} briefs
 * @param {number} longest
 * @returns {Walk[]}
 */
function walksOf(briefs, longest) {
  /** @type {Walk[]} */
  const found = [];
  let journey;
  for (const [index, brief] of briefs.entries()) {
    const walk = found[found.length - 1];
    if (walk !== undefined && brief.journey === journey && walk.operations.length < longest) {
      walk.operations.push(index);
      walk.weight = Math.max(walk.weight, brief.weight);
    } else {
      found.push({ operations: [index], weight: brief.weight, upTo: 0 });
    }
    journey = brief.journey;
  }
  let upTo = 0;
  for (const walk of found) {
    upTo += walk.weight;
    walk.upTo = upTo;
  }
  return found;
}
