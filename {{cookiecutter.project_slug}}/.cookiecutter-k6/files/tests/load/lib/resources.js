import k6 from 'k6';
import { Counter, Rate, Trend } from 'k6/metrics';
import { checker, isJson } from './checker.js';
import { endpoint, jsonAt, request } from './http.js';
import { env, writesAllowed } from './config.js';
import { inTurn, randomItem } from './helpers.js';
import { defineTest, pause, thinkTime } from './define.js';
import { newIds, undoing } from './lost-creates.js';
import { isUniqueName } from './unique-name.js';

export { inTurn };

/** @typedef {import('../engine/types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('../engine/features/resources/types.js').ResourceRow} ResourceRow */
/** @typedef {import('../engine/features/resources/types.js').ResourceStep} ResourceStep */
/** @typedef {import('../engine/features/resources/types.js').Found} Found */
/** @typedef {import('../engine/types/suite.js').Journey} Journey */

/** Loaded only if requests authenticate: each module costs memory in every VU. */
const auth = env.AUTH_MODE === 'none' ? undefined : require('./auth.js');

/**
 * The request of each kind of step. `path` follows the row's; empty `statuses` accept any 2xx.
 *
 * @type {Record<ResourceStep['do'], { method: string, path: string, writes: boolean, statuses: number[] }>}
 */
const KINDS = {
  create: { method: 'POST', path: '', writes: true, statuses: [201] },
  list: { method: 'GET', path: '', writes: false, statuses: [200] },
  search: { method: 'GET', path: '/search', writes: false, statuses: [200] },
  read: { method: 'GET', path: '/{id}', writes: false, statuses: [200] },
  update: { method: 'PATCH', path: '/{id}', writes: true, statuses: [200] },
  add: { method: 'POST', path: '/{id}', writes: true, statuses: [] },
  remove: { method: 'DELETE', path: '/{id}', writes: true, statuses: [200, 204] },
};

/** The load when neither a profile nor the row defines one. @type {import('../engine/types/suite.js').Shape} */
const SHAPE = {
  executor: 'ramping-vus',
  startVUs: 0,
  stages: [
    { duration: '30s', target: 10 },
    { duration: '2m', target: 10 },
    { duration: '30s', target: 0 },
  ],
};

/** Share of requests with a failed check. */
const errors = new Rate('errors');

/**
 * Creates a journey from a row of config/resources.js. Where writes are not allowed, it only reads.
 *
 * @param {ResourceRow} row
 * @returns {Journey}
 * @throws if a step lacks a required field; the message names it
 * @example const missions = resource(resources.missions); missions.run();
 */
export function resource(row) {
  const ids = newIds(row.id);
  const steps = row.steps
    .filter((step) => isPossible(row, step))
    .map((step) => stepOf(row, step, ids));
  const undo = undoing(steps, { send, isMark: isUniqueName, id: row.id });
  /** @type {import('../engine/types/suite.js').Thresholds} */
  const thresholds = {};
  for (const { trend, target } of steps) {
    if (trend !== undefined && row.thresholds?.[trend] !== undefined) {
      thresholds[`http_req_duration{name:${target.name}}`] = row.thresholds[trend];
    }
  }
  return {
    endpoints: steps.map(({ target }) => target),
    metrics: ['errors', ...steps.flatMap(({ trend, counter }) => named(trend, counter))],
    thresholds: { ...thresholds, ...row.thresholds },
    support: auth?.authEndpoints,
    // With wrong credentials this fails in setup, before any load.
    prepare: auth && (() => void auth.currentToken()),
    run: (observe) => {
      /** @type {Found} */
      const found = {};
      try {
        steps.forEach((step) => step.take(found, observe));
      } finally {
        undo(found.lost);
      }
    },
  };
}

/**
 * Defines the test of one or more rows: everything that a file in scripts/ exports.
 *
 * @param {string} name of the test
 * @param {ResourceRow[]} rows of config/resources.js, at least one
 * @returns {import('../engine/features/resources/types.js').ResourceTest}
 * @throws if a row is incomplete
 * @example
 * const test = defineResourceTest('orders', [resources.orders]);
 * export const { options, setup, teardown, handleSummary } = test;
 * export default test.iteration;
 */
export function defineResourceTest(name, rows) {
  const journey = inTurn(rows.map(resource));
  const scenario = name.replace(/\W/g, '_');
  const test = defineTest({
    name,
    defaultLoad: { scenario, shape: rows[0].shape ?? SHAPE },
    endpoints: journey.endpoints,
    thresholds: { checks: ['rate>0.95'], ...journey.thresholds },
    metrics: journey.metrics,
    tags: { test_type: scenario },
    support: journey.support,
    prepare: journey.prepare,
  });
  return { ...test, journey, iteration: test.run(() => journey.run()) };
}

