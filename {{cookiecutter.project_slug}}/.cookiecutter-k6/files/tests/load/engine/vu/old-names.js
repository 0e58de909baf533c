/** Names in a spec or a workload plan that changed in version 0.2. @type {Record<string, string>} */
const NEW_NAMES = { own: 'defaultLoad', beside: 'companions', key: 'scenario' };

/**
 * Accepts the names that specs and workload plans had before version 0.2: `own: { key, shape }` is
 * `defaultLoad: { scenario, shape }` now, `beside` is `companions`, and `key` is `scenario`. Warns once per run.
 *
 * @template T
 * @param {T} written as the owner of the suite wrote it
 * @returns {T} with today's names
 * @example withNewNames({ own: { key: 'orders', shape } }) // { defaultLoad: { scenario: 'orders', shape } }
 */
export function withNewNames(written) {
  const old = Object.keys(NEW_NAMES).filter((name) => /** @type {any} */ (written)[name]);
  if (old.length === 0) {
    return written;
  }
  const { own, beside, key, ...rest } = /** @type {any} */ (written);
  if (__VU === 0) {
    old.forEach((name) => console.warn(`'${name}' is now called '${NEW_NAMES[name]}': rename it`));
  }
  return {
    ...rest,
    ...(own && { defaultLoad: withNewNames(own) }),
    ...(beside && { companions: beside.map(withNewNames) }),
    ...(key && { scenario: key }),
  };
}
