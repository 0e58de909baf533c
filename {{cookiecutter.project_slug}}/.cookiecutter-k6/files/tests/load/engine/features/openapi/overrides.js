// The user's changes to operations: data/operations.overrides.json. Checked and applied once per run.

import { env } from '../../../lib/config.js';
import { parseJson } from '../../settings/json.js';
import { matches, nearest } from './names.js';

/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Generator} Generator */
/** @typedef {import('./types.js').Override} Override */
/** @typedef {import('./types.js').Parameter} Parameter */
/** @typedef {import('./types.js').Json} Json */

const FILE = 'data/operations.overrides.json';

const PLACES = 'path.NAME, query.NAME, header.NAME, cookie.NAME, body.NAME or body';

/** Key of an override -> whether a value is valid, and what is. */
const KEYS = /** @type {Record<string, [isValid: (value: any) => boolean, expected: string]>} */ ({
  skip: [
    (value) => typeof value === 'string' || typeof value === 'boolean',
    'a reason, true or false',
  ],
  ok: [
    (value) =>
      Array.isArray(value) && value.every((status) => /^[1-5](\d\d|XX)$/.test(String(status))),
    'a list of statuses such as 200 or "4XX"',
  ],
  weight: [(value) => typeof value === 'number' && value >= 0, 'a number of 0 or more'],
  check: [(value) => typeof value === 'boolean', 'true or false'],
  values: [
    (value) =>
      isObject(value) &&
      Object.keys(value).every((key) =>
        /^((path|query|header|cookie)\..+|body(\..+)?)$/s.test(key),
      ),
    PLACES,
  ],
});

/** Keys of values that hold credentials, whatever the document calls them. */
const CREDENTIAL =
  /^(header|query|cookie)\.((proxy-)?authorization|cookie|(x-)?(api|app|access|auth|session|refresh|id|bearer|client)?[-_]?(token|secret|password)|(x-)?(api|app|access|auth)[-_]?key|session(_?id)?|sid|jwt)$/i;

/** Texts that are credentials wherever they are written. */
const SECRET =
  /^(Bearer|Basic|Token) +\S{6}|^eyJ[\w-]{8,}\.eyJ|^(sk|pk|rk)_(live|test)_\w|^gh[pousr]_\w{20}|^github_pat_|^xox[abps]-|^A[KS]IA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY/;

/** Names that an HTTP header may have, and a cookie. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** A value that is read from the environment: `${NAME}`. */
const VARIABLE = /^\$\{(\w+)\}$/;

const NO_SECRETS =
  'credentials do not belong in this file, which is committed. Set the variables that the run names ' +
  `(docs/openapi.md, Credentials), AUTH_MODE or HEADERS; or write "\${NAME}" for the value of an environment variable`;

/**
 * Reads the overrides.
 *
 * @param {string} text of the file
 * @returns {Record<string, Override>} by the name of an operation, or a name with `*`
 * @throws when the file is no JSON, or has a key or a value that means nothing
 * @example const overrides = parseOverrides('{"operations": {"GET /pets": {"weight": 5}}}');
 */
export function parseOverrides(text) {
  const content = parseJson(text, FILE);
  refuseUnknown(content, ['select', 'operations'], 'the file');
  const { operations = {} } = content;
  for (const [name, override] of Object.entries(operations)) {
    refuseUnknown(override, Object.keys(KEYS), `operations ${JSON.stringify(name)}`);
    for (const [key, value] of Object.entries(override)) {
      const [isValid, expected] = KEYS[key];
      if (!isValid(value)) {
        throw new Error(
          `${FILE}, operations ${JSON.stringify(name)}: ${key} is ${JSON.stringify(value)}, expected ${expected}`,
        );
      }
    }
  }
  return operations;
}

/**
 * Refuses credentials in the file, which is committed, and puts in what it takes from the environment.
 *
 * @param {Record<string, Override>} overrides gets the values of variables
 * @param {Record<string, import('./types.js').Scheme>} schemes of the document
 * @returns {string[]} the values of variables, to be kept out of everything that is shown
 * @throws when a value is a secret, or its variable is not set
 * @example const secrets = fillVariables({ '*': { values: { 'body.password': '${PASSWORD}' } } }, {});
 */
