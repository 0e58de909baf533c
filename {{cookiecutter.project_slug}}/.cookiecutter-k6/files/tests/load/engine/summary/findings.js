// What went wrong in a run, found in its metrics: one finding per endpoint and threshold. reasons.js sorts them.

import { env } from '../../lib/config.js';
import { ACTIONS, CAUSES, OWN_LIMITS } from './causes.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/summary.js').ThresholdResult} ThresholdResult */
/** @typedef {import('../types/summary.js').EndpointMetrics} EndpointMetrics */
/** @typedef {keyof typeof CAUSES} Cause */
/** @typedef {import('./verdict.js').Evidence} Evidence */

/**
 * @typedef {object} Finding
 * @property {number} rank of RANKS: a low one is nearer to the root cause
 * @property {string} text one sentence without a full stop
 * @property {string} [action] what to do about it
 * @property {string} [kind] findings of one kind become one line when there are many
 * @property {string} [name] of the endpoint
 */

/** Root causes come before their consequences. */
export const RANKS = Object.freeze({
  unjudged: 0,
  machine: 5,
  login: 10,
  connection: 20,
  limiter: 30,
  script: 40,
  test: 50,
  endpoint: 60,
  check: 61,
  latency: 62,
  baseline: 65,
  threshold: 70,
  consequence: 90,
});

/** Causes that are not about one endpoint. @type {Partial<Record<Cause, number>>} */
const COMMON = {
  refused: RANKS.connection,
  dns: RANKS.connection,
  tls: RANKS.connection + 1,
  connection: RANKS.connection + 2,
  auth: RANKS.limiter - 1,
  rate_limited: RANKS.limiter,
};

const NAMED = /^(\w+)\{name:(.*)\}$/;
const SLOW_ACTION = "Look for the slow part in the service's traces, queries and CPU";

/** Metrics that fail with the requests they are made of; those of one load step say more. */
const DERIVED =
  /^(http_req_failed|http_req_duration|checks|errors|error_rate|dropped_iterations|\w+_(errors|failed|duration))(\{(?!stage:|scenario:).*\})?$/;

/** Metrics that failed checks feed. */
const OF_CHECKS = /^(checks|errors|error_rate|\w+_errors)(\{.*\})?$/;

/**
 * Requests that failed on the machine that generates the load.
 *
 * @param {Pick<Summary['metrics'], 'requests' | 'errorTypes'>} metrics
 * @returns {Finding[]} none if this machine was not the limit
 * @example machineFindings({ requests: 100, errorTypes: { descriptors: 47 } })[0].text
 */
export function machineFindings({ requests, errorTypes }) {
  return OWN_LIMITS.filter((cause) => (errorTypes?.[cause] ?? 0) > 0).map((cause) => {
    const limit = env.GENERATOR_LIMITS[/** @type {'ports'} */ (cause)];
    const why = `${CAUSES[cause]}${limit === undefined ? '' : `, limit ${limit}`}`;
    return {
      rank: RANKS.machine,
      text:
        `this machine was the limit, not the service: ${errorTypes[cause]} of ${requests} requests failed ` +
        `(${why}); latencies were not judged`,
      action: ACTIONS[cause],
    };
  });
}

