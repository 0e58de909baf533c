// The optional features of this suite. Each is a folder here, and only this file refers to it from outside.

/** @typedef {import('../types/features.js').Feature} Feature */

/** @type {Feature[]} */
const FEATURES = [
  // One line per feature that this suite was generated with.
  require('./resources/feature.js').resources, // @feature resources
  require('./database/feature.js').database, // @feature sql
  require('./queries/feature.js').queries, // @feature database
  require('./cdc/feature.js').cdc, // @feature cdc
  require('./sockets/feature.js').sockets, // @feature websocket
  require('./tenants/feature.js').tenants, // @feature multi_tenant
  require('./openapi/feature.js').openapi, // @feature openapi
  require('./traffic/feature.js').traffic, // @feature traffic
  require('./webhook/feature.js').webhook, // @feature webhook
];

/**
 * Returns one group of hooks from every feature that has it. Loads the modules behind the hooks, so call it at init
 * and outside VUs only.
 *
 * @template {keyof Feature} G
 * @param {G} group
 * @returns {ReturnType<NonNullable<Feature[G]>>[]} in the order of the list above
 * @example const extraTargets = hooksOf('plan').flatMap(({ targets }) => targets?.() ?? []);
 */
export function hooksOf(group) {
  return /** @type {any[]} */ (FEATURES.flatMap((feature) => feature[group]?.() ?? []));
}