/**
 * Returns the rows with these names.
 *
 * @param {Record<string, ResourceRow>} table
 * @param {string[]} names empty: all rows
 * @returns {ResourceRow[]}
 * @throws if a name is unknown; the message lists the known ones
 * @example rowsOf(resources, ['orders'])
 */
export function rowsOf(table, names) {
  const unknown = names.find((name) => !Object.hasOwn(table, name));
  if (unknown !== undefined) {
    throw new Error(
      `RESOURCES=${unknown}: config/resources.js has no such row, expected one or more of ${Object.keys(table).join(', ')}`,
    );
  }
  return names.length > 0 ? names.map((name) => table[name]) : Object.values(table);
}

/**
 * Sends a request, with the credentials of the VU's user if requests authenticate.
 *
 * @param {Endpoint} target
 * @param {import('./http.js').RequestDetails} [details]
 * @returns {HttpResponse}
 * @throws if the login fails
 * @example const response = send(DASHBOARD);
 */
export function send(target, details) {
  return auth === undefined ? request(target, details) : auth.authorized(target, details);
}

/**
 * Returns where the id of a step comes from.
 *
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @returns {'created' | 'listed' | 'ids' | undefined} undefined: the step needs no id
 */
function sourceOf(row, step) {
  if (!KINDS[step.do].path.includes('{id}')) {
    return undefined;
  }
  if (step.ids !== undefined) {
    return 'ids';
  }
  return row.steps.some((other) => other.do === 'create') ? 'created' : 'listed';
}

/**
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @returns {boolean} false if the step writes, or needs a created entry, and writes are not allowed
 */
function isPossible(row, step) {
  return writesAllowed || !(KINDS[step.do].writes || sourceOf(row, step) === 'created');
}

/**
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @param {ReturnType<typeof newIds>} ids of the row
 */
function stepOf(row, step, ids) {
  const target = endpointOf(row, step);
  const { trend, counter } = step;
  const duration = trend === undefined ? undefined : new Trend(trend, true);
  const successes = counter === undefined ? undefined : new Counter(counter);
  /** @type {{ id?: string }} */
  const wanted = {};
  const { verify, isOnlyLate } = checkerOf(row, step, target, wanted, ids);
  const source = sourceOf(row, step);
  const details = detailsOf(step, source);
  const keep = keeperOf(row, step);
  const rest = pauseOf(step);
  const once = (/** @type {Found} */ found, /** @type {any} */ observe) => {
    if (source === 'created' || source === 'listed') {
      wanted.id = found[source];
    }
    const own = details(found);
    const response = send(target, own);
    const ok = verify(response);
    errors.add(!ok);
    if (response.status !== 0) {
      duration?.add(response.timings.duration);
    }
    if (ok) {
      successes?.add(1);
      if (step.do === 'remove') {
        ids.free(wanted.id);
      }
    }
    // Of a late response, too: later steps would never be requested, and hide that the service is slow.
    if (ok || isOnlyLate(response)) {
      keep(found, response);
    } else if (step.do === 'create') {
      found.lost = { response, sent: own.body };
    }
    observe?.(target, { response, ok });
  };
  return {
    do: step.do,
    target,
    trend,
    counter,
    take: (/** @type {Found} */ found, /** @type {any} */ observe) => {
      if ((source === 'created' || source === 'listed') && found[source] === undefined) {
        return;
      }
      const visit = () => once(found, observe);
      // One group per request and none around the pauses: group_duration measures the service only.
      k6.group(
        row.group,
        step.group === undefined
          ? visit
          : () => k6.group(/** @type {string} */ (step.group), visit),
      );
      rest();
    },
  };
}

/**
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @returns {Endpoint}
 */
function endpointOf(row, step) {
  const { method, path, writes, statuses } = KINDS[step.do];
  const route = `${row.path}${path}${step.do === 'add' ? `/${given(row, step, 'below')}` : ''}`;
  const query = step.do === 'search' ? 'q={term}' : step.query;
  const accepted = step.statuses ?? statuses;
  return endpoint(`${step.method ?? method} ${route}`, query ? `${route}?${query}` : route, {
    method: step.method ?? method,
    kind: 'api',
    ...(accepted.length > 0 && { statuses: accepted }),
    ...(writes && step.do === 'remove' && { responseType: 'none' }),
  });
}

/**
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @param {'below' | 'terms' | 'body'} field
 * @returns {any}
 * @throws if the field is missing
 */
