import { formatDuration } from './duration.js';
import { CAUSES } from './causes.js';

/** @typedef {import('../types/summary.js').Summary} Summary */

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
  return `${[
    '',
    ...thresholdLines(summary, paint),
    '',
    ...endpointTable(summary),
    '',
    ...stageTable(summary),
    totalsLine(summary),
    ...errorLine(summary),
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
 * Every threshold the way k6 shows it: mark, condition, figure.
 *
 * @param {Summary} summary
 * @param {Paint} paint
 * @returns {string[]}
 */
function thresholdLines({ thresholds }, paint) {
  const lines = [paint('  THRESHOLDS', 'dim')];
  let last = '';
  for (const { metric, expression, ok, value, unit, measured } of thresholds) {
    if (metric !== last) {
      lines.push(`    ${metric}`);
      last = metric;
    }
    const mark = ok && measured ? paint('✓', 'good') : paint('✗', 'bad');
    const aggregate = expression.replace(/\s*[<>=!].*$/, '');
    const figure = measured
      ? `${aggregate}=${shown(metric, aggregate, value)}${unit}`
      : 'never measured';
    lines.push(`    ${mark} '${expression}' ${figure}`);
  }
  return lines;
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
  return table('ENDPOINTS (ms)', endpoints);
}

/**
 * @param {Summary} summary
 * @returns {string[]}
 */
function stageTable({ stages, breakingStage }) {
  if (stages.length === 0) {
    return [];
  }
  const note = breakingStage
    ? `  first step beyond the targets: ${breakingStage.name} (${breakingStage.reason})`
    : '  every step met the targets';
  return [...table('LOAD STEPS (ms)', stages), note, ''];
}

/**
 * @param {string} title
 * @param {import('../types/summary.js').Figures[]} rows
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
function totalsLine({ metrics, peakVUs, run }) {
  const latency =
    metrics.duration === null
      ? 'no answers'
      : `avg ${metrics.duration.avg.toFixed(2)} ms, p95 ${metrics.duration.p95.toFixed(2)} ms`;
  return (
    `  ${metrics.requests} requests (${metrics.requestRate.toFixed(1)}/s), ` +
    `${metrics.errorRate.toFixed(2)}% failed, ${latency}; ` +
    `${metrics.iterations} iterations, ${peakVUs} VUs, ${formatDuration(run.durationMs)}`
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
 * @param {Paint} paint
 * @returns {string[]}
 */
function verdictLines({ passed, reasons, run }, paint) {
  const name = `${run.test}${run.test === run.profile ? '' : ` (${run.profile})`}`;
  return passed
    ? [`  ${paint('PASSED', 'good')} ${name} against ${run.target}`]
    : [
        `  ${paint('FAILED', 'bad')} ${name} against ${run.target}`,
        ...reasons.map((reason) => `    - ${reason}`),
      ];
}
