// How much of the document a run has seen, and which operations never succeeded and why. Once per run.

/** @typedef {import('./choose.js').Brief & { declares: import('./choose.js').Declared }} Brief */

/** What the check of an answer is called when the service has nothing to ask for. */
const MADE_UP = ' status 404 for an ID that was made up';

/** The end of the name of a check of a status, whether it passed or failed. */
const STATUS = /^ status (\d{3})(?: is declared$|, declared: )/;

/** Most operations that are listed as never successful. */
const MOST_ROWS = 50;

/**
 * What the checks of a run have seen: their names hold the status and the content type of each answer.
 *
 * @param {any} group the root group of k6's summary data
 * @returns {Set<string>} names of checks that passed or failed at least once
 */
function namesOfChecks(group) {
  const checks = Array.isArray(group?.checks) ? group.checks : Object.values(group?.checks ?? {});
  return new Set(checks.map((/** @type {{ name: string }} */ { name }) => name));
}

/**
 * Counts what was seen of what the document declares.
 *
 * @param {readonly Brief[]} endpoints operations of the run
 * @param {{ count: number, missing: string[] }} more operations that were left out; credentials that are missing
 * @param {any} metrics k6's own
 * @param {any} group the root group of k6's summary data
 * @returns {import('../../types/suite.js').Findings}
 * @example coverageOf(endpoints, { count: 2, missing: [] }, metrics, rootGroup).tables[0].title // 'Coverage of the document'
 */
export function coverageOf(endpoints, { count, missing }, metrics, group) {
  const seen = namesOfChecks(group);
  const answers = new Map(endpoints.map(({ name }) => [name, statusesOf(name, seen)]));
  const good = endpoints.filter(({ name, declares }) =>
    (answers.get(name) ?? []).some((status) => isSuccess(status, declares.ok)),
  );
  const sum = (/** @type {(brief: Brief) => number} */ of) =>
    endpoints.reduce((total, brief) => total + of(brief), 0);
  const types = (/** @type {Brief} */ { name, declares }) =>
    declares.types.filter((type) => seen.has(`${name} content type ${type} is declared`)).length;
  const statuses = (/** @type {Brief} */ { name, declares }) =>
    declares.statuses.filter((status) =>
      (answers.get(name) ?? []).some((one) => covers(status, one)),
    ).length;
  const rows = [
    line(
      'operations sent',
      sum(({ name }) =>
        Number((answers.get(name) ?? []).length > 0 || seen.has(`${name}${MADE_UP}`)),
      ),
      endpoints.length + count,
    ),
    line('operations that succeeded', good.length, endpoints.length + count),
    line(
      'statuses',
      sum(statuses),
      sum(({ declares }) => declares.statuses.length),
    ),
    line(
      'media types of responses',
      sum(types),
      sum(({ declares }) => declares.types.length),
    ),
    line(
      'parameters',
      sum(({ declares }) => declares.sent),
      sum(({ declares }) => declares.parameters),
    ),
  ];
  const refused = [...answers.values()].flat().some((status) => ['401', '403'].includes(status));
  return {
    tables: [
      { title: 'Coverage of the document', head: ['what', 'seen', 'declared', '%'], rows },
      ...proposals(seen),
      ...neverGood(
        endpoints.filter((brief) => !good.includes(brief)),
        answers,
        seen,
      ),
    ],
    reasons: refused ? missing : [],
  };
}

/**
 * @param {ReadonlySet<string>} seen names of checks; those of learn.js hold its proposals
 * @returns {import('../../types/summary.js').SummaryTable[]} one, or none
 */
function proposals(seen) {
  const rows = [...seen]
    .filter((name) => name.startsWith('learned '))
    .map((name) => [name.slice('learned '.length)]);
  const head = ['refused first, then accepted with this in data/operations.overrides.json'];
  return rows.length === 0 ? [] : [{ title: 'Proposed overrides', head, rows }];
}

/**
 * @param {Brief[]} never
 * @param {Map<string, string[]>} answers statuses by operation
 * @param {ReadonlySet<string>} seen names of checks
 * @returns {import('../../types/summary.js').SummaryTable[]} one, or none
 */
function neverGood(never, answers, seen) {
  const rows = never.slice(0, MOST_ROWS).map(({ name }) => {
    const statuses = answers.get(name) ?? [];
    const isMadeUp = seen.has(`${name}${MADE_UP}`);
    return isMadeUp
      ? [name, '404', 'the service has none, and no operation created one']
      : [name, statuses.join(' ') || 'none', why(statuses)];
  });
  const head = ['operation', 'answers', 'why'];
  return rows.length === 0 ? [] : [{ title: 'Never successful', head, rows }];
}

/**
 * @param {string} what
 * @param {number} seen
 * @param {number} declared
 * @returns {(string | number)[]}
 */
function line(what, seen, declared) {
  return [what, seen, declared, declared === 0 ? 100 : Math.floor((100 * seen) / declared)];
}

/**
 * @param {string} name
 * @param {ReadonlySet<string>} seen
 * @returns {string[]} statuses that an operation was answered with
 */
function statusesOf(name, seen) {
  const found = [];
  for (const check of seen) {
    const status = check.startsWith(name) ? STATUS.exec(check.slice(name.length)) : null;
    if (status !== null) {
      found.push(status[1]);
    }
  }
  return found.sort();
}

/**
 * @param {string} status
 * @param {string[]} ok those that the document or the overrides call a success, such as a redirect
 * @returns {boolean}
 */
function isSuccess(status, ok) {
  return status[0] === '2' || ok.some((one) => covers(one, status));
}

/**
 * @param {string} declared such as `200` or `4XX`
 * @param {string} status
 * @returns {boolean}
 */
function covers(declared, status) {
  return declared === status || (declared.endsWith('XX') && declared[0] === status[0]);
}

/**
 * @param {string[]} statuses
 * @returns {string}
 */
function why(statuses) {
  const reasons = /** @type {Record<string, string>} */ ({
    400: 'a value is refused: the log shows the response; set it under `values` in the overrides',
    401: 'unauthorized: check the credentials',
    403: 'forbidden: the credentials lack the permission',
    404: 'not found: the ID, or the base path (OPENAPI_BASE)',
    405: 'method not allowed',
    409: 'conflicts with existing data',
    422: 'a value is refused: the log shows the response; set it under `values` in the overrides',
    429: 'too many requests',
  });
  const [status] = statuses;
  if (status === undefined) {
    return 'not sent or no response: see the log';
  }
  return reasons[status] ?? (status[0] === '5' ? 'the service failed' : `answered ${status}`);
}
