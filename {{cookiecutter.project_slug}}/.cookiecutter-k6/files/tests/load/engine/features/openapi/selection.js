// Which operations this run sends, which it leaves out and why. Once per run.
//
// A write needs an id that this run creates, or a value of the user's. What may end the session, the account, the
// service or all data is left out unless the user names it, and then it comes last.

import { env, writesAllowed } from '../../../lib/config.js';
import { matches, SAFE_METHODS } from './names.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Override} Override */

/** Rounds until leaving out one operation leaves out no other: ids are not needed more deeply. */
const MOST_ROUNDS = 10;

/** The order of dangerous operations: after a service has stopped, nothing else can be sent. */
const LATE = ['session', 'account', 'service'];

/** These reach beyond the service: that they act on something of this run is no excuse. */
const REACHES_OUT = /^(sends|moves)\b/;

const NOT_INCLUDED = 'not in OPENAPI_INCLUDE';

/**
 * What the selection needs of an operation. A table may have a thousand: nothing else is kept.
 *
 * @typedef {object} Candidate
 * @property {number} line of the table
 * @property {string} name
 * @property {string} id
 * @property {string} method
 * @property {string} path with `{}` for each variable, without a slash at the end
 * @property {string[]} tags
 * @property {string} role
 * @property {[key: string, slot: string][]} targets values that name what a write changes, without the user's own
 * @property {string} last key of the last parameter of its path
 * @property {Record<string, string[]>} needs
 * @property {string} [undo]
 * @property {string} [danger]
 * @property {boolean} isAllowed whether the user named it, though it is dangerous
 * @property {string} [reason] why it is not sent
 */

/**
 * @typedef {object} Selection
 * @property {number[]} sent lines of the table, in order
 * @property {number[]} last the dangerous ones that the user named
 * @property {number[]} helpers deletes that only undo what was created, and reads that show whether it was
 * @property {{ name: string, reason: string }[]} skipped
 */

/**
 * Chooses.
 *
 * @param {readonly Candidate[]} candidates one for each line of the table; gets the reasons
 * @returns {Selection}
 * @example const { sent, last } = select(rows.map((row, line) => candidateOf(row, line, overrideOf(row, overrides))));
 */
export function select(candidates) {
  for (let round = 0, isDone = false; !isDone && round < MOST_ROUNDS; round += 1) {
    isDone = true;
    const creates = new Set(
      candidates.flatMap(({ name, role, reason }) =>
        role === 'create' && reason === undefined ? [name] : [],
      ),
    );
    for (const candidate of candidates) {
      if (candidate.reason === undefined) {
        candidate.reason = reasonNotToRisk(candidate, creates);
        isDone &&= candidate.reason === undefined;
      }
    }
  }
  const sent = candidates.filter(({ reason }) => reason === undefined);
  const isLast = (/** @type {Candidate} */ candidate) =>
    candidate.danger !== undefined && candidate.isAllowed && !isHarmless(candidate);
  const undone = new Set(sent.flatMap(({ undo }) => undo ?? []));
  const looked = new Set([
    ...sent.flatMap(({ role, path, undo }) =>
      role === 'create' ? [`${path}/{}`, ...(undo === undefined ? [] : [path])] : [],
    ),
    ...candidates.flatMap(({ name, path }) => (undone.has(name) ? path : [])),
  ]);
  const lines = (/** @type {readonly Candidate[]} */ list) => list.map(({ line }) => line);
  return {
    sent: lines(sent.filter((candidate) => !isLast(candidate))),
    last: lines(sent.filter(isLast).sort((one, other) => lateness(one) - lateness(other))),
    helpers: lines(
      candidates.filter(
        ({ name, method, path, danger, reason }) =>
          reason === NOT_INCLUDED &&
          (undone.has(name) || (method === 'GET' && !danger && looked.has(path))),
      ),
    ),
    skipped: candidates.flatMap(({ name, reason }) => (reason ? [{ name, reason }] : [])),
  };
}

/**
 * @param {Candidate} candidate
 * @returns {number}
 */
function lateness({ danger = '' }) {
  return LATE.findIndex((word) => danger.includes(word));
}

/**
 * @param {Row} row
 * @param {number} line of the table
 * @param {Override} override of this operation
 * @returns {Candidate}
 * @example const candidate = candidateOf(JSON.parse(text), 0, {});
 */
