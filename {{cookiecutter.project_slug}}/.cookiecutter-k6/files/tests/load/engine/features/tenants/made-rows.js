// Generates realistic test data: a few products sell a lot, most hardly at all; most texts are short and most prices
// low, with a long tail. The same seed and number always generate the same row.

import { catalogue } from '../../../config/tenants.js';
import { seeded, zipf } from './zipf.js';

const CATEGORIES = ['books', 'games', 'garden', 'kitchen', 'music', 'office', 'sports', 'toys'];

/** Spreads neighbouring row numbers over the whole range of seeds. */
const SPREAD = 2_654_435_761;

/**
 * @param {number} seed
 * @param {number} number
 * @returns {() => number} random number generator for this row
 */
function randomOf(seed, number) {
  return seeded(Math.imul(number + 1, SPREAD) ^ Math.imul(seed, 40_503));
}

/**
 * A log-normal number: usually near the median, sometimes many times larger.
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

/** @param {number} seed @param {number} number row number, from 0 */
const skuOf = (seed, number) => `load-${seed}-${number}`;

/**
 * A product of a bulk import.
 *
 * @param {number} seed
 * @param {number} number row number, from 0
 * @returns {{ sku: string, name: string, category: string, price: number, stock: number, description: string }}
 * @example productRow(1, 0).sku // 'load-1-0'
 */
export function productRow(seed, number) {
  const random = randomOf(seed, number);
  const category = CATEGORIES[zipf(CATEGORIES.length, 1, random)() - 1];
  const price = Math.max(0.01, Math.round(100 * skewed(random, 20, 1)) / 100);
  const words = Math.min(2000, Math.ceil(skewed(random, 15, 1)));
  return {
    sku: skuOf(seed, number),
    name: `Load Test ${category} ${number}`,
    category,
    price,
    stock: Math.round(skewed(random, 50, 1)),
    description: 'word '.repeat(words).trim(),
  };
}

/**
 * An order of products of the same seed, usually a few; popular ones are more likely.
 *
 * @param {number} seed
 * @param {number} number row number, from 0
 * @param {number} [products] number of products
 * @returns {{ id: string, items: { product: string, quantity: number }[] }}
 * @example orderRow(1, 0, 500).items[0].product // 'load-1-2': the sku of the third product
 */
export function orderRow(seed, number, products = catalogue.products) {
  const random = randomOf(~seed, number);
  const popular = zipf(products, catalogue.skew, random);
  const lines = Math.min(50, Math.ceil(skewed(random, 2, 0.7)));
  const skus = new Set(Array.from({ length: lines }, () => skuOf(seed, popular() - 1)));
  return {
    id: `load-${seed}-order-${number}`,
    items: [...skus].map((product) => ({ product, quantity: 1 + Math.floor(random() ** 2 * 5) })),
  };
}
