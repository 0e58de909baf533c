import crypto from 'k6/crypto';
import { hooksOf } from '../features/registry.js';
import { localPath } from '../settings/paths.js';
import { CAUSES } from '../summary/causes.js';
import { distributionChart, lineChart, rangeBar } from './charts.js';
import {
  change,
  checkShare,
  grouped,
  length,
  milliseconds,
  percent,
  runName,
  sentence,
  short,
  stepsSentence,
  verdictSentence,
} from './format.js';
import { markup, Markup } from './markup.js';
import { cell, mark, section, table } from './parts.js';

/** @typedef {import('../types/summary.js').Summary} Summary */
/** @typedef {import('../types/report.js').ReportExtras} ReportExtras */

const features = hooksOf('report');

const STYLE = open(localPath(import.meta.resolve('./page.css')));
const SCRIPT = open(localPath(import.meta.resolve('./page-script.js')));

/** How many passed thresholds are shown without being asked for. */
const THRESHOLDS_SHOWN = 12;

/**
 * Draws a run as one self-contained HTML page: nothing is loaded from anywhere, and it reads well without its
 * script, which only sorts tables.
 *
 * @param {Summary} summary
 * @param {ReportExtras} [extras]
 * @returns {string}
 * @example toPage(summary, { files: ['summary.json'] })
 */
export function toPage(summary, extras = {}) {
  const { run, passed } = summary;
  const outcome = `${runName(summary)} ${passed ? 'passed' : 'failed'}`;
  const title = `${run.project}: ${outcome}, ${when(summary.timestamp)}`;
  return `<!doctype html>\n${markup`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="${policy()}" />
      <meta name="color-scheme" content="light dark" />
      <title>${title}</title>
      <style>${new Markup(STYLE)}</style>
    </head>
    <body>
      ${header(summary)}
      <main>
        ${sections(summary, extras)}
      </main>
      <script>${new Markup(SCRIPT)}</script>
    </body>
  </html>`}\n`;
}

/**
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {(Markup | null)[]}
 */
function sections(summary, extras) {
  return [
    tiles(summary),
    comparison(summary),
    endpoints(summary),
    ...features.map(({ section: own }) => own?.(summary) ?? null),
    ...ownTables(summary),
    overTime(summary, extras),
    distribution(summary),
    steps(summary),
    thresholds(summary),
    checks(summary),
    trend(summary, extras),
    about(summary, extras),
  ];
}

/**
 * What the charts show: requests, or what a feature measures instead.
 *
 * @param {Summary} summary
 * @returns {import('../types/features.js').Headline}
 */
function headline(summary) {
  const { duration, errorRate } = summary.metrics;
  const own = features.map((feature) => feature.headline?.(summary)).find(Boolean);
  return own ?? { what: 'requests', duration, errorRate };
}

/** @returns {string} only this very style and this very script may run, and nothing may be loaded */
function policy() {
  const hash = (/** @type {string} */ text) => `'sha256-${crypto.sha256(text, 'base64')}'`;
  return `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}`;
}

/**
 * The verdict first, and why.
 *
 * @param {Summary} summary
 * @returns {Markup}
 */
function header(summary) {
  const { passed, reasons, run, timestamp } = summary;
  return markup`<header class="${passed ? 'good' : 'bad'}">
    <p class="project">${run.project} load test</p>
    <h1>
      <span class="verdict">${passed ? 'Passed' : 'Failed'}</span> <bdi>${runName(summary)}</bdi>
    </h1>
    <p>
      ${verdictSentence(summary)} <bdi>${run.target}</bdi>,
      <time datetime="${timestamp}">${when(timestamp)}</time>
    </p>
    ${
      reasons.length > 0 &&
      markup`<ul class="reasons">
        ${reasons.map((reason) => markup`<li>${reason}</li>`)}
      </ul>`
    }
  </header>`;
}

/**
 * @param {string} timestamp
 * @returns {string}
 */
function when(timestamp) {
  return `${timestamp.slice(0, 10)} ${timestamp.slice(11, 16)} UTC`;
}

/**
 * @param {Summary} summary
 * @returns {Markup}
 */
