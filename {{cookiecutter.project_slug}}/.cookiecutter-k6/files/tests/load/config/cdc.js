/**
 * Tests of change data capture: rows are written to PostgreSQL, and looked for where the pipeline ends. What is written,
 * where it is looked for, how much, and what counts as good. The names of tables and columns are those of the example:
 * change them to yours.
 */

import { randomInt, randomItem } from '../lib/helpers.js';
import { profileSets } from './profiles.js';

/** @typedef {import('../engine/features/cdc/types.js').Operation} Operation */
/** @typedef {import('../engine/features/cdc/types.js').PipelineTest} PipelineTest */
/** @typedef {import('../engine/features/cdc/types.js').Tracked} Tracked */

/** Ends of addresses, behind the mark of the run. */
const ENDINGS = ['@loadtest.com', '@latency.test', '@mixed.test'];

/** The table whose rows are followed to the other end. @type {Tracked} */
export const tracked = {
  table: 'customers',
  key: 'id',
  /** Carries the mark. */
  column: 'email',
  endings: ENDINGS,
  /** A number that goes up with every change; empty: then only `state` tells old from new. */
  revision: 'revision',
  state: 'status',
};

/** Where the run's marks are; removed at the end, rows that refer to others first. On both sides. */
export const ownedByRun = [
  { table: 'orders', column: 'reference' },
  { table: 'addresses', column: 'street' },
  { table: 'customers', column: 'email', endings: ENDINGS },
];

/** What is written, by name. `$1` and so on are values. @type {Record<string, Operation>} */
export const operations = {
  insertCustomer: {
    sql: 'INSERT INTO customers (id, email, name, status) VALUES ($1::uuid, $2, $3, $4)',
  },
  updateCustomerStatus: {
    sql: 'UPDATE customers SET status = $2, revision = revision + 1 WHERE id = $1::uuid RETURNING revision',
  },
  deleteCustomer: {
    sql: `
      WITH gone AS (DELETE FROM orders WHERE customer_id = $1::uuid),
        gone_too AS (DELETE FROM addresses WHERE customer_id = $1::uuid)
      DELETE FROM customers WHERE id = $1::uuid`,
  },
  insertAddress: {
    sql: `
      INSERT INTO addresses (id, customer_id, type, street, city, state, postal_code, country, is_default)
      VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9)`,
  },
  insertOrder: {
    sql: `
      INSERT INTO orders (id, customer_id, reference, status, total)
      VALUES ($1::uuid, $2::uuid, $3, 'pending', $4::numeric)`,
  },
};

/** Where the pipeline ends; `CDC_READ` chooses. */
export const readSides = {
  /** A collection for each table, in the database of `MONGODB_URL`. */
  mongodb: { key: 'id' },
  /** An API that answers 404 as long as there is no such document. Below `READ_URL`. */
  http: { path: '/{table}/{id}' },
  /** Tables of the same names in another PostgreSQL, `READ_URL`. */
  sql: { columns: 'id::text AS id, email, status, revision' },
};

const CITIES = [
  ['New York', 'NY'],
  ['Los Angeles', 'CA'],
  ['Chicago', 'IL'],
  ['Houston', 'TX'],
];

/** An address of a customer. @param {string} id @param {string} customer @param {string} mark */
export const addressOf = (id, customer, mark) => {
  const [city, state] = randomItem(CITIES);
  const street = `${randomInt(1, 9999)} Test Street ${mark}`;
  const code = String(randomInt(10000, 99999));
  const type = randomItem(['billing', 'shipping']);
  return [id, customer, type, street, city, state, code, 'USA', Math.random() < 0.2];
};

/** An order of a customer: 10.00 to 510.00. @param {string} id @param {string} customer @param {string} mark */
export const orderOf = (id, customer, mark) => [
  id,
  customer,
  `order-${id}${mark}`,
  (10 + Math.random() * 500).toFixed(2),
];

export const STATUSES = ['active', 'suspended', 'pending'];

const { baseline, stress, spike, soak } = profileSets.cdc;