function given(row, step, field) {
  if (step[field] === undefined) {
    throw new Error(
      `config/resources.js, ${row.path}: the step '${step.do}' needs '${field}', see engine/features/resources/types.d.ts`,
    );
  }
  return step[field];
}

/**
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @param {Endpoint} target
 * @param {{ id?: string }} wanted the entry that the last request was for
 * @param {ReturnType<typeof newIds>} ids of the row
 * @returns {Record<'verify' | 'isOnlyLate', (response: HttpResponse) => boolean>}
 */
function checkerOf(row, step, { name, statuses }, wanted, ids) {
  const id = row.id ?? 'id';
  /** @type {Record<string, (response: HttpResponse) => boolean>} */
  const also = {};
  if (statuses !== undefined) {
    also[`${name} status is ${statuses.join(' or ')}`] = (r) => statuses.includes(r.status);
  }
  if (step.do === 'create') {
    also[`${name} gives a new ${id}`] = ids.isNew;
  }
  if (step.do === 'list' || step.do === 'search') {
    const length = lengthOf(row);
    also[`${name} is a list`] = (r) => typeof length(r) === 'number';
    if (mustHold(row, step)) {
      also[`${name} is not empty`] = (r) => (length(r) ?? 0) > 0;
    }
  }
  if (step.do === 'update' || step.do === 'add') {
    also[`${name} is JSON`] = isJson;
  }
  if (step.do === 'read') {
    // The response to a missing entry may be empty.
    also[`${name} is JSON`] = (r) => r.status >= 300 || isJson(r);
    if (step.ids === undefined) {
      also[`${name} is the one asked for`] = (r) => String(jsonAt(r, id)) === String(wanted.id);
    }
  }
  const verify = checker(name, {
    ...(statuses === undefined && { success: true }),
    ...(row.withinMs !== undefined && { withinMs: row.withinMs }),
    type: 'json',
    also,
  });
  const isOnlyLate = (/** @type {HttpResponse} */ r) =>
    r.timings.duration >= (row.withinMs ?? Infinity) &&
    (statuses !== undefined || (r.status >= 200 && r.status < 300)) &&
    Object.values(also).every((check) => check(r));
  return { verify, isOnlyLate };
}

/**
 * Tells whether a list must not be empty: after a create, or if a later step takes an entry of it.
 *
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @returns {boolean}
 */
function mustHold(row, step) {
  const index = row.steps.indexOf(step);
  const created = writesAllowed && row.steps.slice(0, index).some((other) => other.do === 'create');
  const taken = row.steps.slice(index).some((other) => sourceOf(row, other) === 'listed');
  return step.do === 'list' && (created || taken);
}

/**
 * @param {ResourceRow} row
 * @returns {(response: HttpResponse) => number | undefined} undefined: the response has no list there
 */
function lengthOf({ list }) {
  const selector = list === 'array' ? '#' : `${list}.#`;
  return (response) => jsonAt(response, selector);
}

/**
 * @param {ResourceStep} step
 * @param {'created' | 'listed' | 'ids' | undefined} source
 * @returns {(found: Found) => import('./http.js').RequestDetails}
 */
function detailsOf(step, source) {
  const { ids = [], terms = [], body } = step;
  return (found) => {
    /** @type {Record<string, string>} */
    const path = {};
    if (step.do === 'search') {
      path.term = randomItem(terms);
    } else if (source !== undefined) {
      path.id = source === 'ids' ? randomItem(ids) : String(found[source]);
    }
    return { path, ...(body && { body: body() }) };
  };
}

/**
 * Returns a function that keeps what later steps need from a response.
 *
 * @param {ResourceRow} row
 * @param {ResourceStep} step
 * @returns {(found: Found, response: HttpResponse) => void}
 */
function keeperOf(row, step) {
  const id = row.id ?? 'id';
  if (step.do === 'create') {
    return (found, response) => {
      found.created = jsonAt(response, id);
    };
  }
  if (step.do === 'list' && row.steps.some((other) => sourceOf(row, other) === 'listed')) {
    const length = lengthOf(row);
    const prefix = row.list === 'array' ? '' : `${row.list}.`;
    return (found, response) => {
      const index = Math.floor(Math.random() * (length(response) ?? 0));
      found.listed = jsonAt(response, `${prefix}${index}.${id}`);
    };
  }
  return () => {};
}

/** @param {ResourceStep} step */
function pauseOf({ pause: time = 0 }) {
  return typeof time === 'number' ? () => pause(time) : () => thinkTime(...time);
}

/** @param {(string | undefined)[]} names */
function named(...names) {
  return names.filter((name) => name !== undefined);
}
