// Rows of test data as a real shop has them: few products sell much, most hardly at all; texts and prices are short and
// low as a rule, and long and high now and then. A seed and a number always make the same row.

import { catalogue } from '../../../config/tenants.js';
import { seeded, zipf } from './zipf.js';

const CATEGORIES = ['books', 'games', 'garden', 'kitchen', 'music', 'office', 'sports', 'toys'];

/** Spreads neighbouring row numbers over the whole range of seeds. */
const SPREAD = 2_654_435_761;

/**
 * @param {number} seed
 * @param {number} number
 * @returns {() => number} random numbers of this row alone
 */
function randomOf(seed, number) {
  return seeded(Math.imul(number + 1, SPREAD) ^ Math.imul(seed, 40_503));
}

/**
 * A number that is mostly near the median, and sometimes many times larger (log-normal).
 *
 * @param {() => number} random
 * @param {number} middle
 * @param {number} spread
 * @returns {number}
 */
function skewed(random, middle, spread) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return middle * Math.exp(spread * normal);
}

/**
 * A product of a bulk import.
 *
 * @param {number} seed
 * @param {number} number of the row, from 0
 * @returns {{ sku: string, name: string, category: string, price: number, stock: number, description: string }}
 * @example productRow(1, 0).sku // 'load-1-0'
 */
export function productRow(seed, number) {
  const random = randomOf(seed, number);
  const category = CATEGORIES[zipf(CATEGORIES.length, 1, random)() - 1];
  const price = Math.max(0.01, Math.round(100 * skewed(random, 20, 1)) / 100);
  const words = Math.min(2000, Math.ceil(skewed(random, 15, 1)));
  return {
    sku: `load-${seed}-${number}`,
    name: `Load Test ${category} ${number}`,
    category,
    price,
    stock: Math.round(skewed(random, 50, 1)),
    description: 'word '.repeat(words).trim(),
  };
}

/**
 * An order: mostly few lines, of products in the order of their popularity.
 *
 * @param {number} seed
 * @param {number} number of the row, from 0
 * @param {number} [products] how many there are
 * @returns {{ id: string, items: { productId: string, quantity: number }[] }}
 * @example orderRow(1, 0, 500).items[0].productId // 'product-0003'
 */
export function orderRow(seed, number, products = catalogue.products) {
  const random = randomOf(~seed, number);
  const popular = zipf(products, catalogue.skew, random);
  const lines = Math.min(50, Math.ceil(skewed(random, 2, 0.7)));
  const ids = [...new Set(Array.from({ length: lines }, () => catalogue.idOf(popular())))];
  return {
    id: `load-${seed}-order-${number}`,
    items: ids.map((productId) => ({ productId, quantity: 1 + Math.floor(random() ** 2 * 5) })),
  };
}