/** What to do about thresholds that no endpoint explains. @type {[RegExp, string][]} */
const THRESHOLD_ACTIONS = [
  [/^http_reqs\{stage:/, 'No iteration began in this step: raise DURATION, or lower THINK_TIME'],
  [/^http_req_duration/, SLOW_ACTION],
  [/^http_reqs/, 'Raise VUS or lower THINK_TIME until the load suffices'],
  [/^dropped_iterations/, 'Raise maxVUs of the scenario, or lower its rate'],
];

/**
 * @param {Evidence} evidence
 * @returns {Finding[]} one per endpoint with a crossed threshold
 * @example endpointFindings(evidence)[0].text // 'health: 100% of 20 requests failed (connection refused)'
 */
export function endpointFindings(evidence) {
  const { endpoints, thresholds } = evidence;
  /** @type {Map<string, ThresholdResult[]>} */
  const byName = new Map();
  // Looked up, not searched: a whole API has a thousand endpoints with four thresholds each.
  for (const result of thresholds) {
    const name = result.ok ? undefined : NAMED.exec(result.metric)?.[2];
    if (name !== undefined) {
      byName.set(name, [...(byName.get(name) ?? []), result]);
    }
  }
  return endpoints
    .filter(({ name, requests }) =>
      // Of what was requested, `unmeasuredFindings` says what has no samples.
      byName.get(name)?.some(({ measured }) => measured || requests === 0),
    )
    .map((endpoint) => findingOf(endpoint, byName.get(endpoint.name) ?? [], evidence));
}

/**
 * @param {EndpointMetrics} endpoint
 * @param {ThresholdResult[]} broken its thresholds that do not hold
 * @param {Evidence} evidence
 * @returns {Finding}
 */
function findingOf(endpoint, broken, evidence) {
  const { name, requests, checks } = endpoint;
  if (requests === 0) {
    const kind = 'never requested';
    return { rank: RANKS.consequence, kind, name, text: `${name}: was never requested` };
  }
  const isLogin = broken.some(({ metric }) => metric.startsWith('support_failed'));
  const causes = causesOf(endpoint, evidence);
  const slow = latencies(name, broken, evidence);
  const parts = [
    ...failedPart(endpoint, causes, isLogin),
    ...checksPart(endpoint, evidence),
    ...slow,
  ];
  const text = `${name}: ${(parts.length > 0 ? parts : broken.map(expectation)).join('; ')}`;
  if (causes.length > 0) {
    const [cause] = causes;
    const rank = isLogin ? RANKS.login : (COMMON[cause] ?? RANKS.endpoint);
    if (OWN_LIMITS.includes(cause)) {
      return { rank: RANKS.consequence, kind: cause, name, text };
    }
    return { rank, kind: cause, name, text, action: ACTIONS[cause] };
  }
  if (endpoint.errors > 0) {
    return {
      rank: RANKS.endpoint,
      name,
      text,
      action: 'The log of the run has the first failures',
    };
  }
  if (checks.fails > 0) {
    return { rank: RANKS.check, kind: 'checks', name, text, action: CHECK_ACTION };
  }
  return slow.length > 0
    ? { rank: RANKS.latency, kind: 'latency', name, text, action: SLOW_ACTION }
    : { rank: RANKS.threshold, name, text };
}

/**
 * Whether a run had so few iterations that some endpoints had no turn.
 *
 * @param {Evidence} evidence
 * @returns {Finding[]}
 * @example tooShort(evidence)[0].text // '3 iterations were too few to request every endpoint'
 */
export function tooShort({ metrics: { iterations }, endpoints }) {
  const isMissing = endpoints.some(({ requests }) => requests === 0);
  return isMissing && iterations <= endpoints.length
    ? [
        {
          rank: RANKS.threshold,
          text: `${iterations} iteration${iterations === 1 ? ' was' : 's were'} too few to request every endpoint`,
          action: 'Raise DURATION or VUS, or lower THINK_TIME',
        },
      ]
    : [];
}

const CHECK_ACTION = 'Compare a response of the service with what the check expects';

/**
 * @param {EndpointMetrics} endpoint
 * @param {Evidence} evidence
 * @returns {Cause[]} most frequent first
 */
function causesOf({ errors, errorTypes }, { metrics, endpoints }) {
  const known = Object.entries(errorTypes).sort(([, a], [, b]) => b - a);
  if (known.length > 0 || errors === 0) {
    return /** @type {Cause[]} */ (known.map(([cause]) => cause));
  }
  // Only the first endpoints are counted by cause. If the others had just one cause, it is known all the same.
  const rest = Object.entries(metrics.errorTypes ?? {}).filter(
    ([cause, count]) =>
      count > endpoints.reduce((sum, other) => sum + (other.errorTypes?.[cause] ?? 0), 0),
  );
  return /** @type {Cause[]} */ (rest.length === 1 ? [rest[0][0]] : []);
}

/**
 * @param {EndpointMetrics} endpoint
 * @param {Cause[]} causes
 * @param {boolean} isLogin requests of a login are counted by cause only
 * @returns {string[]}
 */
function failedPart({ requests, errors, errorRate, errorTypes }, causes, isLogin) {
  const why = causes.map((cause) => CAUSES[cause]).join(', ');
  if (isLogin && why !== '') {
    const failed = Object.values(errorTypes).reduce((sum, count) => sum + count, 0);
    return [`${failed} of ${requests} requests failed (${why})`];
  }
  if (errors > 0) {
    return [`${errorRate}% of ${requests} requests failed${why && ` (${why})`}`];
  }
  return why === '' ? [] : [why];
}

/**
 * @param {EndpointMetrics} endpoint
 * @param {Evidence} evidence
 * @returns {string[]}
 */
function checksPart({ name, checks }, { failedChecks }) {
  if (checks.fails === 0) {
    return [];
  }
  const worst = failedChecks.filter((check) => check.name.startsWith(`${name} `)).slice(0, 2);
  const names = worst.map((check) => `'${check.name}'`).join(', ');
  return [`${checks.fails} of ${checks.fails + checks.passes} checks failed: ${names}`];
}

/**
 * @param {string} name
 * @param {ThresholdResult[]} broken
 * @param {Evidence} evidence
 * @returns {string[]} the crossed limits of its latency, each with what was measured
 */
function latencies(name, broken, { comparison }) {
  const row = comparison?.endpoints.find((entry) => entry.name === name && !entry.metric);
  const isSlower = row?.status === 'slower';
  const crossed = broken.filter(
    ({ metric, measured, value, expression }) =>
      metric.startsWith('http_req_duration') &&
      measured &&
      value !== null &&
      !(isSlower && expression === `p(95)<=${row.limit}`),
  );
  const limits = crossed.map(
    ({ expression, value }) => `${short(expression)} ${value} ms (limit ${expression})`,
  );
  return [
    ...(isSlower ? [`${slower(name, comparison)}`] : []),
    ...(limits.length > 0 ? [`too slow, ${limits.join(', ')}`] : []),
  ];
}

/**
 * @param {string} expression such as `p(95)<500`
 * @returns {string} such as `p95`
 */
function short(expression) {
  return expression.replace(/\s*[<>=!].*$/, '').replace(/[()]/g, '');
}

/**
 * @param {string} name
 * @param {Summary['comparison']} [comparison]
 * @returns {string | undefined} what became slower since the baseline
 * @example slower('GET /items', comparison)
 */
export function slower(name, comparison) {
  const row = comparison?.endpoints.find((entry) => entry.name === name);
  return row?.status === 'slower'
    ? `p95 ${row.current} ms, ${row.change}% above the baseline of ${row.baseline} ms (limit ${row.limit} ms)`
    : undefined;
}

/**
 * @param {Evidence} evidence
 * @param {boolean} explained whether endpoints already say why requests failed
 * @returns {Finding[]} crossed thresholds of no single endpoint
 * @example thresholdFindings(evidence, false)[0].text // 'checks: expected rate>0.99, got 0.9'
 */
export function thresholdFindings(evidence, explained) {
  const { thresholds } = evidence;
  return thresholds
    .filter(({ ok, measured, metric }) => !ok && measured && !metric.includes('{name:'))
    .map((result) => {
      if (result.metric === 'script_errors') {
        return {
          rank: RANKS.script,
          text: `${result.value} iterations ended in an exception, the first is in the log`,
        };
      }
      if (result.metric === 'dropped_iterations') {
        return { rank: RANKS.threshold, text: dropped(evidence) };
      }
      const isDerived = explained && DERIVED.test(result.metric);
      return {
        rank: isDerived ? RANKS.consequence : RANKS.threshold,
        kind: isDerived ? 'crossed' : undefined,
        text: `${expectation(result)}${isDerived ? '' : culprits(result, evidence)}`,
        action: THRESHOLD_ACTIONS.find(([metric]) => metric.test(result.metric))?.[1],
      };
    });
}

/**
 * How many VUs a rate would have needed: as many more as iterations should have started.
 *
 * @param {Evidence} evidence
 * @returns {string}
 */
function dropped({ metrics, peakVUs = 0 }) {
  const { iterations, droppedIterations } = metrics;
  const needed = Math.ceil((peakVUs * (iterations + droppedIterations)) / Math.max(1, iterations));
  return (
    `${droppedIterations} iterations could not start, all ${peakVUs} VUs were busy: the service is too slow for this ` +
    `rate, or it needs more VUs. As long as iterations took in this run, about ${needed} (--vus ${needed})`
  );
}

/** @param {ThresholdResult} result */
function expectation({ metric, expression, value, unit, measured }) {
  return measured
    ? `${metric}: expected ${expression}, got ${value === null ? 'no samples' : `${value}${unit && ` ${unit}`}`}`
    : `${metric}: '${expression}' was never measured`;
}

/**
 * A limit on everything says nothing about where it was missed.
 *
 * @param {ThresholdResult} result
 * @param {Evidence} evidence
 * @returns {string} the endpoints beyond it, or the checks that failed; empty for other metrics
 */
function culprits(result, { endpoints, failedChecks }) {
  if (!OF_CHECKS.test(result.metric)) {
    return slowest(result, endpoints);
  }
  const worst = failedChecks
    .slice(0, 2)
    .map(({ name, passes, fails }) => `'${name}' (${fails} of ${fails + passes})`);
  return worst.length > 0 ? `, failed most: ${worst.join(', ')}` : '';
}

/**
 * @param {ThresholdResult} result
 * @param {EndpointMetrics[]} endpoints
 * @returns {string}
 */
function slowest({ metric, expression, value }, endpoints) {
  const stat = /^(?:p\((50|9[059])\)|(avg|max))\s*<=?\s*([\d.]+)$/.exec(expression);
  if (!/^http_req_duration(\{expected_response:true\})?$/.test(metric) || !stat || value === null) {
    return '';
  }
  const key = /** @type {'p95'} */ (stat[1] ? `p${stat[1]}` : stat[2]);
  const names = endpoints
    .filter(({ duration }) => duration !== null && duration[key] >= Number(stat[3]))
    .sort((a, b) => (b.duration?.[key] ?? 0) - (a.duration?.[key] ?? 0))
    .slice(0, 3)
    .map(({ name, duration }) => `${name} ${duration?.[key]} ms`);
  return names.length > 0 ? `, slowest: ${names.join(', ')}` : '';
}

/**
 * @param {Evidence} evidence
 * @param {boolean} explained whether something else went wrong
 * @returns {Finding[]} thresholds that k6 passed without a sample
 * @example unmeasuredFindings(evidence, false)
 */
export function unmeasuredFindings({ thresholds, endpoints }, explained) {
  const told = new Set(endpoints.filter(({ requests }) => requests === 0).map(({ name }) => name));
  const broken = new Set(
    thresholds.filter(({ ok, measured }) => !ok && measured).map(({ metric }) => nameOf(metric)),
  );
  return thresholds
    .filter(({ measured }) => !measured)
    .filter(({ metric }) => {
      const name = nameOf(metric);
      return name === undefined || !(told.has(name) || broken.has(name));
    })
    .map((result) => ({
      rank: explained ? RANKS.consequence : RANKS.threshold,
      kind: 'never measured',
      name: result.metric,
      text: expectation(result),
    }));
}

/** @param {string} metric */
const nameOf = (metric) => NAMED.exec(metric)?.[2];
