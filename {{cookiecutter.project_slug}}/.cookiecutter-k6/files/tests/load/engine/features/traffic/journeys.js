// One iteration: a recorded session from its first request to its clean-up, with values of its own.

import k6 from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { BASE_URL, defaultOptions, env } from '../../../lib/config.js';
import { pause } from '../../../lib/define.js';
import { accepts, endpoint } from '../../../lib/http.js';
import { mayHaveCreated, nameLost } from '../../../lib/lost-creates.js';
import {
  reportException,
  reportFailure,
  reportLeft,
  reportOnce,
  unanswered,
} from '../../vu/failures.js';
import { checkAnswer } from '../rows/answers.js';
import { claim } from '../rows/ownership.js';
import { found } from './find.js';
import { filled, session } from './values.js';
import { journeyAt, journeyCount, stepAt } from './table.js';

/** @typedef {import('./types.js').Step} Step */
/** @typedef {import('./values.js').Session} Session */
/** @typedef {import('../../types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('../../types/suite.js').Endpoint} Endpoint */
/** @typedef {[method: string, url: string, body: string | null, params: any]} Sent */

/** What cleans up may find that it is gone already. */
const GONE = [404, 410];

/** Statuses of a clean-up that the service does not know. */
const UNKNOWN = [405, 501];

/** The first iteration of this VU is over: its browser has cached what may be cached. */
let isReturning = false;

/**
 * Runs one iteration: one journey. The first iterations of a test take each once, so that short runs miss none; all
 * others choose by weight.
 *
 * @example export default test.run(runTraffic);
 */
export function runTraffic() {
  const { iterationInInstance } = exec.scenario;
  if (iterationInInstance < journeyCount) {
    play(iterationInInstance);
    return;
  }
  const aim = Math.random() * journeyAt(journeyCount - 1).upTo;
  let index = 0;
  while (index < journeyCount - 1 && journeyAt(index).upTo <= aim) {
    index += 1;
  }
  play(index);
}

/**
 * A journey for workload.js.
 *
 * @param {string} [name] default: all journeys, by weight
 * @returns {import('../../types/suite.js').Journey}
 * @throws when there is no such journey
 * @example load: { journey: trafficJourney('checkout') }
 */
export function trafficJourney(name) {
  let index = name === undefined ? -1 : 0;
  while (index >= 0 && index < journeyCount && journeyAt(index).name !== name) {
    index += 1;
  }
  if (index >= journeyCount) {
    throw new Error(
      `trafficJourney('${name}'): no such journey in this run. Import one: ./scripts/load-test.sh import FILE`,
    );
  }
  const report = __VU === 0 ? require('./report.js') : undefined;
  return {
    endpoints: report?.endpointsOfRun(name) ?? [],
    metrics: [],
    thresholds: {},
    prepare: report?.announce,
    run: (observe) => (index < 0 ? runTraffic() : play(index, observe)),
  };
}

/**
 * Plays a journey. What goes wrong in one step must not keep the later ones from cleaning up.
 *
 * @param {number} index
 * @param {import('../../types/suite.js').Observer} [observe]
 */
function play(index, observe) {
  const journey = journeyAt(index);
  const visit = session(journey);
  const end = journey.first + journey.count;
  let at = journey.first;
  while (at < end) {
    const steps = [stepAt(at)];
    at += 1;
    while (at < end && steps.length < MOST_PARALLEL) {
      const next = stepAt(at);
      if (next.with === undefined) {
        break;
      }
      steps.push(next);
      at += 1;
    }
    pause(steps[0].pause ?? 0);
    if (visit.refused) {
      continue;
    }
    const group = steps[0].group;
    if (group === undefined) {
      send(steps, visit, observe);
    } else {
      k6.group(group, () => send(steps, visit, observe));
    }
  }
  isReturning = true;
}

/** Most requests at a time, as of a browser with one host. */
const MOST_PARALLEL = 6;