export function candidateOf(row, line, override) {
  const { name, id = '', method, tags = [], role, url, needs = {}, undo, danger } = row;
  const { targets = {}, credentials = [] } = row;
  const own = override.values ?? {};
  const isGiven = (/** @type {string} */ key) =>
    key in own || (key.startsWith('body.') && 'body' in own);
  const isAllowed =
    override.skip === false || env.OPENAPI_DANGEROUS.some((entry) => matches(row, entry));
  return {
    line,
    name,
    id,
    method,
    path: pathOf(url),
    tags,
    role,
    needs,
    undo,
    danger,
    last: `path.${url[url.length - 2]}`,
    targets: Object.entries(targets).filter(([key]) => !isGiven(key)),
    isAllowed,
    reason:
      reasonToSkip(row, override) ??
      (isAllowed || credentials.some(isGiven) ? undefined : reasonNotToSignIn(name, credentials)),
  };
}

/**
 * @param {string[]} url literal text and names of variables in turn
 * @returns {string}
 */
function pathOf(url) {
  return url
    .map((part, index) => (index % 2 === 0 ? part : '{}'))
    .join('')
    .replace(/\/+$/, '');
}

/**
 * @param {Row} row
 * @param {Override} override
 * @returns {string | undefined} undefined: nothing that the user or the document says keeps it from being sent
 */
function reasonToSkip(row, { skip }) {
  if (row.skip !== undefined) {
    return row.skip;
  }
  if (skip) {
    return skip === true ? 'skipped by the overrides' : skip;
  }
  if (env.OPENAPI_INCLUDE.length > 0 && !env.OPENAPI_INCLUDE.some((entry) => matches(row, entry))) {
    return NOT_INCLUDED;
  }
  if (env.OPENAPI_EXCLUDE.some((entry) => matches(row, entry))) {
    return 'in OPENAPI_EXCLUDE';
  }
  return SAFE_METHODS.includes(row.method) ? undefined : reasonNotToWrite();
}

/**
 * @param {string} name
 * @param {string[]} credentials keys of values that only the user has
 * @returns {string | undefined}
 */
function reasonNotToSignIn(name, credentials) {
  const variable = (/** @type {string} */ key) =>
    key
      .slice(key.indexOf('.') + 1)
      .replace(/\W/g, '_')
      .toUpperCase();
  const values = credentials.map((key) => `${JSON.stringify(key)}: "\${${variable(key)}}"`);
  return values.length === 0
    ? undefined
    : `signs in, and credentials cannot be made up. Overrides: ${entryOf(name, `"values": { ${values.join(', ')} }`)}`;
}

/** @returns {string | undefined} */
function reasonNotToWrite() {
  if (!writesAllowed) {
    return 'changes data: needs ALLOW_WRITES=true off this machine';
  }
  const quick = env.PROFILE === '' || env.PROFILE.startsWith('smoke');
  if (env.OPENAPI_WRITES === 'never' || (env.OPENAPI_WRITES === 'smoke' && !quick)) {
    return `changes data: OPENAPI_WRITES=${env.OPENAPI_WRITES}`;
  }
  return undefined;
}

/**
 * @param {Candidate} candidate
 * @param {ReadonlySet<string>} creates names of those that are sent
 * @returns {string | undefined}
 */
function reasonNotToRisk(candidate, creates) {
  const { name, danger, isAllowed, targets, needs } = candidate;
  for (const [key, slot] of targets) {
    const givers = needs[slot] ?? [];
    if (!givers.some((giver) => creates.has(giver))) {
      const why =
        givers.length === 0 ? 'no operation creates one' : 'none that creates one is sent';
      return (
        `changes an existing object, and ${why}. ` +
        `Overrides: ${entryOf(name, `"values": { ${JSON.stringify(key)}: "..." }`)}`
      );
    }
  }
  if (danger === undefined || isAllowed || isHarmless(candidate)) {
    return undefined;
  }
  return `${danger}. To send it at the end: OPENAPI_DANGEROUS='${name}', or in the overrides ${entryOf(name, '"skip": false')}`;
}

/**
 * @param {Candidate} candidate a dangerous one
 * @returns {boolean} whether it only acts on something that this run creates
 */
function isHarmless({ danger = '', last, targets }) {
  return !REACHES_OUT.test(danger) && targets.some(([key, slot]) => key === last && slot !== '');
}

/**
 * @param {string} name
 * @param {string} content
 * @returns {string} of the overrides file
 */
function entryOf(name, content) {
  return `${JSON.stringify(name)}: { ${content} }`;
}
