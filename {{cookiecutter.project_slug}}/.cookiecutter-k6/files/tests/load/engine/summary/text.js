import { formatDuration } from '../settings/duration.js';
import { CAUSES, wasLimitedHere } from './causes.js';
import { hooksOf } from '../features/registry.js';
import { change, stepsSentence } from '../report/format.js';

/** @typedef {import('../types/summary.js').Summary} Summary */

const features = hooksOf('summary');

/** More endpoints than these are not all shown: those that need a look are, summary.json has the rest. */
const MAX_ENDPOINTS = 60;

/** Most thresholds; ordinary tests have fewer than these. */
const MAX_LINES = 6 * MAX_ENDPOINTS;

/** Most endpoints named in one line, such as those whose baseline is too noisy. */
const MAX_NAMES = 5;

/**
 * Draws the summary for the console.
 *
 * @param {Summary} summary
 * @param {{ path: string, colour: boolean }} output where summary.json is, and whether colours show
 * @returns {string}
 * @example toText(summary, { path: 'results/summary.json', colour: false })
 */
export function toText(summary, { path, colour }) {
  const paint = painter(colour);
  if (summary.metrics.iterations === 0) {
    // Nothing was measured: thirty lines of that would hide why.
    const said = ['', ...verdictLines(summary, paint), `  summary: ${path}`, ''];
    return `${said.join('\n')}\n`;
  }
  return `${[
    '',
    ...thresholdLines(summary, paint),
    '',
    ...(summary.endpoints.length > 0 ? [...endpointTable(summary), ''] : []),
    ...features.flatMap(({ lines }) => lines?.(summary) ?? []),
    ...(summary.tables ?? []).flatMap(ownTable),
    ...comparisonTable(summary),
    ...stageTable(summary),
    totalsLine(summary),
    ...errorLine(summary),
    ...uncheckedLine(summary),
    ...undeclaredLine(summary),
    ...renewalsLine(summary),
    '',
    ...verdictLines(summary, paint),
    `  summary: ${path}`,
    '',
  ].join('\n')}\n`;
}

/** @typedef {(text: string, tone: 'good' | 'bad' | 'dim') => string} Paint */

/**
 * @param {boolean} colour
 * @returns {Paint}
 */
function painter(colour) {
  const codes = { good: 32, bad: 31, dim: 2 };
  return (text, tone) => (colour ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text);
}

/**
 * Every threshold the way k6 shows it: mark, condition, measured value.
 *
 * @param {Summary} summary
 * @param {Paint} paint
 * @returns {string[]}
 */
function thresholdLines({ thresholds, endpoints, metrics }, paint) {
  const isLimited = wasLimitedHere(metrics.errorTypes);
  const lines = [paint('  THRESHOLDS', 'dim')];
  const shownOnes = thresholds.filter(
    ({ metric, ok }) => endpoints.length <= MAX_ENDPOINTS || !ok || !metric.includes('{name:'),
  );
  let last = '';
  for (const { metric, expression, ok, value, unit, measured } of shownOnes.slice(0, MAX_LINES)) {
    if (metric !== last) {
      lines.push(`    ${metric}`);
      last = metric;
    }
    const mark = ok ? paint('✓', 'good') : paint('✗', 'bad');
    const aggregate = expression.replace(/\s*[<>=!].*$/, '');
    const result = measured
      ? `${aggregate}=${shown(metric, aggregate, value)}${unit}`
      : isLimited && value !== null
        ? 'not judged'
        : 'never measured';
    lines.push(`    ${mark} '${expression}' ${result}`);
  }
  return [
    ...lines,
    ...restLine('thresholds', thresholds.length - Math.min(shownOnes.length, MAX_LINES)),
  ];
}

/**
 * @param {string} metric
 * @param {string} aggregate
 * @param {number | null} value
 * @returns {string}
 */
function shown(metric, aggregate, value) {
  if (value === null) {
    return '-';
  }
  if (aggregate === 'rate' && value <= 1 && !metric.startsWith('http_reqs')) {
    return `${(value * 100).toFixed(2)}%`;
  }
  return aggregate === 'count' ? String(value) : `${Number(value.toFixed(2))}`;
}

/**
 * @param {Summary} summary
 * @returns {string[]}
 */
