// What a run sends: the table, the overrides and the settings combined. Once per run.

import { env } from '../../../lib/config.js';
import { complete, parseJson } from '../../settings/json.js';
import { localPath } from '../../settings/paths.js';
import { baseOf, notTwice } from './bases.js';
import { credentialsOf } from './credentials.js';
import { SAFE_METHODS } from './names.js';
import {
  applyOverride,
  checkNames,
  fillVariables,
  isAllowed,
  overrideOf,
  parseOverrides,
} from './overrides.js';
import { derived } from './prepared.js';
import { candidateOf, select } from './selection.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Header} Header */
/** @typedef {import('./types.js').Walk} Walk */
/** @typedef {import('./types.js').Override} Override */

/**
 * What thresholds, the summary and the cutting of walks need of an operation.
 *
 * @typedef {object} Brief
 * @property {string} name
 * @property {string} journey
 * @property {string} kind
 * @property {string} method
 * @property {string} url its template, without the host
 * @property {string} role
 * @property {{ conditional?: boolean }} options conditional: it may be that it is not sent
 * @property {string} [undo] what deletes what it creates
 * @property {number} weight
 */

/**
 * What the document declares of an operation, for the coverage of a run.
 *
 * @typedef {object} Declared
 * @property {string[]} statuses
 * @property {string[]} types media types of answers
 * @property {string[]} ok statuses that are a success
 * @property {number} sent number of parameters that are sent
 * @property {number} parameters number of all parameters
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
 * @property {Part} skipped one element: name and reason of the others
 * @property {Part} warnings one element: about the overrides
 * @property {Part} last one element: the dangerous operations that the user named
 * @property {Part} endpoints one element: every `Brief`, for thresholds and summary
 * @property {Part} declared one element: every `Declared`, for the summary; apart, because options need the others several times
 * @property {Part} auths one element: sets of alternatives, with the number of operations that want them
 * @property {Part} schemes one element: the security schemes by name
 * @property {Part} facts one element: what is true of the whole run, see table.js
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
  const file = 'data/operations.jsonl';
  const [first, ...lines] = complete(open(TABLE), file)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const header = parseJson(first ?? '{}', file);
  if (header.format !== FORMAT) {
    throw new Error(
      `${file}: format ${header.format}, this suite reads format ${FORMAT}. ` +
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
 * Each row is parsed once, and only texts and what the selection needs stay: the rows of a thousand operations take
 * half a second to parse, and as objects ten times their size.
 *
 * @param {ReturnType<typeof readTable>} table
 * @param {Record<string, Override>} overrides
 * @returns {Choice}
 */
function choose({ header, rows, shared }, overrides) {
  const schemes = header.schemes ?? {};
  const secrets = fillVariables(overrides, schemes);
  const context = {
    base: baseOf(header),
    credentials: credentialsOf(schemes),
    signsAll: Object.keys(schemes).length === 0,
  };
  const drafts = rows.map((text, line) => draftOf(text, line, overrides, context));
  const candidates = drafts.map(({ candidate }) => candidate);
  const warnings = checkNames(overrides, candidates);
  const { sent, last, helpers, skipped } = select(candidates);
  const order = [...sent, ...last, ...helpers];
  for (const line of helpers) {
    drafts[line] = draftOf(rows[line], line, overrides, context, true);
  }
  const operations = new Map(order.map((line, index) => [drafts[line].candidate.name, index]));
  const briefs = order.map((line) => /** @type {Brief} */ (drafts[line].brief));
  /** @type {Map<string, number>} */
  const auths = new Map();
  for (const { auth } of order.map((line) => drafts[line])) {
    auths.set(auth, (auths.get(auth) ?? 0) + 1);
  }
  const measured = briefs.slice(0, sent.length + last.length);
  const normal = briefs.slice(0, sent.length);
  const reads = new Map(
    order.flatMap((line, index) => {
      const { method, path } = drafts[line].candidate;
      return method === 'GET' && !last.includes(line) ? [[path, index]] : [];
    }),
  );
  return {
    operations: order.map((line, index) => {
      const { role, path, undo = '' } = drafts[line].candidate;
      const undoing = operations.get(undo) ?? null;
      const deleted = undoing === null ? '' : drafts[order[undoing]].candidate.path;
      const look = role === 'create' ? (reads.get(deleted) ?? reads.get(`${path}/{}`)) : undefined;
      const list = undoing === null ? undefined : reads.get(path);
      return [placed(drafts[line], { index, undo: undoing, look, list }, operations)];
    }),
    generators: shared.map((text) => [sharedName(text), text]).sort(byName),
    sweep: walksOf(normal, Infinity).map(element),
    walks: walksOf(normal, LONGEST_WALK).map(element),
    skipped: [element(skipped)],
    warnings: [element(warnings)],
    endpoints: [element(measured)],
    declared: [[`[${order.slice(0, measured.length).map((line) => drafts[line].declared)}]`]],
    last: [element(last.map((_, index) => sent.length + index))],
    auths: [element([...auths].map(([auth, count]) => [JSON.parse(auth), count]))],
    schemes: [element(schemes)],
    facts: [
      element(
        factsOf(
          context,
          secrets,
          order.some((line) => drafts[line].isEncoded),
        ),
      ),
    ],
  };
}

