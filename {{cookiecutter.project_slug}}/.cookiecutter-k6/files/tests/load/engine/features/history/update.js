// Adds finished runs to the history and draws its page. Used by scripts/load-test.sh history; sends no requests:
//
//   k6 run --quiet --env SUMMARIES=... --env HISTORY=/path/history.jsonl --env TO=/path/.new engine/features/history/update.js
//
// SUMMARIES is one path of a summary.json per line. HISTORY: the file so far, if there is one. TO: what both files are
// called, before `.jsonl` and `.html`. Exits with 107 and the reason if the history cannot be read.

import { regression } from '../../settings/user-files.js';
import { env } from '../../../lib/config.js';
import { linksOf } from '../sharing/ci.js';
import { readSummaries } from '../sharing/read-summaries.js';
import { toPage } from './page.js';
import { merged, parseHistory, rowOf } from './rows.js';
import { seriesOf } from './series.js';
import { toText } from './text.js';

export const options = { iterations: 1 };

export default function nothing() {}

/** @returns {Record<string, string>} contents by path */
function written() {
  const known = __ENV.HISTORY ? parseHistory(open(__ENV.HISTORY)) : [];
  const rows = merged(known, readSummaries(__ENV.SUMMARIES ?? '').map(rowOf));
  if (rows.length === 0) {
    throw new Error('there is no finished run yet');
  }
  const series = seriesOf(rows, regression);
  return {
    [`${__ENV.TO}.jsonl`]: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    [`${__ENV.TO}.html`]: toPage(series, {
      project: env.PROJECT_NAME,
      commits: linksOf(__ENV).commits,
    }),
    stdout: toText(series),
  };
}

const files = __VU === 0 ? written() : {};

export function handleSummary() {
  return files;
}
