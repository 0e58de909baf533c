// Authenticated API: a signed-in user lists, creates, reads, changes and deletes entries of one resource.
//
//   k6 run tests/load/scripts/api-authenticated.js
//   RESOURCE_PATH=/orders ./scripts/load-test.sh api-authenticated
//   ./scripts/load-test.sh load api-authenticated
//
// AUTH_MODE says how requests are authorised (lib/auth.js). Off this machine it only lists, unless ALLOW_WRITES=true;
// RESOURCE_WRITES=false is for resources that can only be listed.

import k6 from 'k6';
import { Rate } from 'k6/metrics';
import { authEndpoints, authorized, currentToken } from '../lib/auth.js';
import { checker } from '../lib/checker.js';
import { endpoint, jsonAt } from '../lib/http.js';
import { env, writesAllowed } from '../lib/config.js';
import { generateTestId } from '../lib/helpers.js';
import { defineTest, thinkTime } from '../lib/define.js';
import { undoing } from '../lib/lost-creates.js';

/** @typedef {import('../engine/types/suite.js').Outcome} Outcome */

const PATH = env.RESOURCE_PATH;
const READ = { kind: 'api_read' };
const WRITE = { kind: 'api_write' };

export const LIST = endpoint(`GET ${PATH}`, `${PATH}?limit=20`, READ);
export const CREATE = endpoint(`POST ${PATH}`, PATH, { ...WRITE, method: 'POST', statuses: [201] });
export const GET = endpoint(`GET ${PATH}/{id}`, `${PATH}/{id}`, READ);
export const UPDATE = endpoint(`PATCH ${PATH}/{id}`, `${PATH}/{id}`, { ...WRITE, method: 'PATCH' });
export const DELETE = endpoint(`DELETE ${PATH}/{id}`, `${PATH}/{id}`, {
  ...WRITE,
  method: 'DELETE',
  statuses: [200, 204],
  responseType: 'none',
});

const checkList = checker(LIST.name, { status: 200, json: true });
const checkCreated = checker(CREATE.name, { status: 201, fields: ['id'] });
const checkDeleted = checker(DELETE.name, { success: true });

/**
 * @param {import('../engine/types/suite.js').HttpResponse} response
 * @param {string} field
 * @param {unknown} unsaid stands in for a field that the response does not have
 */
const said = (response, field, unsaid) => jsonAt(response, field) ?? unsaid;

/**
 * An answer about somebody else's entry is no success.
 *
 * @param {import('../engine/types/suite.js').Endpoint} target
 * @param {unknown} id of the entry
 * @param {string} name what it was created with, or changed to
 */
const entryChecker = (target, id, name) =>
  checker(target.name, {
    status: 200,
    also: {
      [`${target.name} returns what was ${target === GET ? 'created' : 'changed'}`]: (r) =>
        said(r, 'name', target === GET ? undefined : name) === name &&
        String(said(r, 'id', id)) === String(id),
    },
  });

const apiErrors = new Rate('api_errors');

const changes = env.RESOURCE_WRITES && writesAllowed;

/** Everything this run creates carries its id, so that left-overs can be told from real data. */
const RUN = env.RUN_ID || 'run';

/** Deletes the entry of a create without a usable response. */
const undo = undoing(
  [
    { do: 'create', target: CREATE },
    { do: 'list', target: LIST },
    { do: 'remove', target: DELETE },
  ],
  { send: authorized, isMark: () => true },
);

/**
 * Lists the resource as the VU's user, as a step of any workload.
 *
 * @param {import('../engine/types/suite.js').Endpoint} [target]
 * @returns {Outcome}
 * @example const { ok } = visitList();
 */
export function visitList(target = LIST) {
  const response = authorized(target);
  return { response, ok: checkList(response) };
}

/**
 * Sends one request in the group `write`; the pauses between requests are outside of it.
 *
 * @template T
 * @param {() => T} visit
 * @returns {T}
 */
function writing(visit) {
  return k6.group('write', visit);
}

/**
 * Creates an entry, reads it, changes it and deletes it. Each step needs the one before it; what was created
 * is deleted whatever happens in between.
 *
 * @throws when the login fails
 */
function changeEntry() {
  const name = `${RUN}-${generateTestId()}`;
  const sent = { name };
  const created = writing(() => authorized(CREATE, { body: sent }));
  if (!record(checkCreated(created))) {
    writing(() => undo({ response: created, sent }));
    return;
  }
  const path = { id: jsonAt(created, 'id') };
  try {
    thinkTime(0.3, 0.6);
    writing(() => record(entryChecker(GET, path.id, name)(authorized(GET, { path }))));
    thinkTime(0.3, 0.6);
    const body = { name: `${name}-changed` };
    writing(() =>
      record(entryChecker(UPDATE, path.id, body.name)(authorized(UPDATE, { path, body }))),
    );
  } finally {
    writing(() => record(checkDeleted(authorized(DELETE, { path }))));
  }
}

/** @param {boolean} ok */
function record(ok) {
  apiErrors.add(!ok);
  return ok;
}

const test = defineTest({
  name: 'api-authenticated',
  defaultLoad: {
    scenario: 'authenticated_api',
    shape: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [
        { duration: '30s', target: 10 },
        { duration: '2m', target: 10 },
        { duration: '30s', target: 0 },
      ],
    },
  },
  endpoints: changes ? [LIST, CREATE, GET, UPDATE, DELETE] : [LIST],
  support: authEndpoints,
  thresholds: {
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
    api_errors: ['rate<0.01'],
  },
  metrics: ['api_errors'],
  tags: { test_type: 'api_authenticated' },
  // Fails here, before any load, when the credentials are wrong.
  prepare: currentToken,
});

export const { options, setup, teardown, handleSummary } = test;

export default test.run(() => {
  k6.group('read', () => record(visitList().ok));
  thinkTime(0.5, 1);
  if (changes) {
    changeEntry();
    thinkTime(0.5, 1);
  }
});
