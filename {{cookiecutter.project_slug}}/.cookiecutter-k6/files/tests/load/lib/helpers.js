import exec from 'k6/execution';
import { reportOnce, shorten } from '../engine/vu/failures.js';

/** @typedef {import('../engine/types/suite.js').HttpResponse} HttpResponse */
/** @typedef {import('../engine/types/suite.js').Journey} Journey */

export { pause, randomBetween, thinkTime } from './define.js';

/**
 * A random whole number.
 *
 * @param {number} min
 * @param {number} max
 * @returns {number} from min to max, both included
 * @example randomInt(1, 6)
 */
export function randomInt(min, max) {
  return min + Math.floor(Math.random() * (max - min + 1));
}

/**
 * A random element.
 *
 * @template T
 * @param {readonly T[]} items not empty
 * @returns {T}
 * @throws if the list is empty
 * @example randomItem(['LOW', 'HIGH'])
 */
export function randomItem(items) {
  if (items.length === 0) {
    throw new Error('randomItem: the list is empty');
  }
  return items[Math.floor(Math.random() * items.length)];
}

/**
 * Creates a function that picks by weight. Checks the weights once, in the init code.
 *
 * @template T
 * @param {readonly { weight: number, value: T }[]} choices
 * @returns {() => T}
 * @throws when the weights do not add up to 1
 * @example const next = weightedRandom([{ weight: 0.9, value: 'read' }, { weight: 0.1, value: 'write' }]);
 */
export function weightedRandom(choices) {
  const sum = choices.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-6 || choices.some(({ weight }) => !(weight > 0))) {
    const weights = choices.map(({ weight }) => weight).join(' + ');
    throw new Error(`weightedRandom: weights must be above 0 and add up to 1, got ${weights}`);
  }
  return () => {
    let rest = Math.random();
    for (const { weight, value } of choices) {
      rest -= weight;
      if (rest < 0) {
        return value;
      }
    }
    return choices[choices.length - 1].value;
  };
}

/**
 * Lets the first iterations of a scenario take each choice once, in order: even a short run covers them all.
 *
 * @template T
 * @param {readonly T[]} choices
 * @param {() => T} next what is taken after that; called once per iteration
 * @returns {() => T}
 * @example const next = eachFirst(steps, () => randomItem(steps));
 */
export function eachFirst(choices, next) {
  let taken = 0;
  return () => {
    taken += 1;
    // Of the instance: with several, each of them judges what it requested itself.
    const first = taken <= choices.length ? choices[exec.scenario.iterationInInstance] : undefined;
    return first ?? next();
  };
}

/**
 * Combines journeys into one that runs them in order.
 *
 * @param {Journey[]} journeys
 * @returns {Journey}
 * @example inTurn([browse, order]).run()
 */
export function inTurn(journeys) {
  const each = (/** @type {'prepare' | 'finish'} */ name) => {
    const steps = [...new Set(journeys.flatMap((journey) => journey[name] ?? []))];
    return steps.length > 0 ? () => steps.forEach((step) => step()) : undefined;
  };
  /** @type {Journey['run']} */
  const run = (observe, without) => journeys.forEach((journey) => journey.run(observe, without));
  return {
    endpoints: journeys.flatMap(({ endpoints }) => endpoints),
    metrics: [...new Set(journeys.flatMap(({ metrics = [] }) => metrics))],
    thresholds: Object.assign({}, ...journeys.map(({ thresholds }) => thresholds)),
    support: [...new Set(journeys.flatMap(({ support = [] }) => support))],
    prepare: each('prepare'),
    finish: each('finish'),
    findings: journeys.find(({ findings }) => findings !== undefined)?.findings,
    gracefulStop: journeys.find(({ gracefulStop }) => gracefulStop !== undefined)?.gracefulStop,
    // A journey without this parameter would leave the metrics of the observer without samples.
    run: journeys.every((journey) => journey.run.length > 0) ? run : () => run(),
  };
}

/**
 * A random UUID, version 4.
 *
 * @returns {string}
 * @example uuid() // '0b0c2f0e-...'
 */
export function uuid() {
  return crypto.randomUUID();
}

/**
 * An ID for test data that is very likely unique.
 *
 * @returns {string} `test-<milliseconds>-<9 letters and digits>`
 * @example generateTestId() // 'test-1767225600000-k3j9x0a1b'
 */
export function generateTestId() {
  let suffix = '';
  for (let i = 0; i < 9; i += 1) {
    suffix += randomInt(0, 35).toString(36);
  }
  return `test-${Date.now()}-${suffix}`;
}

/**
 * A plausible support ticket.
 *
 * @returns {{ title: string, description: string, priority: string }}
 * @example request(CREATE_TICKET, { body: generateTicket() })
 */
export function generateTicket() {
  return {
    title: `Load Test Ticket ${Date.now()}`,
    description: `Created by a load test at ${new Date().toISOString()}`,
    priority: randomItem(['LOW', 'MEDIUM', 'HIGH', 'URGENT']),
  };
}

/**
 * Formats a size for people.
 *
 * @param {number} bytes
 * @returns {string} bytes below 1 KB, otherwise KB or MB with two decimals
 * @example formatBytes(1536) // '1.50 KB'
 */
export function formatBytes(bytes) {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  return bytes < 1_048_576
    ? `${(bytes / 1024).toFixed(2)} KB`
    : `${(bytes / 1_048_576).toFixed(2)} MB`;
}

/**
 * Parses a JSON body without ever throwing. For one or two fields `jsonAt` is cheaper.
 *
 * @param {HttpResponse} response
 * @returns {any} null when the body is no JSON
 * @example const page = parseJsonResponse(response);
 */
export function parseJsonResponse(response) {
  try {
    return response.json();
  } catch {
    reportOnce(`no JSON ${response.url}`, () => `expected JSON, got: ${shorten(response.body)}`);
    return null;
  }
}

/**
 * Logs status and duration of a response; for debugging a script.
 *
 * @param {HttpResponse} response
 * @param {string} [name]
 * @example logResponse(response, 'GET /items')
 */
export function logResponse(response, name = 'response') {
  console.log(`${name}: status ${response.status}, ${response.timings.duration.toFixed(2)} ms`);
}
