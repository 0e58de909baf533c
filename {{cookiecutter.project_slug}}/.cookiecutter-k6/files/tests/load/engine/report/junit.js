import { runName } from './format.js';
import { markup } from './markup.js';

/** @typedef {import('../types/summary.js').Summary} Summary */

/**
 * Writes a run as JUnit XML, which most CI systems show: one case per threshold, grouped by endpoint, and one for the
 * verdict, which can fail without a crossed threshold.
 *
 * @param {Summary} summary
 * @returns {string}
 */
export function toJunit(summary) {
  const { passed, reasons, thresholds, run, timestamp } = summary;
  const seconds = (run.durationMs / 1000).toFixed(3);
  const broken = thresholds.filter(({ ok }) => !ok);
  const failures = broken.length + (passed ? 0 : 1);
  const counts = markup`tests="${thresholds.length + 1}" failures="${failures}" errors="0" skipped="0"
  time="${seconds}"`;
  const name = runName(summary);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup`<testsuites
    name="${run.project}"
    ${counts}
  >
    <testsuite
      name="${name}"
      timestamp="${timestamp.slice(0, 19)}"
      hostname="${run.target}"
      ${counts}
    >
      <testcase classname="${name}" name="verdict" time="${seconds}"
        >${
          !passed &&
          markup`<failure message="${reasons.join('; ')}" type="verdict"
            >${reasons.join('\n')}</failure
          >`
        }</testcase
      >
      ${thresholds.map((result) => thresholdCase(name, result))}</testsuite
    >
  </testsuites>`}\n`;
}

/**
 * @param {string} test
 * @param {import('../types/summary.js').ThresholdResult} result
 * @returns {import('./markup.js').Markup}
 */
function thresholdCase(test, { metric, expression, ok, measured, value, unit }) {
  const [, base, endpoint] = /^(\w+)\{name:(.*)\}$/.exec(metric) ?? [null, metric, 'all requests'];
  const message = measured
    ? `expected ${expression}, got ${value ?? 'no samples'}${value === null ? '' : unit}`
    : `'${expression}' was never measured`;
  return markup`<testcase classname="${test}.${endpoint}" name="${base} ${expression}" time="0"
    >${
      !ok && markup`<failure message="${message}" type="threshold">${metric}: ${message}</failure>`
    }</testcase
  > `;
}
