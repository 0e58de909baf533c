import { CAUSES } from '../summary/causes.js';

/** @typedef {import('../types/suite.js').Endpoint} Endpoint */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */
/** @typedef {import('../types/suite.js').ThresholdExpression} ThresholdExpression */

/** k6's built-in metrics; any test may have thresholds on them. */
const BUILT_IN =
  /^(http_req(s|_duration|_failed|_waiting|_blocked|_connecting|_receiving|_sending|_tls_handshaking)|checks|iterations|iteration_duration|vus|vus_max|dropped_iterations|data_sent|data_received|group_duration|ws_\w+)$/;

/** Metrics that k6 has only in tests that import k6/net/grpc: such a test lists them in `metrics`. */
const GRPC = /^grpc_(req_duration|streams|streams_msgs_(received|sent))$/;

/** Prefixes of k6's built-in metrics; any other name with such a prefix is a typo. */
const RESERVED = /^(http_|ws_|grpc_|iteration|vus|data_|checks|dropped_|group_)/;

/** Maximum number of endpoints with failures by cause, so that k6 does not keep thousands of sub-metrics. */
const MAX_EXPLAINED = 25;

/** `metric{tag:value}`; the value may contain braces, as in `GET /items/{id}` */
const KEY = /^([A-Za-z_][A-Za-z0-9_]*)(?:\{([^:}]+):(.*)\})?$/;

/**
 * Properties of a test that its thresholds depend on.
 *
 * @typedef {object} ThresholdPlan
 * @property {Thresholds} targets pass/fail criteria: defaults, profile and journey merged
 * @property {readonly string[]} scenarios names of the scenarios
 * @property {readonly Endpoint[]} endpoints
 * @property {readonly Endpoint[]} [support] endpoints that are used but not measured, such as the login
 * @property {readonly string[]} stages names of the load steps
 * @property {readonly string[]} metrics custom metrics that the test records
 * @property {boolean} arrivalRate whether iterations can be dropped
 */

/**
 * Expands targets into the thresholds of one test:
 *
 * - A target on `{name:X}`, `{kind:X}` or `{stage:X}` is kept only if the test has such an endpoint or stage, because
 *   k6 passes thresholds without samples.
 * - Every endpoint gets its own error-rate and check thresholds, and a minimum count.
 * - Every scenario must have run, and no iteration may have thrown an exception.
 *
 * @param {ThresholdPlan} plan
 * @returns {Thresholds}
 * @example buildThresholds({ targets: { http_req_failed: ['rate<0.01'] }, scenarios: ['smoke'], ... })
 */
export function buildThresholds(plan) {
  return {
    ...surfaced(plan),
    ...applicable(plan),
    ...perEndpoint(plan),
    ...proofOfRun(plan),
  };
}

/**
 * Thresholds without a condition, because k6 reports a sub-metric only if it has a threshold.
 *
 * @param {ThresholdPlan} plan
 * @returns {Thresholds}
 */
function surfaced({ stages, endpoints, support = [] }) {
  /** @type {Thresholds} */
  const thresholds = {};
  for (const metric of ['http_reqs', 'http_req_duration', 'http_req_failed']) {
    thresholds[`${metric}{phase:main}`] = [];
    for (const stage of stages) {
      thresholds[`${metric}{stage:${stage}}`] = [];
    }
  }
  for (const stage of stages) {
    thresholds[`checks{stage:${stage}}`] = [];
  }
  for (const cause of Object.keys(CAUSES)) {
    thresholds[`request_errors{cause:${cause}}`] = [];
    for (const { name } of [...support, ...endpoints].slice(0, MAX_EXPLAINED)) {
      thresholds[`request_errors{name:${name},cause:${cause}}`] = [];
    }
  }
  return thresholds;
}

/**
 * @param {ThresholdPlan} plan
 * @returns {Thresholds} targets that can have samples in this test
 */
function applicable({ targets, endpoints, stages, metrics }) {
  const known = {
    name: endpoints.map(({ name }) => name),
    kind: endpoints.map(({ kind }) => kind),
    stage: stages,
  };
  return Object.fromEntries(
    Object.entries(targets).filter(([key]) => {
      const [, metric, tag, value] = parseKey(key);
      const values = known[/** @type {keyof typeof known} */ (tag)];
      return (
        (BUILT_IN.test(metric) || metrics.includes(metric)) &&
        (values === undefined || values.includes(value.split(',')[0]))
      );
    }),
  );
}

/**
 * @param {ThresholdPlan} plan
 * @returns {Thresholds}
 */
