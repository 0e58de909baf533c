// Writes test data as CSV, any number of rows. Sends no requests:
//
//   k6 run --quiet --log-format raw --console-output products.csv --env ROWS=1000000 \
//     tests/load/engine/features/tenants/write-csv.js
//   k6 run --quiet --log-format raw --console-output orders.csv --env DATA=orders --env ROWS=10000000 \
//     --env PRODUCTS=1000000 tests/load/engine/features/tenants/write-csv.js
//
// With the same DATA_SEED, the rows are those that scripts/bulk-import.js sends, and orders name products of
// products.csv; PRODUCTS is its number of rows.

import { catalogue } from '../../../config/tenants.js';
import { env } from '../../../lib/config.js';
import { orderRow, productRow } from './made-rows.js';

/** Rows per console call: a call costs more than a row. */
const CHUNK = 500;

const rows = Number(__ENV.ROWS ?? 1000);
const products = Number(__ENV.PRODUCTS ?? catalogue.products);
const seed = env.DATA_SEED;

/** @type {Record<string, { head: string, lines: (number: number) => string[] }>} */
const TABLES = {
  products: {
    head: 'sku,name,category,price,stock,description',
    lines: (number) => [Object.values(productRow(seed, number)).join(',')],
  },
  orders: {
    head: 'order,product,quantity',
    lines: (number) => {
      const { id, items } = orderRow(seed, number, products);
      return items.map(({ product, quantity }) => `${id},${product},${quantity}`);
    },
  },
};

const table = TABLES[__ENV.DATA ?? 'products'];
if (table === undefined || !(rows >= 1) || !(products >= 1)) {
  throw new Error(
    `DATA=${__ENV.DATA} ROWS=${__ENV.ROWS} PRODUCTS=${__ENV.PRODUCTS}: expected DATA products or orders, and numbers ` +
      'above 0, such as --env DATA=orders --env ROWS=1000',
  );
}

export const options = {
  scenarios: {
    write: {
      executor: /** @type {const} */ ('per-vu-iterations'),
      vus: 1,
      iterations: 1,
      maxDuration: '24h',
    },
  },
};

export default function write() {
  console.log(table.head);
  for (let first = 0; first < rows; first += CHUNK) {
    const lines = [];
    for (let number = first; number < Math.min(rows, first + CHUNK); number += 1) {
      lines.push(...table.lines(number));
    }
    console.log(lines.join('\n'));
  }
}

export function handleSummary() {
  return {};
}
