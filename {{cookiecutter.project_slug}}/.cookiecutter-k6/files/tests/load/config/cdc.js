/**
 * Change-data-capture tests: they write rows to PostgreSQL and poll the end of the pipeline (the read side) until the
 * rows appear. This file defines the SQL, the read sides, the load and the thresholds. The table and column names
 * belong to the example: replace them with yours.
 */

import { randomInt, randomItem } from '../lib/helpers.js';
import { profileSets } from './profiles.js';

/** @typedef {import('../engine/features/cdc/types.js').CopiedTable} CopiedTable */
/** @typedef {import('../engine/features/cdc/types.js').Operation} Operation */
/** @typedef {import('../engine/features/cdc/types.js').PipelineTest} PipelineTest */
/** @typedef {import('../engine/features/cdc/types.js').Tracked} Tracked */

/** Suffixes of email addresses, after the mark of the run. */
const ENDINGS = ['@loadtest.com', '@latency.test', '@mixed.test'];

/**
 * What the pipeline copies, referring tables first. At the end of a run every row of these tables that carries the mark
 * of the run (in the column `mark`, before one of `endings`) is compared with the read side: key and `columns`, numbers
 * by value and everything else as text. Then it is deleted on both sides.
 *
 * @type {Record<string, CopiedTable>}
 */
export const tables = {
  orders: { mark: 'reference', columns: ['customer_id', 'reference', 'status', 'total'] },
  addresses: {
    mark: 'street',
    columns: 'customer_id type street city state postal_code country is_default'.split(' '),
  },
  customers: {
    mark: 'email',
    endings: ENDINGS,
    columns: ['email', 'name', 'status', 'revision'],
  },
};

/** The table whose rows are followed to the read side while the test runs. @type {Tracked} */
export const tracked = {
  table: 'customers',
  key: 'id',
  /** A number that grows with every change. Empty: there is none, and only `state` distinguishes versions of a row. */
  revision: 'revision',
  state: 'status',
};

/** Where rows carry the mark, for the cleanup. */
export const ownedByRun = Object.entries(tables).map(([table, { mark, endings }]) => ({
  table,
  column: mark,
  ...(endings && { endings }),
}));

/** Write operations by name, with `$1`, `$2`, … for values. @type {Record<string, Operation>} */
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

/** Read sides: where the pipeline ends. `CDC_READ` selects one. */
export const readSides = {
  /** One collection per table, in the database of `MONGODB_URL`. */
  mongodb: { key: 'id' },
  /** An API at `READ_URL` that answers 404 until the document exists. */
  http: { path: '/{table}/{id}' },
  /** Tables with the same names and columns in another PostgreSQL database, `READ_URL`. */
  sql: {},
};

const CITIES = [
  ['New York', 'NY'],
  ['Los Angeles', 'CA'],
  ['Chicago', 'IL'],
  ['Houston', 'TX'],
];

/** Column values of an address. @param {string} id @param {string} customer @param {string} mark */
export const addressOf = (id, customer, mark) => {
  const [city, state] = randomItem(CITIES);
  const street = `${randomInt(1, 9999)} Test Street ${mark}`;
  const code = String(randomInt(10000, 99999));
  const type = randomItem(['billing', 'shipping']);
  return [id, customer, type, street, city, state, code, 'USA', Math.random() < 0.2];
};

/** Column values of an order, with a total from 10.00 to 510.00. @param {string} id @param {string} customer @param {string} mark */
export const orderOf = (id, customer, mark) => [
  id,
  customer,
  `order-${id}${mark}`,
  (10 + Math.random() * 500).toFixed(2),
];

export const STATUSES = ['active', 'suspended', 'pending'];

const { baseline, stress, spike, soak } = profileSets.cdc;

/**
 * The tests. `find` sets how long to poll for a row: `after` seconds plus `tries` times `every` seconds. Polling starts
 * right after the write, every `every` seconds. Latency is measured in milliseconds from the start of the write to the
 * end of the poll that found the row; a row that was never found counts with the full waiting time.
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
      // In the last quarter half of the rows take at most twice as long as the same VU's first ones.
      'soak_processing_stability{part:end}': ['p(50)<2'],
      // Megabytes that the database keeps for a reader that falls behind.
      soak_memory_indicator: ['max<1024'],
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
    keep: 10,
    weights: { create: 0.3, update: 0.25, address: 0.15, order: 0.2, delete: 0.1 },
    pause: [0.1, 0.6],
    thresholds: {
      cdc_success_rate: ['rate>0.95'],
      cdc_e2e_latency: ['p(95)<3000'],
      checks: ['rate>0.90'],
    },
  },
};