export function fillVariables(overrides, schemes) {
  /** @type {string[]} */
  const found = [];
  const keys = Object.values(schemes).map((scheme) => `${scheme.in}.${scheme.name}`.toLowerCase());
  for (const [name, override] of Object.entries(overrides)) {
    for (const [key, value] of Object.entries(override.values ?? {})) {
      const where = `${FILE}, operations ${JSON.stringify(name)}: ${key}`;
      const isFilled = JSON.stringify(value).includes('"${');
      if (!isFilled && (CREDENTIAL.test(key) || keys.includes(key.toLowerCase()))) {
        throw new Error(`${where}: ${NO_SECRETS}`);
      }
      /** @type {Record<string, Json>} */ (override.values)[key] = filled(value, where, found);
    }
  }
  return found;
}

/**
 * @param {Json} value
 * @param {string} where
 * @param {string[]} found gets what variables hold
 * @returns {any} the same with the values of variables
 */
function filled(value, where, found) {
  if (Array.isArray(value)) {
    return value.map((item) => filled(item, where, found));
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, filled(item, where, found)]),
    );
  }
  if (typeof value !== 'string') {
    return value;
  }
  const [, variable] = VARIABLE.exec(value) ?? [];
  if (variable === undefined) {
    if (SECRET.test(value) || env.secrets.includes(value)) {
      throw new Error(`${where}: ${NO_SECRETS}`);
    }
    return value;
  }
  const secret = __ENV[variable] ?? '';
  if (secret === '') {
    throw new Error(`${where}: the variable ${variable} is not set. Run: export ${variable}=...`);
  }
  found.push(secret);
  return secret;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
function isObject(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * @param {any} value
 * @param {string[]} keys
 * @param {string} where
 */
function refuseUnknown(value, keys, where) {
  if (!isObject(value)) {
    throw new Error(`${FILE}: ${where} is not an object`);
  }
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new Error(
      `${FILE}: ${where} has the unknown key ${JSON.stringify(unknown)}${meant(unknown, keys)}; ` +
        `accepted: ${keys.join(', ')}`,
    );
  }
}

/**
 * @param {string} name
 * @param {readonly string[]} known
 * @returns {string} a proposal, empty without one
 */
function meant(name, known) {
  const found = nearest(name, known);
  return found === undefined ? '' : `. Did you mean ${JSON.stringify(found)}?`;
}

/**
 * Finds overrides that are for no operation: a misspelt `skip` would let through what it should keep back.
 *
 * @param {Record<string, Override>} overrides
 * @param {readonly { name: string, id?: string, method: string }[]} rows of the table
 * @returns {string[]} a line for each that does no harm
 * @throws when one of them has a `skip`
 * @example for (const warning of checkNames(overrides, rows)) { console.warn(warning); }
 */
export function checkNames(overrides, rows) {
  const names = rows.map(({ name }) => name);
  const known = new Set(names);
  const lost = Object.keys(overrides).filter(
    (name) => !known.has(name) && !(name.includes('*') && rows.some((row) => matches(row, name))),
  );
  const lines = lost.map(
    (name) => `${FILE}: no operation ${JSON.stringify(name)}${meant(name, names)}`,
  );
  const skips = lines.filter((_, index) => overrides[lost[index]].skip);
  if (skips.length > 0) {
    throw new Error(
      `${skips.join('\n')}\nIts skip keeps nothing back. Correct or remove it; the names: ` +
        './scripts/load-test.sh openapi list',
    );
  }
  return lines;
}

/**
 * Puts together what the file says of one operation: entries with `*` in their order, then its own.
 *
 * @param {{ name: string, id?: string, method: string, params?: Parameter[] }} row
 * @param {Record<string, Override>} overrides
 * @returns {Override}
 * @example overrideOf(row, { '*': { values: { 'path.realm': 'master' } } })
 */
