// What people do in the shop: one visit each, as the tenant of the calling VU.

import exec from 'k6/execution';
import { catalogue, mix } from '../../../config/tenants.js';
import { checker } from '../../../lib/checker.js';
import { writesAllowed } from '../../../lib/config.js';
import { randomInt, randomItem } from '../../../lib/helpers.js';
import { endpoint, request } from '../../../lib/http.js';
import { tierHeaders } from './tenant.js';
import { zipf } from './zipf.js';

/** @typedef {import('../../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../../types/suite.js').Step} Step */

/** Entries on a page. */
const PAGE = 20;

const popular = zipf(catalogue.products, catalogue.skew);

/**
 * A product of the catalogue, popular ones more often.
 *
 * @returns {string} its id
 * @example popularProduct() // 'product-0003'
 */
export function popularProduct() {
  return catalogue.idOf(popular());
}

/**
 * Chooses like `next`, but the first iterations of a scenario take each choice once: a short run leaves none out.
 *
 * @template T
 * @param {readonly T[]} choices
 * @param {() => T} next
 * @returns {() => T}
 * @example const next = eachFirst(steps, () => randomItem(steps));
 */
export function eachFirst(choices, next) {
  let taken = 0;
  return () => {
    taken += 1;
    const first = taken <= choices.length ? choices[exec.scenario.iterationInTest] : undefined;
    return first ?? next();
  };
}

/**
 * A visit of one endpoint with one check.
 *
 * @param {Endpoint} own
 * @param {import('../../../lib/checker.js').Expectation} expected
 * @param {() => import('../../../lib/http.js').RequestDetails} [details] of each request
 * @returns {Step['visit']}
 * @example const visitStock = visitOf(STOCK, { status: 200 });
 */
export function visitOf(own, expected, details = () => ({})) {
  const verify = checker(own.name, expected);
  return (target = own) => {
    const response = request(target, { headers: tierHeaders(), ...details() });
    return { response, ok: verify(response) };
  };
}

export const BROWSE = endpoint('GET /products', `/products?limit=${PAGE}&offset={offset}`);
export const SEARCH = endpoint('GET /products/search', '/products/search?q={term}');
export const ORDER = endpoint('POST /orders', '/orders', { method: 'POST', statuses: [201] });

/** Of a kind of its own: what is asked of the API in general does not hold for what may take seconds. */
export const REPORT = endpoint('GET /reports/inventory', '/reports/inventory', { kind: 'report' });

/** Looks at the page that a popular product stands on. */
export const visitProducts = visitOf(BROWSE, { status: 200, fields: ['data.0.id'] }, () => ({
  path: { offset: Math.floor((popular() - 1) / PAGE) * PAGE },
}));

export const visitSearch = visitOf(SEARCH, { status: 200, fields: ['data'] }, () => ({
  path: { term: randomItem(mix.terms) },
}));

export const visitOrder = visitOf(ORDER, { status: 201, fields: ['id'] }, () => ({
  body: newOrder(),
}));

export const visitReport = visitOf(REPORT, { status: 200, json: true });

/**
 * An order of one to three products, popular ones more often.
 *
 * @returns {{ items: { productId: string, quantity: number }[] }}
 * @example newOrder() // { items: [{ productId: 'product-0001', quantity: 2 }] }
 */
function newOrder() {
  const lines = Array.from({ length: randomInt(1, 3) }, popularProduct);
  return {
    items: [...new Set(lines)].map((productId) => ({ productId, quantity: randomInt(1, 3) })),
  };
}

/**
 * The mix of config/tenants.js as steps of a workload. Where writes are not allowed nobody orders, and the other
 * shares grow in proportion.
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
