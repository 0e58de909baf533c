import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
import { checker } from '../../../lib/checker.js';
import { endpoint, jsonAt, requestQuietly } from '../../../lib/http.js';
import { env } from '../../../lib/config.js';
import { tierHeaders, tierRequest } from './tenant.js';
import { shop } from '../../../config/tenants.js';

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

/**
 * What is known of the stock.
 *
 * @typedef {object} Stock
 * @property {number | null} units before the sale; null: unknown
 * @property {boolean} isTold whether the service tells it, so that it can be read again after the sale
 */

/** 409 means sold out: both statuses are expected. */
export const SALE = endpoint('POST /orders', '/orders', { method: 'POST', statuses: [201, 409] });

/** A shop need not tell its stock, nor let it be set: such answers are no failed requests. */
const MAY_LACK = [{ min: 200, max: 299 }, 404, 405];
const STOCK = endpoint('GET /inventory/{id}', '/inventory/{id}', {
  kind: 'setup',
  phase: 'setup',
  statuses: MAY_LACK,
});
const RESTOCK = endpoint('PUT /inventory/{id}', '/inventory/{id}', {
  method: 'PUT',
  kind: 'setup',
  phase: 'setup',
  statuses: MAY_LACK,
});

const verify = checker(SALE.name, {
  also: {
    [`${SALE.name} is 201 or sold out`]: (r) => r.status === 201 || r.status === 409,
    [`${SALE.name} gives an id`]: (r) => r.status !== 201 || jsonAt(r, shop.id) !== undefined,
  },
});

const path = { id: env.FLASH_SALE_PRODUCT };
const body = JSON.stringify(shop.order([{ product: env.FLASH_SALE_PRODUCT, quantity: 1 }]));
let wins = 0;
let toldSoldOut = false;

/**
 * Orders one unit as the tenant of the calling VU.
 *
 * @param {Stock} stock
 * @example export default test.run(({ stock }) => buy(stock));
 */
export function buy({ units, isTold }) {
  const response = tierRequest(SALE, { body });
  verify(response);
  const { duration } = response.timings;
  if (response.status === 201) {
    wins += 1;
    sold.add(1);
    if (units !== null) {
      overStock.add(1);
    }
    if (isTold) {
      unbooked.add(1);
    }
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
 * Reads the stock before the sale. Sets it first if FLASH_SALE_STOCK is set, where the service allows it. If the service
 * does not tell its stock, FLASH_SALE_STOCK is taken for it.
 *
 * @returns {Stock}
 * @throws when the stock is not above 0
 * @example const stock = openSale();
 */
export function openSale() {
  const wanted = env.FLASH_SALE_STOCK;
  if (wanted !== undefined) {
    requestQuietly(RESTOCK, { path, headers: tierHeaders(), body: { stock: wanted } });
  }
  const told = readStock();
  const units = told ?? wanted ?? null;
  if (units === null) {
    console.warn(
      `flash-sale: GET /inventory/${path.id} has no number in ${env.FLASH_SALE_FIELD}, so overselling is not judged. ` +
        'Set FLASH_SALE_STOCK to the number of units on sale',
    );
    return { units, isTold: false };
  }
  if (!(units > 0)) {
    throw new Error(
      `flash-sale: the stock of ${env.FLASH_SALE_PRODUCT} is ${units}, expected more than 0. ` +
        'Restock it, or let the test do it: FLASH_SALE_STOCK=1000',
    );
  }
  stockBefore.add(units);
  overStock.add(-units);
  return { units, isTold: told !== undefined };
}

/**
 * Reads the stock after the sale, if the service tells it.
 *
 * @param {Stock} before
 * @throws when the service does not tell it any more
 * @example closeSale(data.stock);
 */
export function closeSale({ units, isTold }) {
  if (!isTold || units === null) {
    return;
  }
  const after = readStock();
  if (after === undefined) {
    throw new Error(`flash-sale: GET /inventory/${path.id} told the stock before the sale only`);
  }
  stockAfter.add(after);
  unbooked.add(after - units);
}

/** @returns {number | undefined} undefined: the service does not tell */
function readStock() {
  const response = requestQuietly(STOCK, { path, headers: tierHeaders() });
  const stock = jsonAt(response, env.FLASH_SALE_FIELD);
  return response.status < 300 && typeof stock === 'number' ? stock : undefined;
}
