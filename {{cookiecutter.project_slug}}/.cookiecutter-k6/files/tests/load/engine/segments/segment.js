import { env } from '../../lib/config.js';
import { buildSummary, resultPath } from '../summary/summary.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').RunPlan} RunPlan */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */

/** Version of the format of segment.json. */
export const SEGMENT_SCHEMA = 1;

/** Prefix of a segment in the console output, for runners whose files cannot be fetched. */
export const SEGMENT_LINE = 'k6-segment: ';

/**
 * Share of the run executed here, from the setting SEGMENT, such as 1/4; undefined for the whole run.
 *
 * @returns {{ index: number | null, of: number } | undefined} index is null if another tool assigns the segment to k6
 * @example segmentOf() // { index: 1, of: 4 } with SEGMENT=1/4
 */
export function segmentOf() {
  const [index, of] = env.SEGMENT.split('/');
  return env.SEGMENT === ''
    ? undefined
    : { index: index === '*' ? null : Number(index), of: Number(of) };
}

/**
 * Tags that keep the time series of segments separate in a shared store.
 *
 * @returns {Record<string, string>}
 * @example segmentTags() // { segment: '1-of-4' } with SEGMENT=1/4
 */
export function segmentTags() {
  const segment = segmentOf();
  return segment === undefined || segment.index === null
    ? {}
    : { segment: `${segment.index}-of-${segment.of}` };
}

/**
 * Removes the conditions from thresholds, because they apply to the whole run, not to one segment. Keeps those with
 * `abortOnFail`: every k6 instance has to stop when the service breaks down.
 *
 * @param {Thresholds} thresholds
 * @returns {Thresholds} the same metrics, so that k6 still reports them
 * @example unjudged({ http_reqs: ['count>0'] }) // { http_reqs: [] }
 */
export function unjudged(thresholds) {
  return Object.fromEntries(
    Object.entries(thresholds).map(([metric, conditions]) => [
      metric,
      conditions.filter((entry) => typeof entry !== 'string' && entry.abortOnFail === true),
    ]),
  );
}

/**
 * Checks whether a run can be split into segments.
 *
 * @param {TestSpec} spec
 * @param {number} vus VUs of the whole run
 * @returns {Error | undefined} the reason if it cannot
 * @example refusalOf(spec, 1)
 */
export function refusalOf(spec, vus) {
  const segment = segmentOf();
  if (segment === undefined) {
    return undefined;
  }
  if (spec.findings !== undefined) {
    return new Error(
      `SEGMENT=${env.SEGMENT}: the results of ${spec.name} cannot be merged from segments. ` +
        'Run it on one machine, without SEGMENT',
    );
  }
  return vus >= segment.of
    ? undefined
    : new Error(
        `SEGMENT=${env.SEGMENT}: ${vus} VUs are too few for ${segment.of} segments. ` +
          `Use VUS=${segment.of} or more, or fewer segments`,
      );
}

/**
 * Creates a `handleSummary` that writes segment.json instead of a summary: everything needed to merge the run.
 *
 * @param {TestSpec} spec
 * @param {RunPlan} plan
 * @param {Thresholds} thresholds thresholds of the whole run
 * @returns {(data: any) => Record<string, string>}
 * @example export const handleSummary = summarizeSegment(spec, plan, thresholds);
 */
export function summarizeSegment(spec, plan, thresholds) {
  return (data) => {
    const { run, timestamp } = buildSummary(spec, plan, data);
    const metrics = Object.entries(data.metrics).map(([name, metric]) => [
      name,
      { ...metric, thresholds: undefined },
    ]);
    const content = {
      schema: SEGMENT_SCHEMA,
      segment: env.SEGMENT,
      key: `${Date.now()}-${Math.random()}`,
      timestamp,
      run,
      spec: { ...spec, endpoints: spec.endpoints.map(plain), support: spec.support?.map(plain) },
      plan,
      thresholds,
      state: data.state,
      root_group: data.root_group,
      metrics: Object.fromEntries(metrics),
    };
    const done = `${data.metrics.iterations?.values.count ?? 0} iterations`;
    if (segmentOf()?.index === null) {
      return { stdout: `${SEGMENT_LINE}${JSON.stringify(content)}\n` };
    }
    const path = resultPath(spec, 'segment.json');
    return {
      [path]: `${lines(content)}\n`,
      stdout:
        `\n  segment ${env.SEGMENT} of ${run.id}: ${done}; no verdict until all segments are merged.\n` +
        `  When all have finished: load-test.sh merge ${run.id}\n  segment: ${path}\n\n`,
    };
  };
}

/** @param {import('../types/suite.js').Endpoint} endpoint */
const plain = ({ name, method, url, kind }) => ({ name, method, url, kind });

/**
 * @param {Record<string, unknown>} content
 * @returns {string} compact JSON with one line per member
 */
function lines(content) {
  const members = Object.entries(content).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value) ?? 'null'}`,
  );
  return `{\n${members.join(',\n')}\n}`;
}