/**
 * @param {Step[]} steps one, or several in parallel
 * @param {Session} visit
 * @param {import('../../types/suite.js').Observer} [observe]
 */
function send(steps, visit, observe) {
  /** @type {[Step, Endpoint, Sent][]} */
  const ready = [];
  for (const step of steps) {
    try {
      const request = requestOf(step, visit);
      if (request !== undefined) {
        ready.push([step, ...request]);
      }
    } catch (error) {
      reportException(error, step.name);
    }
  }
  const since = Date.now();
  const responses = exchanged(ready);
  ready.forEach(([step, target, [, , body]], index) => {
    try {
      const response = responses[index];
      if (step.creates !== undefined) {
        visit.creating = { since, sent: contentOf(body) };
      }
      const ok = judge(step, target, response, visit);
      const isFirst = visit.creating.since === 0; // nothing has to be cleaned up yet
      if (step.login && isFirst && !accepts(target, response.status)) {
        refuse(step, response, visit);
      }
      observe?.(target, { response, ok });
    } catch (error) {
      reportException(error, step.name);
    }
  });
}

/**
 * Ends a session whose login failed, at its recorded pace: what follows would only be refused, too.
 *
 * @param {Step} step
 * @param {HttpResponse} response
 * @param {Session} visit
 */
function refuse({ name }, { status }, visit) {
  visit.refused = true;
  reportOnce(
    `${name} refused`,
    () =>
      `${name}: the login failed (status ${status}), the rest of the session is not sent. ` +
      'Check the users: data/users.json (USERS_FILE), or TEST_USER_EMAIL and TEST_USER_PASSWORD',
  );
}

/**
 * @param {string | null} body
 * @returns {any} JSON as what it stands for
 */
function contentOf(body) {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return body;
  }
}

/**
 * @param {[Step, Endpoint, Sent][]} ready
 * @returns {HttpResponse[]} in the same order
 */
function exchanged(ready) {
  if (ready.length === 1) {
    const [[, target, [method, url, body, params]]] = ready;
    try {
      return [http.request(method, url, body, params)];
    } catch (error) {
      return [unanswered(target, error)];
    }
  }
  return ready.length === 0
    ? []
    : /** @type {any[]} */ (
        http.batch(
          ready.map(([, , [method, url, body, params]]) => ({
            method,
            url,
            body,
            params: { ...params, throw: false },
          })),
        )
      );
}

/**
 * @param {Step} step
 * @param {Session} visit
 * @returns {[Endpoint, Sent] | undefined} undefined: not to be sent
 */
function requestOf(step, visit) {
  const { name, method, kind, ok: statuses, confidential, takes, cached, undo } = step;
  if (cached && isReturning && takes === undefined && env.TRAFFIC_CACHE === 'returning') {
    return undefined;
  }
  visit.missing = undefined;
  const path = filled(step.url, visit);
  const body = step.body === undefined ? null : filled(step.body, visit);
  /** @type {Record<string, string>} */
  const headers = { ...env.requestHeaders };
  for (const key of Object.keys(step.headers ?? {})) {
    headers[key] = filled(/** @type {any} */ (step.headers)[key], visit);
  }
  if (step.type) {
    headers['Content-Type'] = step.type;
  }
  /** @type {Record<string, string>} */
  const cookies = {};
  for (const key of Object.keys(step.cookies ?? {})) {
    const value = filled(/** @type {any} */ (step.cookies)[key], visit);
    if (value !== '') {
      cookies[key] = value;
    }
  }
  if (visit.missing !== undefined) {
    if (!undo) {
      notSent(step, visit.missing);
    }
    return undefined;
  }
  const target = endpoint(name, urlOf(path), { method, kind, statuses, confidential });
  const params = {
    ...target.params,
    headers,
    cookies,
    timeout: defaultOptions.timeout,
    redirects: 0,
  };
  return isForeign(step, visit, target.url, params)
    ? undefined
    : [target, [method, target.url, body, params]];
}