function endpointTable({ endpoints }) {
  const fails = (/** @type {import('../types/summary.js').Metrics} */ row) =>
    row.errors + row.checks.fails + (row.requests === 0 ? 1 : 0);
  const worstFirst =
    endpoints.length <= MAX_ENDPOINTS
      ? endpoints
      : [...endpoints]
          .sort((a, b) => fails(b) - fails(a) || (b.duration?.p95 ?? 0) - (a.duration?.p95 ?? 0))
          .slice(0, MAX_ENDPOINTS);
  return [
    ...table('ENDPOINTS (ms)', worstFirst),
    ...restLine('endpoints', endpoints.length - worstFirst.length),
  ];
}

/**
 * @param {string} what
 * @param {number} count
 * @returns {string[]}
 */
function restLine(what, count) {
  return count > 0 ? [`  ... and ${count} more ${what}, in summary.json`] : [];
}

/**
 * @param {Summary} summary
 * @returns {string[]}
 */
function stageTable(summary) {
  const { stages, endpoints } = summary;
  if (stages.length === 0 || endpoints.length === 0) {
    return [];
  }
  return [...table('LOAD STEPS (ms)', stages), `  ${stepsSentence(summary)}`, ''];
}

/**
 * @param {import('../types/summary.js').SummaryTable} table
 * @returns {string[]}
 */
function ownTable({ title, head, rows }) {
  const [first, ...others] = head;
  const lines = [[`${title}: ${first}`, ...others], ...rows].map((cells) =>
    cells.map((cell) => (cell === null ? '-' : String(cell))),
  );
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => cells[i].length)) + 2);
  return [
    ...lines.map(
      ([name, ...cells]) =>
        `  ${name.padEnd(widths[0])}${cells.map((cell, i) => cell.padStart(widths[i + 1])).join('')}`,
    ),
    '',
  ];
}

/** What became of an endpoint since the baseline. */
const RESULTS = {
  slower: '✗ slower',
  failing: '✗ more errors',
  missing: '✗ missing',
  new: 'new',
  ok: 'ok',
};

/**
 * Each endpoint beside the baseline; of many, those that failed and those that became slowest.
 *
 * @param {Summary} summary
 * @returns {string[]} none for a run that was not compared
 */
function comparisonTable({ comparison }) {
  if (!comparison) {
    return [];
  }
  const { baseline, endpoints } = comparison;
  const failed = (/** @type {import('../types/summary.js').ComparedEndpoint} */ { status }) =>
    RESULTS[status].startsWith('✗') ? 1 : 0;
  const shownOnes =
    endpoints.length <= MAX_ENDPOINTS
      ? endpoints
      : [...endpoints]
          .sort((a, b) => failed(b) - failed(a) || (b.change ?? -100) - (a.change ?? -100))
          .slice(0, MAX_ENDPOINTS);
  const fixed = (/** @type {number | null} */ value) => value?.toFixed(2) ?? '-';
  const [head, ...rows] = ownTable({
    title: `BASELINE ${baseline.name}`,
    head: ['p95 (ms)', 'baseline', 'this run', 'change', 'limit', 'result'],
    rows: shownOnes.map((row) => [
      row.was ? `${row.name} (was ${row.was})` : row.name,
      fixed(row.baseline),
      fixed(row.current),
      row.change === null ? '-' : change(row.change),
      fixed(row.limit),
      RESULTS[row.status],
    ]),
  });
  return [
    head,
    ...rows.slice(0, -1),
    ...restLine('compared endpoints', endpoints.length - shownOnes.length),
    ...noisyLine(endpoints),
    '',
  ];
}

/**
 * @param {import('../types/summary.js').ComparedEndpoint[]} endpoints
 * @returns {string[]} which of them the baseline can hardly judge
 */
function noisyLine(endpoints) {
  const names = endpoints.filter(({ noisy }) => noisy).map(({ name }) => name);
  const rest = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return names.length > 0
    ? [
        `  the baseline is too noisy for a tighter limit: ${names.slice(0, MAX_NAMES).join(', ')}${rest}; ` +
          'save it again with more or longer runs',
      ]
    : [];
}

/**
 * @param {string} title
 * @param {import('../types/summary.js').Metrics[]} rows
 * @returns {string[]}
 */
