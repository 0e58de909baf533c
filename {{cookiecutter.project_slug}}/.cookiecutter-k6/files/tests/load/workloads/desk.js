// The help desk's workload: WORKLOAD=desk in suite.env. Same format as workload.js, which documents the fields.

import { resources } from '../config/resources.js';
import { checker, HEALTH_STATUSES, healthy } from '../lib/checker.js';
import { endpoint, jsonAt, request } from '../lib/http.js';
import { BASE_URL, HEALTH_PATHS, writesAllowed } from '../lib/config.js';
import { resource, send } from '../lib/resources.js';
import { uniqueName } from '../lib/unique-name.js';

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').Outcome} Outcome */
/** @typedef {import('../engine/types/suite.js').Step} Step */
/** @typedef {import('../engine/types/suite.js').WorkloadPlan} WorkloadPlan */

const tickets = resource(resources.tickets);
const articles = resource(resources['knowledge-base']);

const LIST = endpoint('GET /tickets', '/tickets?limit=20');
const NEWEST = endpoint(LIST.name, '/tickets?limit=1');
const CREATE = endpoint('POST /tickets', '/tickets', { method: 'POST', statuses: [201] });
const DETAILS = endpoint('GET /tickets/{id}', '/tickets/{id}');
const SEARCH = endpoint('GET /tickets/search', '/tickets/search?q=test');
const DASHBOARD = endpoint('GET /analytics/dashboard', '/analytics/dashboard');

const checkNewest = checker(LIST.name, { status: 200, fields: ['data.0.id'] });
const checkDetails = checker(DETAILS.name, { status: 200, fields: ['id'] });

/** Opens the newest ticket in the list, as a user would. @type {Step['visit']} */
const visitDetails = (target = DETAILS) => {
  const newest = send(NEWEST);
  if (!checkNewest(newest)) {
    return { response: newest, ok: false };
  }
  const response = send(target, { path: { id: jsonAt(newest, 'data.0.id') } });
  return { response, ok: checkDetails(response) };
};

/**
 * A visit function that sends one request and checks the response.
 *
 * @param {Endpoint} own
 * @param {import('../lib/checker.js').Expectation} expected
 * @param {() => unknown} [body]
 * @returns {Step['visit']}
 */
const visitOf = (own, expected, body) => {
  const verify = checker(own.name, expected);
  return (target = own) => {
    const response = send(target, body && { body: body() });
    return { response, ok: verify(response) };
  };
};

const newTicket = () => ({ title: uniqueName('Stress Test'), priority: 'MEDIUM' });

/** Operations of the mix, chosen at random with a think time of 0.5 s. @type {[Endpoint, Step['visit']][]} */
const operations = [
  [LIST, visitOf(LIST, { status: 200, fields: ['data'] })],
  [DETAILS, visitDetails],
  [SEARCH, visitOf(SEARCH, { status: 200, fields: ['data'] })],
  [DASHBOARD, visitOf(DASHBOARD, { status: 200, json: true })],
];
if (writesAllowed) {
  operations.push([CREATE, visitOf(CREATE, { status: 201, fields: ['id'] }, newTicket)]);
}

/** @type {WorkloadPlan} */
const mix = {
  order: 'weighted',
  steps: operations.map(([own, visit]) => ({
    visit,
    endpoint: own,
    think: [0.5, 0.5],
    weight: 1 / operations.length,
  })),
  support: tickets.support,
  prepare: tickets.prepare,
};

/** One step per health path. @type {Step[]} */
const healthSteps = HEALTH_PATHS.map((path, index) => {
  const own = endpoint(index === 0 ? 'health' : `health ${path}`, `${BASE_URL}${path}`, {
    kind: 'health',
    statuses: HEALTH_STATUSES,
  });
  // A document with a status, or just the word.
  const verify = checker(own.name, healthy(own.name));
  return {
    visit: (target = own) => {
      const response = request(target);
      return { response, ok: verify(response) };
    },
    endpoint: own,
    think: [1, 1],
  };
});

/** @type {Record<string, WorkloadPlan>} */
export const workload = {
  smoke: { order: 'sequence', steps: healthSteps },
  load: {
    scenario: 'ticket_operations',
    exec: 'ticketOperations',
    journey: tickets,
    // Readers arrive at a fixed rate however slow the desk is: an open model next to the closed one.
    companions: [
      {
        scenario: 'knowledge_base_browsing',
        exec: 'knowledgeBase',
        journey: articles,
        shape: {
          executor: 'constant-arrival-rate',
          rate: 50,
          timeUnit: '1s',
          duration: '16m',
          preAllocatedVUs: 20,
          maxVUs: 100,
        },
      },
    ],
  },
  stress: mix,
  soak: mix,
  spike: mix,
  breakpoint: mix,
};