function tiles(summary) {
  const own = features.map((feature) => feature.tiles?.(summary)).find(Boolean);
  return markup`<section class="tiles" aria-label="Key figures">
    ${(own ?? requestTiles(summary)).map(
      ([name, value, note, bad]) =>
        markup`<div class="tile">
          <h2>${name}</h2>
          <p class="figure${bad && ' bad'}">${value}</p>
          <p>${note}</p>
        </div>`,
    )}
  </section>`;
}

/**
 * @param {Summary} summary
 * @returns {import('../types/features.js').Tile[]}
 */
function requestTiles({ metrics, peakVUs, run }) {
  const { duration } = metrics;
  return [
    ['Requests', grouped(metrics.requests), `${short(metrics.requestRate)} per second`],
    [
      'Failed',
      percent(metrics.errorRate),
      `${grouped(metrics.errors)} requests`,
      metrics.errors > 0,
    ],
    [
      'p95',
      milliseconds(duration?.p95),
      `avg ${milliseconds(duration?.avg)}, median ${milliseconds(duration?.p50)}`,
    ],
    ['p99', milliseconds(duration?.p99), `slowest ${milliseconds(duration?.max)}`],
    [
      'Checks',
      checkShare(metrics.checks),
      `${grouped(metrics.checks.fails)} failed`,
      metrics.checks.fails > 0,
    ],
    [
      'Users',
      grouped(peakVUs),
      `${grouped(metrics.iterations)} iterations in ${length(run.durationMs)}`,
    ],
  ];
}

/** What became of an endpoint since the baseline. */
const CHANGES = {
  ok: 'within the limit',
  slower: 'slower',
  failing: 'more errors',
  missing: 'missing',
  new: 'new',
};

/**
 * @param {Summary} summary
 * @returns {Markup | null}
 */
