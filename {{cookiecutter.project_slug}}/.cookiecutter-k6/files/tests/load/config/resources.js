/**
 * Resources of the API: WHAT the resource tests do, as data. One row per resource, one step per request.
 *
 * Add a row, then run it with `./scripts/load-test.sh resources --env RESOURCES=<row>`, under any profile. The fields
 * are documented in engine/features/resources/types.d.ts and implemented in lib/resources.js.
 */

import { generateTicket } from '../lib/helpers.js'; // @feature desk
import { uniqueName } from '../lib/unique-name.js';

/** @satisfies {Record<string, import('../engine/features/resources/types.js').ResourceRow>} */
export const resources = {
  // @feature items {
  /** An example: replace the path and the fields with those of your API. */
  items: {
    path: '/items',
    group: 'items',
    list: 'data',
    steps: [
      { do: 'list', query: 'limit=20', pause: [0.5, 1] },
      { do: 'create', body: () => ({ name: uniqueName('Load Test Item') }), pause: [0.3, 0.6] },
      { do: 'read', pause: [0.3, 0.6] },
      { do: 'update', body: () => ({ quantity: 1 }), pause: [0.3, 0.6] },
      { do: 'remove', pause: [0.5, 1] },
    ],
    thresholds: { errors: ['rate<0.01'] },
  },
  // @feature }
  // @feature missions {
  missions: {
    path: '/missions',
    group: 'Mission CRUD',
    list: 'array',
    steps: [
      {
        do: 'create',
        body: () => ({
          name: uniqueName('Load Test Mission'),
          prompt: 'Created by a load test: nothing to do',
          backend: 'mock',
        }),
        trend: 'mission_create_duration',
        counter: 'missions_created',
      },
      { do: 'list', trend: 'mission_list_duration', pause: 1 },
    ],
    thresholds: {
      errors: ['rate<0.05'],
      mission_create_duration: ['p(95)<1000'],
      mission_list_duration: ['p(95)<500'],
      'http_req_duration{expected_response:true}': ['p(99)<1500'],
    },
  },
  specs: {
    path: '/specs',
    group: 'Spec Operations',
    list: 'array',
    steps: [
      {
        do: 'read',
        ids: ['001', '002', '003', '010', '020', '050', '100'],
        statuses: [200, 404],
        trend: 'spec_get_duration',
      },
      {
        do: 'search',
        terms: ['config', 'test', 'loop', 'backend', 'ui'],
        trend: 'spec_search_duration',
        pause: 0.5,
      },
    ],
    thresholds: {
      errors: ['rate<0.05'],
      spec_get_duration: ['p(95)<300'],
      spec_search_duration: ['p(95)<500'],
      'http_req_duration{expected_response:true}': ['p(99)<1500'],
    },
  },
  // @feature }
  // @feature desk {
  tickets: {
    path: '/tickets',
    group: 'Ticket CRUD Operations',
    list: 'data',
    withinMs: 500,
    steps: [
      {
        do: 'create',
        group: 'Create Ticket',
        body: () => ({ ...generateTicket(), title: uniqueName('Load Test Ticket') }),
        trend: 'ticket_create_duration',
        counter: 'tickets_created',
        pause: 0.5,
      },
      { do: 'read', group: 'Get Ticket', pause: 0.3 },
      {
        do: 'update',
        group: 'Update Ticket',
        body: () => ({ status: 'IN_PROGRESS' }),
        pause: 0.3,
      },
      {
        do: 'add',
        below: 'comments',
        group: 'Add Comment',
        body: () => ({ content: `Load test comment at ${new Date().toISOString()}` }),
      },
      { do: 'list', group: 'List Tickets', query: 'page=1&limit=20', pause: 1 },
      {
        do: 'search',
        group: 'Search Tickets',
        terms: ['urgent', 'billing', 'support', 'technical'],
        pause: 0.5,
      },
    ],
    thresholds: {
      http_req_duration: ['p(95)<200', 'p(99)<500'],
      http_req_failed: ['rate<0.01'],
      errors: ['rate<0.01'],
    },
  },
  'knowledge-base': {
    path: '/knowledge-base',
    group: 'Knowledge Base Browsing',
    list: 'data',
    withinMs: 500,
    steps: [
      { do: 'list', query: 'page=1&limit=20', pause: 0.1 },
      { do: 'search', terms: ['urgent', 'billing', 'support', 'technical'], pause: 0.1 },
      { do: 'read' },
    ],
    thresholds: {
      http_req_duration: ['p(95)<200', 'p(99)<500'],
      http_req_failed: ['rate<0.01'],
      errors: ['rate<0.01'],
    },
  },
  // @feature }
};