/**
 * Tells whether a request would change what may have been there before, after a look at it.
 *
 * @param {Step} step
 * @param {Session} visit
 * @param {string} url of the thing
 * @param {any} params of the request
 * @returns {boolean}
 */
function isForeign({ name, own = [], undo }, visit, url, params) {
  const value = own.find((one) => visit.doubts[one] !== undefined);
  if (value === undefined) {
    return false;
  }
  const evidence = /** @type {import('../rows/ownership.js').Evidence} */ (visit.doubts[value]);
  const id = visit.given[value];
  // Outside the metrics of the endpoint; most services show a thing where it is changed.
  const tags = { name: 'look before a change', kind: 'api_read', phase: 'setup' };
  const response = http.get(url, { ...params, tags, throw: false, responseCallback: null });
  const isFine = response.status >= 200 && response.status < 300;
  if (isFine && claim(response, id, { ...evidence, says: false }) === 'own') {
    visit.doubts[value] = undefined;
    return false;
  }
  reportLeft(
    `${name} owner`,
    `${name}: not sent: nothing shows that this run created what it would change or delete`,
    `id ${id}`,
  );
  if (!undo) {
    k6.check(null, { [`${name} was sent`]: () => false }, { name });
  }
  return true;
}

/**
 * @param {string} path from the root of the host
 * @returns {string}
 */
function urlOf(path) {
  const { path: base, href } = env.target;
  const isBelow = base !== '' && `${path}/`.startsWith(`${base}/`);
  return `${isBelow ? href.slice(0, href.length - base.length) : BASE_URL}${path}`;
}

/**
 * @param {Step} step
 * @param {string} value
 */
function notSent({ name }, value) {
  k6.check(null, { [`${name} was sent`]: () => false }, { name });
  reportOnce(
    `${name} unsent`,
    () => `${name}: not sent, no answer gave the value '${value}' that it needs`,
  );
}

/**
 * @param {Step} step
 * @param {Endpoint} target
 * @param {HttpResponse} response
 * @param {Session} visit
 * @returns {boolean} whether it was answered as recorded
 */
function judge(step, target, response, visit) {
  const { status } = response;
  for (const name of Object.keys(step.takes ?? {})) {
    const value = found(response, /** @type {any} */ (step.takes)[name], visit.given);
    // An empty one is none: in a path, it would make the address of a thing that of all things.
    if (value !== undefined && value !== '') {
      visit.given[name] = value;
      if (step.creates?.includes(name)) {
        // Services also answer a create with what was there before.
        const says = status === 201 || step.says === true;
        const evidence = { ...visit.creating, made: visit.made.slice(), says };
        const isOwn = status < 400 && claim(response, value, evidence) === 'own';
        visit.doubts[name] = isOwn ? undefined : evidence;
      }
    } else if (step.creates?.includes(name) && mayHaveCreated(response)) {
      const sent = JSON.stringify(visit.creating.sent);
      const marks = visit.made.filter((text) => sent.includes(text));
      nameLost(`${step.name}: its response (status ${status}) gave no '${name}'`, marks);
    }
  }
  if (step.undo) {
    return cleaned(step, target, response);
  }
  const isGood = accepts(target, status);
  if (!isGood) {
    reportFailure(target, response);
  }
  const { name, method, responses } = step;
  const isRight = checkAnswer({ name, method, responses }, response, 'recorded');
  return isGood && isRight;
}

/**
 * @param {Step} step
 * @param {Endpoint} target
 * @param {HttpResponse} response
 * @returns {boolean}
 */
function cleaned({ name }, target, response) {
  const { status } = response;
  if (accepts(target, status) || GONE.includes(status)) {
    return true;
  }
  const advice = UNKNOWN.includes(status) ? '. Record how it is deleted' : '';
  reportLeft(
    `${name} left`,
    `${name}: ${status === 0 ? 'no response' : `status ${status}`}, what this run created stays${advice}`,
  );
  reportFailure(target, response);
  return false;
}
