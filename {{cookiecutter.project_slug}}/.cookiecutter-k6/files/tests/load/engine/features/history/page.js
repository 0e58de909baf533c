// The history as a page: the p95 of every endpoint over the runs, and the commit at each change. It loads nothing.

import { change as signed, grouped, milliseconds, percent, when } from '../../report/format.js';
import { markup, Markup } from '../../report/markup.js';
import { localPath } from '../../settings/paths.js';

/** @typedef {import('./types.js').Series} Series */
/** @typedef {import('./types.js').Trend} Trend */
/** @typedef {import('./types.js').Change} Change */
/** @typedef {import('./types.js').HistoryRow} HistoryRow */

const STYLE = open(localPath(import.meta.resolve('./page.css')));

/** Size of a curve, pixels, and the newest runs that it shows. */
const WIDTH = 260;
const HEIGHT = 44;
const MOST_POINTS = 60;

/** Changes that are listed per series, newest first. */
const MOST_CHANGES = 20;

/**
 * @param {Series[]} series
 * @param {{ project: string, commits?: string }} about `commits`: address that a commit completes
 * @returns {string} the HTML document
 * @example toPage(seriesOf(rows, regression), { project: 'Shop' })
 */
export function toPage(series, { project, commits }) {
  const title = `${project}: history of load tests`;
  return `<!doctype html>\n${markup`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
      <title>${title}</title>
      <style>${new Markup(STYLE)}</style>
    </head>
    <body>
      <main>
        <h1>${title}</h1>
        <p class="quiet">
          Latency is the p95 of a run. A change is a run whose p95 is beyond what the runs before it vary, and the next
          run confirms it.
        </p>
        ${series.map((each, i) => section(each, i, commits))}
      </main>
    </body>
  </html>`}\n`;
}

/**
 * @param {Series} series
 * @param {number} index
 * @param {string} [commits]
 * @returns {Markup}
 */
function section({ title, rows, trends }, index, commits) {
  const first = rows[0];
  const newest = rows[rows.length - 1];
  const failed = rows.filter(({ passed }) => !passed).length;
  return markup`<section aria-labelledby="series-${index}">
    <h2 id="series-${index}"><bdi>${title}</bdi></h2>
    <p>
      ${grouped(rows.length)} ${rows.length === 1 ? 'run' : 'runs'} from ${when(first.at)} to
      ${when(newest.at)}${failed > 0 && markup`, <span class="bad">${grouped(failed)} failed</span>`}.
      The newest one ${newest.passed ? 'passed' : markup`<span class="bad">failed</span>`}.
    </p>
    ${changeList(rows, trends, commits)}
    <div class="wide" tabindex="0" role="region" aria-label="Endpoints of ${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">p95 of each run</th>
            <th scope="col">Newest</th>
            <th scope="col">Before</th>
            <th scope="col">Last change</th>
            <th scope="col">Failed</th>
          </tr>
        </thead>
        <tbody>
          ${trends.map((trend) => endpointRow(trend, rows, commits))}
        </tbody>
      </table>
    </div>
  </section>`;
}

/**
 * @param {HistoryRow[]} rows
 * @param {Trend[]} trends
 * @param {string} [commits]
 * @returns {Markup}
 */
function changeList(rows, trends, commits) {
  const found = trends
    .flatMap(({ name, changes }) => changes.map((change) => ({ name, change })))
    .sort((a, b) => b.change.at - a.change.at)
    .slice(0, MOST_CHANGES);
  if (found.length === 0) {
    return markup`<p class="quiet">No endpoint became slower or faster.</p>`;
  }
  return markup`<ul>
    ${found.map(
      ({ name, change }) => markup`<li>
        <bdi>${name}</bdi>: p95 ${milliseconds(change.before)} before, ${milliseconds(change.after)} since
        ${when(rows[change.at].at)}
        <span class="${toneOf(change)}">${signed(change.percent)}</span>,
        ${commitOf(rows[change.at], commits)}${change.at > 0 && markup`, after ${commitOf(rows[change.at - 1], commits)}`}${!change.confirmed && ' (a single run so far)'}
      </li>`,
    )}
  </ul>`;
}

/** @param {Change} change */
const toneOf = ({ percent: value }) => (value > 0 ? 'bad' : 'good');

/**
 * @param {HistoryRow} row
 * @param {string} [commits]
 * @returns {Markup}
 */
function commitOf({ commit }, commits) {
  if (!commit) {
    return markup`commit unknown`;
  }
  return commits === undefined
    ? markup`commit <bdi>${commit}</bdi>`
    : markup`commit <a href="${commits}/${encodeURIComponent(commit)}">${commit}</a>`;
}

/**
 * @param {Trend} trend
 * @param {HistoryRow[]} rows
 * @param {string} [commits]
 * @returns {Markup}
 */
function endpointRow({ name, p95, errorRate, changes }, rows, commits) {
  const change = changes[changes.length - 1];
  const failed = errorRate[errorRate.length - 1] ?? null;
  return markup`<tr>
    <td><bdi>${name}</bdi></td>
    <td>${curve(name, p95, changes, rows)}</td>
    <td>${milliseconds(p95[p95.length - 1])}</td>
    <td>${milliseconds(change?.before)}</td>
    <td>
      ${
        change === undefined
          ? '-'
          : markup`<span class="${toneOf(change)}">${signed(change.percent)}</span> ${commitOf(rows[change.at], commits)}`
      }
    </td>
    <td>${failed === null ? '-' : percent(failed)}</td>
  </tr>`;
}

/**
 * @param {string} name
 * @param {(number | null)[]} values
 * @param {Change[]} changes
 * @param {HistoryRow[]} rows
 * @returns {Markup} a curve with a mark at each change; every point says its run when pointed at
 */
function curve(name, values, changes, rows) {
  const start = Math.max(0, values.length - MOST_POINTS);
  const shown = values.slice(start);
  const most = Math.max(...shown.map((value) => value ?? 0), 0.001);
  const x = (/** @type {number} */ i) =>
    rounded(shown.length > 1 ? (i * WIDTH) / (shown.length - 1) : WIDTH / 2);
  const y = (/** @type {number} */ value) => rounded(HEIGHT - (value / most) * HEIGHT);
  const points = shown.flatMap((value, i) => (value === null ? [] : [{ value, i }]));
  const steps = new Map(changes.map((change) => [change.at - start, change]));
  const label = `${name}: ${points.length} runs, newest ${milliseconds(values[values.length - 1])}, highest ${milliseconds(most)}`;
  return markup`<svg role="img" aria-label="${label}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
    <polyline class="curve" points="${points.map(({ value, i }) => `${x(i)},${y(value)}`).join(' ')}" />
    ${points.map(({ value, i }) => {
      const step = steps.get(i);
      const kind = step === undefined ? 'run' : step.percent > 0 ? 'step' : 'step faster';
      const row = rows[start + i];
      return markup`<circle class="${kind}" cx="${x(i)}" cy="${y(value)}" r="${step === undefined ? 1.5 : 4}">
        <title>${when(row.at)}, ${row.commit ?? 'commit unknown'}: ${milliseconds(value)}</title>
      </circle>`;
    })}
  </svg>`;
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 10) / 10;