export function overrideOf(row, overrides) {
  const { name, params = [] } = row;
  /** @type {Override} */
  let found = {};
  for (const [entry, override] of Object.entries(overrides)) {
    if (entry !== name && entry.includes('*') && matches(row, entry)) {
      // A path has the parameters that it has; headers and queries may be added to every request.
      const values = Object.entries(override.values ?? {}).filter(
        ([key]) =>
          !key.startsWith('body') &&
          (!key.startsWith('path.') ||
            params.some((one) => one.in === 'path' && `path.${one.name}` === key)),
      );
      found = merged(found, { ...override, values: Object.fromEntries(values) });
    }
  }
  return Object.hasOwn(overrides, name) ? merged(found, overrides[name]) : found;
}

/**
 * @param {Override} first
 * @param {Override} second wins
 * @returns {Override}
 */
function merged(first, second) {
  return { ...first, ...second, values: { ...first.values, ...second.values } };
}

/**
 * @param {Parameter} parameter
 * @returns {boolean} whether HTTP allows its name; k6 sends nothing at all with one that it does not
 * @example isAllowed({ in: 'header', name: 'X-Id', gen }) // true
 */
export function isAllowed({ in: place, name }) {
  return (place !== 'header' && place !== 'cookie') || HEADER_NAME.test(name);
}

/**
 * Puts the user's values into an operation, and takes out names that HTTP does not allow.
 *
 * @param {Row} row
 * @param {Override} override what `overrideOf` found
 * @returns {Row}
 * @example applyOverride(row, { values: { 'query.limit': [10, 50] } })
 */
export function applyOverride(row, { ok, check, values = {} }) {
  const changed = { ...row };
  if (ok) {
    changed.ok = ok.map(String);
  }
  if (check === false) {
    changed.responses = {};
  }
  for (const [place, value] of Object.entries(values)) {
    const gen = /** @type {Generator} */ (
      Array.isArray(value) ? { pick: value } : { const: value }
    );
    const [, kind, name] = /^(path|query|header|cookie|body)(?:\.(.+))?$/s.exec(place) ?? [];
    if (kind === 'body') {
      changed.body = withBody(changed.body, name, gen);
    } else {
      changed.params = withParameter(
        changed.params ?? [],
        /** @type {Parameter['in']} */ (kind),
        name,
        gen,
      );
    }
  }
  changed.params = changed.params?.filter(isAllowed);
  if (Object.keys(values).length > 0) {
    delete changed.ordered; // the user's own values stay where they are
  }
  if (row.targets) {
    changed.targets = Object.fromEntries(
      Object.entries(row.targets).filter(
        ([key]) => !(key in values || (key.startsWith('body.') && 'body' in values)),
      ),
    );
  }
  return changed;
}

/**
 * @param {Parameter[]} params
 * @param {Parameter['in']} place
 * @param {string} name
 * @param {Generator} gen
 * @returns {Parameter[]} with the value always sent
 */
function withParameter(params, place, name, gen) {
  const same = (/** @type {Parameter} */ parameter) =>
    parameter.in === place && parameter.name === name;
  return params.some(same)
    ? params.map((parameter) =>
        same(parameter) ? { ...parameter, gen, optional: false } : parameter,
      )
    : [...params, { in: place, name, gen }];
}

/**
 * @param {Row['body']} body
 * @param {string | undefined} name a property; undefined: the whole body
 * @param {Generator} gen
 * @returns {Row['body']}
 */
function withBody(body, name, gen) {
  const types = body?.types ?? [{ type: 'application/json', kind: 'json', gen: { const: {} } }];
  const [first, ...others] = types;
  const changed = name === undefined ? gen : withProperty(first.gen, name, gen);
  return { ...body, types: [{ ...first, gen: changed }, ...others] };
}

/**
 * @param {Generator} node
 * @param {string} name
 * @param {Generator} gen
 * @returns {Generator} makes what `node` makes, with one property of the user's
 */
function withProperty(node, name, gen) {
  return { make: 'with', base: node, properties: { [name]: gen } };
}