function comparison({ comparison: compared }) {
  if (!compared) {
    return null;
  }
  const { baseline } = compared;
  return section(
    'Compared with the baseline',
    markup`<p>
        ${baseline.name}: ${grouped(baseline.runs)} ${baseline.runs === 1 ? 'run' : 'runs'}, saved
        ${when(baseline.timestamp)}${baseline.gitCommit && ` at ${baseline.gitCommit}`}. A p95 above
        its limit fails the run; the limit allows for how much the runs of the baseline differed.
      </p>
      ${table(
        'Endpoints beside the baseline, p95',
        ['Endpoint', 'Baseline (ms)', 'This run (ms)', 'Change', 'Limit (ms)', 'Result'],
        compared.endpoints.map((row) => [
          markup`<bdi>${row.name}</bdi>${row.was && markup` <small>was <bdi>${row.was}</bdi></small>`}`,
          row.baseline === null ? '-' : cell(row.baseline, short(row.baseline)),
          row.current === null ? '-' : cell(row.current, short(row.current)),
          row.change === null ? '-' : cell(row.change, change(row.change)),
          row.limit === null ? '-' : cell(row.limit, short(row.limit)),
          mark(['ok', 'new'].includes(row.status), CHANGES[row.status]),
        ]),
      )}`,
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup | null} null for a test without requests
 */
function endpoints({ endpoints: rows, thresholds: results }) {
  if (rows.length === 0) {
    return null;
  }
  const present = rows.flatMap(({ duration }) => (duration === null ? [] : [duration]));
  const scale = {
    low: Math.max(Math.min(...present.map(({ min }) => min)), 0.01),
    high: Math.max(...present.map(({ p99 }) => p99), 0.02),
  };
  // Names of all broken thresholds, in one pass: a whole API has thousands of them.
  const bad = new Set(
    results
      .filter(({ ok, measured }) => !(ok && measured))
      .map(({ metric }) => /\{name:(.*)\}$/.exec(metric)?.[1]),
  );
  return section(
    'Endpoints',
    table(
      'Times in milliseconds. The bar runs from the median to p95, the line from the fastest to p99, on one scale for all.',
      [
        'Endpoint',
        'Requests',
        'Per second',
        'Avg',
        'p50',
        'p95',
        'p99',
        'Max',
        'Spread',
        'Failed',
        'Checks',
      ],
      rows.map(
        ({ name, requests, requestRate, duration, errorRate, errorTypes, checks: counts }) => {
          const causes = Object.keys(errorTypes).map(
            (cause) => CAUSES[/** @type {keyof typeof CAUSES} */ (cause)],
          );
          const time = (/** @type {'avg' | 'p50' | 'p95' | 'p99' | 'max'} */ key) =>
            duration === null ? '-' : cell(duration[key], short(duration[key]));
          return [
            markup`<bdi>${name}</bdi
              >${bad.has(name) && markup` <span class="bad">✗</span>`}${causes.length > 0 && markup` <small>${causes.join(', ')}</small>`}`,
            cell(requests, grouped(requests)),
            cell(requestRate, short(requestRate)),
            time('avg'),
            time('p50'),
            time('p95'),
            time('p99'),
            time('max'),
            duration === null ? '' : rangeBar(duration, scale),
            cell(errorRate, percent(errorRate)),
            checkShare(counts),
          ];
        },
      ),
      { sortable: true },
    ),
  );
}

/** @param {string} word */
const capital = (word) => `${word[0].toUpperCase()}${word.slice(1)}`;

/**
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup}
 */
function overTime(summary, { timeline }) {
  if (!timeline) {
    return section(
      'Over time',
      markup`<p>
        No figures over time: k6 keeps none by itself. Runs of
        <code>scripts/load-test.sh</code> that last a few seconds have them.
      </p>`,
    );
  }
  const { at, rate, failed, p50, p95, vus, seconds } = timeline;
  const count = short(seconds);
  const span = count === '1' ? 'one second' : `${count} seconds`;
  const { what, errorRate } = headline(summary);
  const limit = errorRate > 0 ? 0 : 1;
  return section(
    'Over time',
    markup`<p>
        One point is ${span}. ${what === 'requests' && 'Set-up requests are included; what'}${what !== 'requests' && 'What'}
        was left at the end, less than one point, is not.
      </p>
      <div class="charts">
        ${lineChart({ title: `${capital(what)} per second`, at, series: [{ name: what, values: rate, tone: 'first', filled: true }], unit: '/s' })}
        ${lineChart({ title: `Failed ${what} (%)`, at, series: [{ name: 'failed', values: failed, tone: 'bad', filled: true }], unit: '%', least: limit })}
        ${lineChart({
          title: 'Latency (ms)',
          at,
          series: [
            { name: 'p95', values: p95, tone: 'first' },
            { name: 'median', values: p50, tone: 'second' },
          ],
          unit: ' ms',
        })}
        ${lineChart({ title: 'Virtual users', at, series: [{ name: 'users', values: vus, tone: 'second', filled: true }], whole: true })}
      </div>`,
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup | null}
 */
function distribution({ distribution: shares, metrics: { duration } }) {
  return (
    shares &&
    duration &&
    section(
      'Latency distribution',
      markup`<div class="charts">
        ${distributionChart(shares, duration)}
        ${table(
          'The same as figures',
          ['Share', 'Within (ms)'],
          shares.percentiles
            .map((share, i) => [`${share}%`, cell(shares.ms[i], short(shares.ms[i]))])
            .filter((_, i) => [25, 50, 75, 90, 95, 99, 99.9, 100].includes(shares.percentiles[i])),
        )}
      </div>`,
    )
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup[]} one section for each table that only this kind of test has
 */
function ownTables({ tables = [] }) {
  return tables.map(({ title, head, rows }) =>
    section(
      title,
      table(
        title,
        head,
        rows.map((cells) => cells.map((value) => (value === null ? '-' : String(value)))),
      ),
    ),
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup | null}
 */
function steps(summary) {
  const { stages } = summary;
  return stages.length === 0
    ? null
    : section(
        'Load steps',
        markup`<p>${sentence(stepsSentence(summary))}</p>
          ${table(
            'Figures of each step of the load',
            [
              'Step',
              'Requests',
              'Per second',
              'p50 (ms)',
              'p95 (ms)',
              'p99 (ms)',
              'Failed',
              'Checks',
            ],
            stages.map(({ name, requests, requestRate, duration, errorRate, checks: counts }) => [
              name,
              grouped(requests),
              short(requestRate),
              duration ? short(duration.p50) : '-',
              duration ? short(duration.p95) : '-',
              duration ? short(duration.p99) : '-',
              percent(errorRate),
              checkShare(counts),
            ]),
          )}`,
      );
}

/**
 * @param {Summary} summary
 * @returns {Markup}
 */
function thresholds({ thresholds: results }) {
  const held = results.filter(({ ok, measured }) => ok && measured);
  const broken = results.filter(({ ok, measured }) => !(ok && measured));
  const rows = (/** @type {Summary['thresholds']} */ list) =>
    list.map(({ metric, expression, value, unit, ok, measured }) => [
      markup`<code>${metric}</code>`,
      markup`<code>${expression}</code>`,
      !measured || value === null ? '-' : `${short(value)}${unit && ` ${unit}`}`,
      mark(ok && measured, !measured ? 'never measured' : ok ? 'held' : 'crossed'),
    ]);
  const head = ['Metric', 'Condition', 'Measured', 'Result'];
  const all = table('Conditions that held', head, rows(held));
  return section(
    'Thresholds',
    markup`${broken.length > 0 && table('Conditions that did not hold', head, rows(broken))}
<details${held.length <= THRESHOLDS_SHOWN && new Markup(' open')}><summary>${held.length} of ${results.length} held</summary>${all}</details>`,
  );
}

/**
 * @param {Summary} summary
 * @returns {Markup | null}
 */
function checks({ failedChecks }) {
  return failedChecks.length === 0
    ? null
    : section(
        'Failed checks',
        table(
          'Most failures first',
          ['Check', 'Failed', 'Passed'],
          failedChecks.map(({ name, fails, passes }) => [
            markup`<bdi>${name}</bdi>`,
            cell(fails, grouped(fails)),
            cell(passes, grouped(passes)),
          ]),
        ),
      );
}

/**
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup | null}
 */
function trend(summary, { history = [] }) {
  if (history.length === 0) {
    return null;
  }
  const runs = [...history, summary];
  const at = runs.map((_, i) => i + 1);
  const label = (/** @type {number} */ place) =>
    place === runs.length ? 'this run' : when(runs[place - 1]?.timestamp ?? '').slice(5, 16);
  const values = (/** @type {(run: Summary) => number | undefined} */ pick) =>
    runs.map((entry) => pick(entry) ?? null);
  return section(
    'Trend',
    markup`<p>
        The last ${runs.length} runs of this test with as many users, on the machine that ran this
        one.
      </p>
      <div class="charts">
        ${lineChart({
          title: 'Latency by run (ms)',
          at,
          series: [
            { name: 'p95', values: values((run) => headline(run).duration?.p95), tone: 'first' },
            {
              name: 'median',
              values: values((run) => headline(run).duration?.p50),
              tone: 'second',
            },
          ],
          unit: ' ms',
          label,
        })}
        ${lineChart({ title: `Failed ${headline(summary).what} by run (%)`, at, series: [{ name: 'failed', values: values((run) => headline(run).errorRate), tone: 'bad', filled: true }], unit: '%', label, least: 1 })}
      </div>`,
  );
}

/**
 * @param {Summary} summary
 * @param {ReportExtras} extras
 * @returns {Markup}
 */
function about({ run, scenario, targetVUs, timestamp }, { files = [] }) {
  /** @type {[string, string | null][]} */
  const facts = [
    ['Test', run.test],
    ['Profile', `${run.profile} (set ${run.profileSet})`],
    ['Scenario', scenario],
    ['Target', run.target],
    ['Environment', run.environment],
    ['Users planned', String(targetVUs)],
    ['Length', `${length(run.durationMs)} of ${length(run.plannedMs)} planned`],
    ['Ended', timestamp],
    ['Run', run.id],
    ['Commit', run.gitCommit],
    ['k6', run.k6Version],
    ['Suite', run.suiteVersion],
  ];
  return section(
    'About this run',
    markup`<dl>
        ${facts.map(
          ([name, value]) =>
            value &&
            markup`<div>
              <dt>${name}</dt>
              <dd><bdi>${value}</bdi></dd>
            </div>`,
        )}
      </dl>
      ${files.length > 0 && markup`<p>Files beside this page: ${files.map((file, i) => markup`${i > 0 && ', '}<a href="${`./${encodeURIComponent(file)}`}">${file}</a>`)}</p>`}`,
  );
}
