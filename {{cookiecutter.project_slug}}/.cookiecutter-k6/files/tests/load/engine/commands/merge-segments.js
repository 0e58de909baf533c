// Merges the segments of a run that several k6 processes shared. Used by scripts/load-test.sh merge; sends no
// requests:
//
//   k6 run --quiet --env SEGMENTS=... --env RESULTS_DIR=/path/to/run tests/load/engine/commands/merge-segments.js
//
// SEGMENTS is one path per line: a segment.json, or the output of k6, which contains segments as lines. Exits with
// 107 and the reason if segments are missing or belong to different runs.

import { mergeGroups, mergeMetrics } from '../segments/merge-metrics.js';
import { prettyJson } from '../summary/pretty-json.js';
import { reportFiles, REPORTS } from '../report/files.js';
import { SEGMENT_LINE, SEGMENT_SCHEMA } from '../segments/segment.js';
import { toText } from '../summary/text.js';
import { buildSummary } from '../summary/summary.js';

export { default, options } from './frame.js';

/** What all segments of a run have in common. */
const SAME = ['id', 'test', 'profile', 'plannedMs', 'target', 'suiteVersion', 'gitCommit'];

/**
 * @param {string} path
 * @returns {any[]} the segments in a file
 * @throws if there are none
 */
function read(path) {
  const text = open(path);
  const found = text.startsWith('{')
    ? [text]
    : text
        .split('\n')
        .flatMap((line) => (line.includes(SEGMENT_LINE) ? [line.split(SEGMENT_LINE)[1]] : []));
  if (found.length === 0) {
    throw new Error(`${path}: contains no segment of a run`);
  }
  return found.map((each) => parsed(each, path));
}

/**
 * @param {string} text
 * @param {string} path
 * @returns {any}
 */
function parsed(text, path) {
  let segment;
  try {
    segment = JSON.parse(text);
  } catch {
    throw new Error(`${path}: the segment is truncated or was edited`);
  }
  if (segment.schema !== SEGMENT_SCHEMA) {
    throw new Error(`${path}: expected a segment of format ${SEGMENT_SCHEMA}`);
  }
  return segment;
}

/**
 * @param {any[]} segments
 * @throws if one is missing, duplicated, or of another run
 */
function check(segments) {
  const [first] = segments;
  for (const key of SAME) {
    const other = segments.find(({ run }) => run[key] !== first.run[key]);
    if (other !== undefined) {
      throw new Error(
        `segments ${first.segment} and ${other.segment} differ in ${key}: ` +
          `${first.run[key]} and ${other.run[key]}`,
      );
    }
  }
  const count = Number(first.segment.split('/')[1]);
  const wanted = Array.from({ length: count }, (_, i) => `${i + 1}/${count}`);
  const names = segments.map(({ segment }) => segment);
  const isDealt = names.every((name) => name === `*/${count}`);
  const missing = isDealt ? [] : wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `missing: segment ${missing.join(', ')}. The run cannot be evaluated without it`,
    );
  }
  const unique = new Set(segments.map(({ segment, key }) => (isDealt ? key : segment)));
  if (segments.length !== count || unique.size !== count) {
    throw new Error(`expected ${count} segments, each once, got ${names.sort().join(', ')}`);
  }
}

/** @param {any[]} segments */
function summaryOf(segments) {
  const [first] = segments;
  // The shortest: if one segment was cut short, so was the run.
  const lasted = Math.min(...segments.map(({ state }) => state.testRunDurationMs));
  const summary = buildSummary(first.spec, first.plan, {
    metrics: mergeMetrics(
      segments.map(({ metrics }) => metrics),
      first.thresholds,
    ),
    root_group: mergeGroups(segments.map((segment) => segment.root_group)),
    state: { ...first.state, testRunDurationMs: lasted },
  });
  return {
    ...summary,
    timestamp: segments.map(({ timestamp }) => timestamp).sort()[segments.length - 1],
    run: { ...first.run, durationMs: summary.run.durationMs, segments: segments.length },
  };
}

/** @returns {Record<string, string>} */
function merge() {
  const segments = __ENV.SEGMENTS.split('\n').flatMap(read);
  check(segments);
  const summary = summaryOf(segments);
  const pathOf = (/** @type {string} */ name) => `${__ENV.RESULTS_DIR}/${name}`;
  const files = ['summary.json', REPORTS.markdown, REPORTS.junit];
  return {
    stdout: toText(summary, { path: pathOf('summary.json'), colour: __ENV.COLOUR === 'true' }),
    [pathOf('summary.json')]: `${prettyJson(summary)}\n`,
    ...reportFiles(summary, { files }, pathOf),
  };
}

const written = __VU === 0 ? merge() : {};

export function handleSummary() {
  return written;
}
