// The steps of the shop's tests. Each is one request, sent as the tenant of the calling VU.

import { catalogue, mix, shop } from '../../../config/tenants.js';
import { checker } from '../../../lib/checker.js';
import { writesAllowed } from '../../../lib/config.js';
import { randomInt, randomItem } from '../../../lib/helpers.js';
import { endpoint, jsonAt } from '../../../lib/http.js';
import { tierRequest } from './tenant.js';
import { zipf } from './zipf.js';

/** @typedef {import('../../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../../types/suite.js').Step} Step */

/** Entries per page. */
const PAGE = 20;

const popular = zipf(catalogue.products, catalogue.skew);

/**
 * Picks a product of the catalogue; popular ones are more likely.
 *
 * @returns {string} id of the product
 * @example popularProduct() // 'product-0003'
 */
export function popularProduct() {
  return catalogue.idOf(popular());
}

/**
 * A visit function that sends one request as the current tenant and checks the response.
 *
 * @param {Endpoint} own
 * @param {import('../../../lib/checker.js').Expectation} expected
 * @param {() => import('../../../lib/http.js').RequestDetails} [details] called for each request
 * @returns {Step['visit']}
 * @example const visitStock = visitOf(STOCK, { status: 200 });
 */
export function visitOf(own, expected, details = () => ({})) {
  const verify = checker(own.name, expected);
  return (target = own) => {
    const response = tierRequest(target, details());
    return { response, ok: verify(response) };
  };
}

/**
 * Selector of a field of the first entry of a list.
 *
 * @param {string} field
 * @returns {string}
 * @example firstOf('id') // 'data.0.id'
 */
const firstOf = (field) => `${shop.list}${shop.list && '.'}0.${field}`;

/** Where a list tells its length. */
const LENGTH = `${shop.list}${shop.list && '.'}#`;

export const BROWSE = endpoint('GET /products', '/products');
export const SEARCH = endpoint('GET /products/search', '/products/search');
export const ORDER = endpoint('POST /orders', '/orders', { method: 'POST', statuses: [201] });

/** A separate kind: the latency targets of the API do not apply to reports, which may take seconds. */
export const REPORT = endpoint('GET /reports/inventory', '/reports/inventory', { kind: 'report' });

/** Opens the page that lists a popular product. */
export const visitProducts = visitOf(BROWSE, { status: 200, fields: [firstOf(shop.id)] }, () => ({
  query: shop.page(PAGE, Math.floor((popular() - 1) / PAGE) * PAGE),
}));

const IS_LIST = `${SEARCH.name} is a list`;
export const visitSearch = visitOf(
  SEARCH,
  { status: 200, json: true, also: { [IS_LIST]: (r) => typeof jsonAt(r, LENGTH) === 'number' } },
  () => ({ query: randomItem(mix.searches) }),
);

export const visitOrder = visitOf(ORDER, { status: 201, fields: [shop.id] }, () => ({
  body: newOrder(),
}));

export const visitReport = visitOf(REPORT, { status: 200, json: true });

/**
 * An order of one to three products; popular ones are more likely.
 *
 * @returns {object} as `shop` in config/tenants.js writes it
 */
function newOrder() {
  const lines = Array.from({ length: randomInt(1, 3) }, popularProduct);
  return shop.order([...new Set(lines)].map((product) => ({ product, quantity: randomInt(1, 3) })));
}

/**
 * The mix of config/tenants.js as steps of a workload. If writes are not allowed, orders are left out and the other
 * weights grow in proportion.
 *
 * @returns {Step[]}
 * @example const plan = { order: 'weighted', steps: mixSteps() };
 */
export function mixSteps() {
  const visits = /** @type {Record<keyof typeof mix.weights, [Step['visit'], Endpoint]>} */ ({
    browse: [visitProducts, BROWSE],
    search: [visitSearch, SEARCH],
    order: [visitOrder, ORDER],
    report: [visitReport, REPORT],
  });
  const names = /** @type {(keyof typeof mix.weights)[]} */ (Object.keys(mix.weights)).filter(
    (name) => writesAllowed || name !== 'order',
  );
  const whole = names.reduce((sum, name) => sum + mix.weights[name], 0);
  return names.map((name) => ({
    visit: visits[name][0],
    endpoint: visits[name][1],
    think: mix.think,
    weight: mix.weights[name] / whole,
  }));
}