/**
 * The tests. `find`: `tries` looks, one every `every` seconds, after the `after` seconds that a user would wait; k6 looks from
 * the start and gives up when all that time is over. Latencies are milliseconds, from the write's beginning to the end of the look
 * that found it; what was never found counts with the whole wait.
 *
 * @satisfies {Record<string, PipelineTest>}
 */
export const tests = {
  baseline: {
    shape: baseline,
    email: (id) => `baseline-${id}`,
    status: 'active',
    find: { after: 1, tries: 15, every: 0.2 },
    remove: 'next',
    pause: [0.5, 0.5],
    thresholds: {
      cdc_e2e_latency: ['p(95)<2000', 'p(99)<5000'],
      pg_write_duration: ['p(95)<100'],
      mongo_read_duration: ['p(95)<50'],
      cdc_success_rate: ['rate>0.99'],
      checks: ['rate>0.95'],
    },
  },

  stress: {
    shape: stress,
    email: (id) => `stress-${id}`,
    status: 'active',
    find: { after: 0, tries: (vu) => Math.min(30, 10 + Math.floor(vu / 10)), every: 0.3 },
    remove: 'end',
    pause: [0.1, 0.6],
    thresholds: {
      cdc_e2e_latency: ['p(95)<5000', 'p(99)<10000'],
      pg_write_duration: ['p(95)<200'],
      pg_write_failed: ['rate<0.05'],
      cdc_success_rate: ['rate>0.95'],
      cdc_drain_time: ['max<30000'],
    },
  },

  spike: {
    shape: spike,
    email: (_id, vu, iteration) => `spike-${vu}-${iteration}`,
    status: 'active',
    find: { after: 0, tries: 60, every: 0.5 },
    remove: 'end',
    pause: [0.05, 0.05],
    thresholds: {
      cdc_e2e_latency: ['p(95)<10000'],
      'cdc_e2e_latency{stage:recovery}': ['p(95)<2000'],
      pg_write_duration: ['p(95)<500'],
      cdc_success_rate: ['rate>0.90'],
      cdc_drain_time: ['max<30000'],
    },
  },

  soak: {
    shape: soak,
    email: (id) => `soak-${id}`,
    status: 'pending',
    find: { after: 1, tries: 20, every: 0.3 },
    update: { status: 'active', find: { after: 1, tries: 10, every: 0.2 } },
    remove: 'oldest',
    pause: [1, 3],
    checkpoint: 300,
    thresholds: {
      cdc_e2e_latency: ['p(95)<3000', 'p(99)<6000'],
      cdc_success_rate: ['rate>0.99'],
      pg_write_errors: ['count<100'],
      mongo_read_errors: ['count<100'],
    },
  },

  e2e_latency: {
    shape: {
      executor: 'constant-arrival-rate',
      rate: 10,
      timeUnit: '1s',
      duration: '5m',
      preAllocatedVUs: 20,
      maxVUs: 50,
    },
    email: (id) => `e2e-${id}`,
    ending: '@latency.test',
    status: 'active',
    find: { after: 0, tries: 100, every: 0.05 },
    remove: 'next',
    pause: [0, 0],
    detailed: true,
    log: 0.01,
    thresholds: {
      e2e_cdc_latency_ms: ['p(50)<500', 'p(95)<2000', 'p(99)<5000'],
      e2e_cdc_propagation_ms: ['p(95)<1500'],
      e2e_propagation_success: ['rate>0.99'],
    },
  },

  mixed_workload: {
    shape: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [
        { duration: '1m', target: 20 },
        { duration: '3m', target: 50 },
        { duration: '3m', target: 50 },
        { duration: '1m', target: 20 },
        { duration: '1m', target: 0 },
      ],
    },
    email: (id) => `mixed-${id}`,
    status: 'pending',
    find: { after: 1, tries: 15, every: 0.2 },
    update: { status: '', times: 2, find: { after: 1, tries: 10, every: 0.2 } },
    remove: 'oldest',
    seeds: 10,
    weights: { create: 0.3, update: 0.25, address: 0.15, order: 0.2, delete: 0.1 },
    pause: [0.1, 0.6],
    thresholds: {
      cdc_success_rate: ['rate>0.95'],
      cdc_e2e_latency: ['p(95)<3000'],
      checks: ['rate>0.90'],
    },
  },
};