function table(title, rows) {
  const width = Math.max(title.length, ...rows.map(({ name }) => name.length)) + 2;
  const head = ['requests', 'req/s', 'p50', 'p95', 'p99', 'max', 'failed', 'checks'];
  const line = (/** @type {string} */ name, /** @type {string[]} */ cells) =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join('')}`;
  return [
    line(title, head),
    ...rows.map(({ name, requests, requestRate, duration, errorRate, checks }) => {
      const of = (/** @type {'p50' | 'p95' | 'p99' | 'max'} */ key) =>
        duration?.[key].toFixed(2) ?? '-';
      const judged = checks.passes + checks.fails;
      return line(name, [
        String(requests),
        requestRate.toFixed(1),
        of('p50'),
        of('p95'),
        of('p99'),
        of('max'),
        `${errorRate.toFixed(2)}%`,
        judged > 0 ? `${((100 * checks.passes) / judged).toFixed(2)}%` : '-',
      ]);
    }),
  ];
}

/**
 * @param {Summary} summary
 * @returns {string}
 */
function totalsLine({ metrics, peakVUs, run, endpoints }) {
  const ran = `${metrics.iterations} iterations, ${peakVUs} VUs, ${formatDuration(run.durationMs)}`;
  if (endpoints.length === 0) {
    return `  ${ran}`;
  }
  const latency =
    metrics.duration === null
      ? 'no answers'
      : `avg ${metrics.duration.avg.toFixed(2)} ms, p95 ${metrics.duration.p95.toFixed(2)} ms`;
  return (
    `  ${metrics.requests} requests (${metrics.requestRate.toFixed(1)}/s), ` +
    `${metrics.errorRate.toFixed(2)}% failed, ${latency}; ${ran}`
  );
}

/**
 * @param {Summary} summary
 * @returns {string[]}
 */
function errorLine({ metrics }) {
  const types = Object.entries(metrics.errorTypes);
  const named = types.map(
    ([cause, count]) => `${count} ${CAUSES[/** @type {keyof typeof CAUSES} */ (cause)]}`,
  );
  return types.length > 0 ? [`  failed requests: ${named.join(', ')}`] : [];
}

/**
 * @param {Summary} summary
 * @returns {string[]} endpoints that were judged by status and time only
 */
function uncheckedLine({ unchecked = [] }) {
  const rest = unchecked.length - MAX_NAMES;
  const names = `${unchecked.slice(0, MAX_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return unchecked.length > 0
    ? [`  no checks: ${names}; only status and time of these were judged`]
    : [];
}

/**
 * @param {Summary} summary
 * @returns {string[]} requests that no row of the endpoints shows
 */
function undeclaredLine({ undeclared = 0 }) {
  return undeclared > 0
    ? [
        `  not declared: ${undeclared} requests to no endpoint of this test; they were judged only together`,
      ]
    : [];
}

/**
 * @param {Summary} summary
 * @returns {string[]} logins that a user would not send, and that are part of this load
 */
function renewalsLine({ renewals = 0, metrics: { iterations } }) {
  return 2 * renewals > iterations
    ? [
        `  tokens: renewed ${renewals} times in ${iterations} iterations: they last for less than two of them, or the clock ` +
          'of this machine differs from that of their issuer',
      ]
    : [];
}

/**
 * @param {Summary} summary
 * @param {Paint} paint
 * @returns {string[]}
 */
function verdictLines({ passed, reasons, run, thresholds }, paint) {
  const name = `${run.test}${run.test === run.profile ? '' : ` (${run.profile})`}`;
  return passed
    ? [`  ${paint('PASSED', 'good')} ${name} against ${run.target}`]
    : [
        `  ${paint('FAILED', 'bad')} ${name} against ${run.target}`,
        ...reasons.map((reason) => `    - ${reason}`),
        ...(isNews(thresholds)
          ? ['  k6 itself passes what it never measured: alone, it exits with 0']
          : []),
      ];
}

/**
 * @param {Summary['thresholds']} thresholds
 * @returns {boolean} whether k6 does not know that the run failed
 */
function isNews(thresholds) {
  const failed = thresholds.filter(({ ok }) => !ok);
  return failed.length > 0 && failed.every(({ measured }) => !measured);
}