/**
 * @param {import('./prepared.js').Context} context
 * @param {string[]} secrets of the overrides
 * @param {boolean | undefined} encodesBodies
 * @returns {Record<string, unknown>} what is true of the whole run, see table.js
 */
function factsOf({ base, credentials }, secrets, encodesBodies) {
  return { base, credentials, secrets, encodesBodies, seed: env.OPENAPI_SEED ?? freshSeed() };
}

/**
 * One row of the table while operations are chosen.
 *
 * @typedef {object} Draft
 * @property {import('./selection.js').Candidate} candidate
 * @property {string} text its row with the overrides in it; empty: it is not sent
 * @property {import('./types.js').Derived} [more]
 * @property {string} auth the alternatives of its credentials, as JSON
 * @property {string} declared a `Declared`, as JSON
 * @property {boolean} [isEncoded] whether its body is not plain JSON
 * @property {Brief} [brief]
 */

/**
 * @param {string} text a row
 * @param {number} line of the table
 * @param {Record<string, Override>} overrides
 * @param {import('./prepared.js').Context} context
 * @param {boolean} [wanted] whether it is sent although the selection leaves it out
 * @returns {Draft}
 */
function draftOf(text, line, overrides, context, wanted = false) {
  const row = JSON.parse(text);
  const override = overrideOf(row, overrides);
  const candidate = candidateOf(row, line, override);
  if (candidate.reason !== undefined && !wanted) {
    return { candidate, text: '', auth: '', declared: '' };
  }
  const { weight = 1 } = override;
  const base = row.base === undefined ? context.base : notTwice(row.base);
  const isPlain = Object.keys(override).length === 0 && (row.params ?? []).every(isAllowed);
  const changed = isPlain ? row : applyOverride(row, override);
  return {
    candidate,
    text: isPlain ? text : JSON.stringify(changed),
    more: derived(changed, { ...context, base, weight }),
    auth: JSON.stringify(row.auth ?? []),
    declared: JSON.stringify(declaredBy(row, changed.ok)),
    isEncoded: (changed.body?.types[0].kind ?? 'json') !== 'json',
    brief: briefOf(row, base, weight),
  };
}

/**
 * Adds what does not follow from the row alone. JSON keeps the last of several members with one name, so that the
 * row, which is most of it, need not be parsed and written again.
 *
 * @param {Draft} draft
 * @param {{ index: number, undo: number | null, look?: number, list?: number }} place
 * @param {Map<string, number>} operations name -> index of those that are sent
 * @returns {string}
 */
function placed({ text, more, candidate: { needs } }, place, operations) {
  /** @type {Record<string, number[]>} */
  const indexes = {};
  for (const [slot, names] of Object.entries(needs)) {
    indexes[slot] = names.map((name) => operations.get(name) ?? -1).filter((found) => found >= 0);
  }
  const rest = JSON.stringify({ ...more, ...place, needs: indexes });
  return `${text.slice(0, text.lastIndexOf('}'))},${rest.slice(1)}`;
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
 * @param {number} weight
 * @returns {Brief}
 */
function briefOf({ name, journey, method, role, undo, url, targets = {} }, base, weight) {
  const parts = url.map((part, index) => (index % 2 === 0 ? part : `{${part}}`));
  return {
    name,
    journey,
    kind: SAFE_METHODS.includes(method) ? 'api_read' : 'api_write',
    method,
    url: `${base}${parts.join('')}`, // such as `/v1/pets/{petId}`
    weight,
    role,
    // A write that needs an id of this run is not sent without one: that is said, and no reason to fail.
    options: Object.keys(targets).length > 0 ? { conditional: true } : {},
    ...(undo && { undo }),
  };
}

/**
 * @param {Row} row
 * @param {string[]} ok
 * @returns {Declared}
 */
function declaredBy({ params = [], left = [], responses = {} }, ok) {
  return {
    statuses: Object.keys(responses).filter((status) => status !== 'default'),
    types: [...new Set(Object.values(responses).flatMap(({ types = [] }) => types))],
    ok,
    sent: params.filter(({ optional }) => !optional || env.OPENAPI_OPTIONAL > 0).length,
    parameters: params.length + left.length,
  };
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
