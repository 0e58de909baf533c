// Flash sale: all users buy the same product, which must not be oversold.
//
//   ./scripts/load-test.sh flash-sale --env FLASH_SALE_STOCK=1000
//   FLASH_SALE_PRODUCT=my-product k6 run tests/load/scripts/flash-sale.js
//
// 90 % of iterations order, 10 % browse. 201 and 409 (sold out) are both expected. Once the product is sold out, the
// threshold on rejected orders applies: they should be answered quickly.

import { writesAllowed } from '../lib/config.js';
import { eachFirst, weightedRandom } from '../lib/helpers.js';
import { defineTest, thinkTime } from '../lib/define.js';
import {
  buy,
  closeSale,
  openSale,
  SALE,
  saleShape,
} from '../engine/features/tenants/flash-sale.js';
import { BROWSE, visitProducts } from '../engine/features/tenants/shop.js';
import { credentialEndpoints } from '../engine/features/tenants/tenant.js';

/** @typedef {import('../engine/features/tenants/flash-sale.js').Stock} Stock */

const look = () => void visitProducts();
const next = eachFirst(
  [buy, look],
  weightedRandom([
    { weight: 0.9, value: buy },
    { weight: 0.1, value: look },
  ]),
);

const test = defineTest({
  name: 'flash-sale',
  defaultLoad: { scenario: 'flash_sale', shape: saleShape },
  ...(__VU === 0 ? require('../engine/features/tenants/flash-sale-plan.js').salePlan() : undefined),
  endpoints: [SALE, BROWSE],
  support: credentialEndpoints,
  tags: { test_type: 'flash_sale' },
});

export const { options, handleSummary } = test;

export function setup() {
  const info = test.setup();
  if (!writesAllowed) {
    throw new Error(
      'flash-sale writes to the service, which is not on this machine. To allow it: --allow-writes',
    );
  }
  return { ...info, stock: openSale() };
}

/** @param {import('../engine/types/suite.js').StartInfo & { stock: Stock }} info */
export function teardown(info) {
  closeSale(info.stock);
  test.teardown(info);
}

export default test.run((/** @type {{ stock: Stock }} */ { stock }) => {
  next()(stock);
  thinkTime(0.1, 0.5);
});
