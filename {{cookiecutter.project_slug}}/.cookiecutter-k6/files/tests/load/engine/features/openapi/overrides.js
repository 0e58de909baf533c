/** @typedef {import('./types.js').Row} Row */
/** @typedef {import('./types.js').Generator} Generator */
/** @typedef {import('./types.js').Override} Override */
/** @typedef {import('./types.js').Parameter} Parameter */

/**
 * Puts the user's values into an operation.
 *
 * @param {Row} row
 * @param {Override} [override] one entry of operations.overrides.json
 * @returns {Row}
 * @throws when a value is for a place that does not exist
 * @example applyOverride(row, { values: { 'query.limit': [10, 50] } })
 */
export function applyOverride(row, override) {
  const changed = override?.ok ? { ...row, ok: override.ok.map(String) } : { ...row };
  for (const [place, value] of Object.entries(override?.values ?? {})) {
    const gen = /** @type {Generator} */ (
      Array.isArray(value) ? { pick: value } : { const: value }
    );
    const [, kind, name] = /^(path|query|header|cookie|body)(?:\.(.+))?$/s.exec(place) ?? [];
    if (kind === 'body') {
      changed.body = withBody(changed.body, name, gen);
    } else if (name !== undefined) {
      changed.params = withParameter(
        changed.params ?? [],
        /** @type {Parameter['in']} */ (kind),
        name,
        gen,
      );
    } else {
      throw new Error(
        `data/operations.overrides.json, ${row.name}: values for '${place}', expected ` +
          'path.NAME, query.NAME, header.NAME, cookie.NAME, body.NAME or body',
      );
    }
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
