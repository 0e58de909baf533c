import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { checker } from '../../../lib/checker.js';
import { endpoint, jsonAt, request, requestQuietly } from '../../../lib/http.js';
import { env } from '../../../lib/config.js';
import { tierHeaders } from './tenant.js';

const sold = new Counter('flash_sale_sold');
const lost = new Counter('flash_sale_lost');
/** Units sold minus the stock before the sale: above zero only when oversold. */
const overStock = new Counter('flash_sale_over_stock');
/** Units sold minus the decrease of the stock. */
const unbooked = new Counter('flash_sale_unbooked');
const stockBefore = new Gauge('flash_sale_stock_before');
const stockAfter = new Gauge('flash_sale_stock_after');
const wonDuration = new Trend('flash_sale_won_duration', true);
const lostDuration = new Trend('flash_sale_lost_duration', true);
/** Successful orders of each buyer before its first "sold out". */
const winsPerBuyer = new Trend('flash_sale_wins_per_buyer');
/** Fraction of successful orders by buyers who had already been told "sold out". */
const lateWins = new Rate('flash_sale_late_wins');

/** Twenty times the usual users within ten seconds. @type {import('../../types/suite.js').Shape} */
export const saleShape = {
  executor: 'ramping-vus',
  startVUs: 0,
  gracefulRampDown: '30s',
  stages: [
    { duration: '10s', target: 100 },
    { duration: '1m', target: 100 },
    { duration: '10s', target: 2000 },
    { duration: '3m', target: 2000 },
    { duration: '10s', target: 100 },
    { duration: '3m', target: 100 },
    { duration: '10s', target: 0 },
  ],
};

/** 409 means sold out: both statuses are expected. */
export const SALE = endpoint('POST /orders', '/orders', { method: 'POST', statuses: [201, 409] });

const STOCK = endpoint('GET /inventory/{id}', '/inventory/{id}', { kind: 'setup', phase: 'setup' });
const RESTOCK = endpoint('PUT /inventory/{id}', '/inventory/{id}', {
  method: 'PUT',
  kind: 'setup',
  phase: 'setup',
});

const verify = checker(SALE.name, {
  also: {
    [`${SALE.name} is 201 or sold out`]: (r) => r.status === 201 || r.status === 409,
    [`${SALE.name} gives an id`]: (r) => r.status !== 201 || jsonAt(r, 'id') !== undefined,
  },
});

const path = { id: env.FLASH_SALE_PRODUCT };
const body = JSON.stringify({ items: [{ productId: env.FLASH_SALE_PRODUCT, quantity: 1 }] });
let wins = 0;
let toldSoldOut = false;

/**
 * Orders one unit as the tenant of the calling VU.
 *
 * @example export default test.run(buy);
 */
export function buy() {
  const response = request(SALE, { body, headers: tierHeaders() });
  verify(response);
  const { duration } = response.timings;
  if (response.status === 201) {
    wins += 1;
    sold.add(1);
    overStock.add(1);
    unbooked.add(1);
    wonDuration.add(duration);
    lateWins.add(toldSoldOut);
  } else if (response.status === 409) {
    lost.add(1);
    lostDuration.add(duration);
    if (!toldSoldOut) {
      toldSoldOut = true;
      winsPerBuyer.add(wins);
    }
  }
}

/**
 * Reads the stock before the sale. Sets it first if FLASH_SALE_STOCK is set.
 *
 * @returns {number} units in stock
 * @throws when the stock cannot be read or is not above 0
 * @example const stock = openSale();
 */
export function openSale() {
  if (env.FLASH_SALE_STOCK !== undefined) {
    const headers = tierHeaders();
    requestQuietly(RESTOCK, { path, headers, body: { stock: env.FLASH_SALE_STOCK } });
  }
  const stock = readStock();
  if (!(stock > 0)) {
    throw new Error(
      `flash-sale: the stock of ${env.FLASH_SALE_PRODUCT} is ${stock}, expected more than 0. ` +
        'Restock it, or let the test do it: FLASH_SALE_STOCK=1000',
    );
  }
  stockBefore.add(stock);
  overStock.add(-stock);
  return stock;
}

/**
 * Reads the stock after the sale.
 *
 * @param {number} before stock before the sale
 * @throws when the stock cannot be read
 * @example closeSale(data.stock);
 */
export function closeSale(before) {
  const after = readStock();
  stockAfter.add(after);
  unbooked.add(after - before);
}

/** @returns {number} */
function readStock() {
  const response = requestQuietly(STOCK, { path, headers: tierHeaders() });
  const stock = jsonAt(response, env.FLASH_SALE_FIELD);
  if (typeof stock !== 'number') {
    throw new Error(
      `flash-sale: GET /inventory/${path.id} has no number in ${env.FLASH_SALE_FIELD} ` +
        `(status ${response.status}). Set FLASH_SALE_PRODUCT to an existing product and FLASH_SALE_FIELD to its stock field`,
    );
  }
  return stock;
}
