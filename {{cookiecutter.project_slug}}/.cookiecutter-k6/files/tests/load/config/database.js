/**
 * The database test: seed data, queries and thresholds. Write plain SQL with `$1`, `$2`, … for values; never
 * interpolate values into the text. The table names belong to the example: replace them with yours.
 */

import { randomInt } from '../lib/helpers.js';

/** @typedef {import('../engine/features/database/types.js').DatabaseTest} DatabaseTest */

/** Number of tickets to seed. */
const TICKETS = 1000;

/** Rows per page. */
const PAGE = 20;

/** How long 95 % of the queries of a kind may take. */
const within = { simple: ['p(95)<10'], join: ['p(95)<100'], aggregation: ['p(95)<500'] };

/** @param {string} mark */
const organization = (mark) => `org_loadtest${mark}`;

/** @type {DatabaseTest} */
export const database = {
  /** Run once in setup. Every row contains the mark of the run. */
  seed: [
    {
      sql: `
        INSERT INTO tickets (id, organization_id, title, description, status, created_at)
        SELECT
          'loadtest_' || n || $1::text, $2::text, 'Load test ticket ' || n, 'Created by a database test', 'OPEN',
          now() - (n % 30) * interval '1 day'
        FROM generate_series(1, $3::int) AS n
        ON CONFLICT DO NOTHING`,
      args: (mark) => [mark, organization(mark), TICKETS],
    },
  ],

  /** Columns that hold the mark. Marked rows are deleted in teardown, in this order. */
  owned: [{ table: 'tickets', column: 'organization_id' }],

  /** Each iteration runs all queries in this order. */
  queries: {
    list_tickets: {
      sql: `
        SELECT t.id, t.title, t.status, t.priority, t.created_at, u.name AS assignee
        FROM tickets t LEFT JOIN users u ON u.id = t.assignee_id
        WHERE t.organization_id = $1
        ORDER BY t.created_at DESC
        LIMIT ${PAGE} OFFSET $2`,
      args: (mark) => [organization(mark), randomInt(0, TICKETS / PAGE - 1) * PAGE],
      minRows: PAGE,
    },
    search_tickets: {
      sql: `
        SELECT id, title FROM tickets
        WHERE organization_id = $1
          AND to_tsvector('english', title || ' ' || description) @@ plainto_tsquery('english', $2)
        LIMIT ${PAGE}`,
      args: (mark) => [organization(mark), 'test'],
      minRows: PAGE,
    },
    ticket_stats: {
      sql: `
        SELECT status, count(*) AS count, avg(extract(epoch FROM now() - created_at))::float8 AS mean_age_seconds
        FROM tickets WHERE organization_id = $1
        GROUP BY status`,
      args: (mark) => [organization(mark)],
      minRows: 1,
    },
  },

  /** Queries on the server's own statistics, during the load or after it. */
  views: {
    connections: {
      file: 'sql/connection-pool-test.sql',
      when: 'during',
      every: 5,
      metric: 'db_connections',
      tag: 'state',
    },
    waits: { file: 'sql/waits.sql', when: 'during', every: 5, metric: 'db_waits', tag: 'event' },
    slow: { file: 'sql/slow-queries.sql', when: 'after' },
  },

  think: [0.1, 0.5],
  defaultLoad: {
    scenario: 'database',
    shape: { executor: 'constant-vus', vus: 20, duration: '5m' },
  },
  // A query without a row of its own has the limit of all.
  thresholds: {
    db_query_duration: ['p(95)<100'],
    'db_query_duration{query:list_tickets}': within.join,
    'db_query_duration{query:ticket_stats}': within.aggregation,
    db_query_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
  },
};