function perEndpoint({ targets, endpoints, support = [] }) {
  /** @type {Thresholds} */
  const thresholds = {};
  for (const { name, kind, options } of endpoints) {
    const duration = `http_req_duration{name:${name}}`;
    const api = kind.startsWith('api') ? targets['http_req_duration{name:api}'] : undefined;
    const isSure = !options?.optional && !options?.conditional;
    thresholds[`http_reqs{name:${name}}`] = isSure ? ['count>0'] : [];
    thresholds[duration] = targets[duration] ?? api ?? [];
    for (const rate of ['http_req_failed', 'checks']) {
      const own = targets[`${rate}{name:${name}}`];
      thresholds[`${rate}{name:${name}}`] = own ?? plain(targets[rate]);
    }
  }
  for (const { name } of support) {
    thresholds[`http_reqs{name:${name}}`] = [];
    thresholds[`support_failed{name:${name}}`] = plain(targets.http_req_failed);
  }
  return thresholds;
}

/**
 * @param {ThresholdExpression[] | undefined} expressions
 * @returns {string[]} expressions without `abortOnFail`: only the overall rate may abort a run
 */
function plain(expressions = []) {
  return expressions.map((entry) => (typeof entry === 'string' ? entry : entry.threshold));
}

/**
 * @param {ThresholdPlan} plan
 * @returns {Thresholds}
 */
function proofOfRun({ scenarios, arrivalRate }) {
  return {
    ...Object.fromEntries(scenarios.map((name) => [`iterations{scenario:${name}}`, ['count>0']])),
    script_errors: ['count<1'],
    ...(arrivalRate ? { dropped_iterations: ['count<1'] } : {}),
  };
}

/**
 * @param {string} key
 * @returns {[whole: string, metric: string, tag: string | undefined, value: string]}
 * @throws when the key is not a metric or sub-metric
 * @example parseKey('checks{name:health}') // ['checks{name:health}', 'checks', 'name', 'health']
 */
export function parseKey(key) {
  const match = KEY.exec(key);
  if (!match) {
    throw new Error(
      `threshold '${key}' is invalid: expected metric or metric{tag:value}, such as http_req_duration{name:health}`,
    );
  }
  return /** @type {any} */ (match);
}

/**
 * @param {string} metric without tags
 * @returns {boolean} whether k6 itself records it
 * @example isBuiltIn('checks') // true
 */
export function isBuiltIn(metric) {
  return BUILT_IN.test(metric) || GRPC.test(metric);
}

/**
 * Returns whether a threshold names a metric that looks like a built-in one but does not exist.
 *
 * @param {string} key
 * @returns {boolean}
 * @example isMisspelt('http_req_duraton') // true
 */
export function isMisspelt(key) {
  const [, metric] = parseKey(key);
  return RESERVED.test(metric) && !BUILT_IN.test(metric) && !GRPC.test(metric);
}

/**
 * Merges thresholds without duplicate conditions.
 *
 * @param {Thresholds} base
 * @param {Thresholds} more
 * @returns {Thresholds}
 * @example addThresholds({ checks: ['rate>0.9'] }, { checks: ['rate>0.99'] })
 */
export function addThresholds(base, more) {
  const sum = { ...base };
  for (const [key, expressions] of Object.entries(more)) {
    const present = sum[key] ?? [];
    sum[key] = [...present, ...expressions.filter((entry) => !present.includes(entry))];
  }
  return sum;
}

const OVERRIDE = /^\s*([A-Za-z_]\w*(?:\{.*\})?)\s*=\s*(\S.*?)\s*$/;

/**
 * Reads the setting `THRESHOLDS`.
 *
 * @param {string} text such as `http_req_duration=p(95)<800; checks=rate>0.9`
 * @returns {Thresholds}
 * @throws when an entry is not of the form metric=expression
 * @example parseOverrides('http_req_failed=rate<0.02') // { http_req_failed: ['rate<0.02'] }
 */
export function parseOverrides(text) {
  /** @type {Thresholds} */
  const overrides = {};
  for (const entry of text.split(';').filter((part) => part.trim() !== '')) {
    const match = OVERRIDE.exec(entry);
    if (!match) {
      throw new Error(
        `THRESHOLDS=${text} is invalid: expected metric=expression entries separated by ';', such as ` +
          `http_req_duration=p(95)<800; http_req_failed{name:health}=rate<0.001`,
      );
    }
    overrides[match[1]] = [...(overrides[match[1]] ?? []), match[2]];
  }
  return overrides;
}
