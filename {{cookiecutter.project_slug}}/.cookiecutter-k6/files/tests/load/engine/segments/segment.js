import { env } from '../../lib/config.js';
import { buildSummary, resultPath } from '../summary/summary.js';

/** @typedef {import('../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../types/suite.js').RunFigures} RunFigures */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */

/** Version of the format of segment.json. */
export const SEGMENT_SCHEMA = 1;

/** In front of a segment on the console, where nobody can fetch files from. */
export const SEGMENT_LINE = 'k6-segment: ';

/**
 * The part of a run that this k6 has, of the setting SEGMENT; undefined: all of it.
 *
 * @returns {{ index: number | null, of: number } | undefined} index null: k6 is told which by somebody else
 * @example segmentOf() // { index: 1, of: 4 } with SEGMENT=1/4
 */
export function segmentOf() {
  const [index, of] = env.SEGMENT.split('/');
  return env.SEGMENT === ''
    ? undefined
    : { index: index === '*' ? null : Number(index), of: Number(of) };
}

/**
 * Keeps a segment's series apart from those of the others in a shared store.
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
 * What a segment must not judge: a count, a rate per second and a percentile are those of the whole. Only what
 * aborts a run stays: every k6 has to stop by itself when the service breaks down.
 *
 * @param {Thresholds} thresholds
 * @returns {Thresholds} the same metrics, so that k6 reports them
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
 * @param {TestSpec} spec
 * @param {number} vus of the whole run
 * @returns {Error | undefined} why the run cannot be split like that
 * @example refusalOf(spec, 1)
 */
export function refusalOf(spec, vus) {
  const segment = segmentOf();
  if (segment === undefined) {
    return undefined;
  }
  if (spec.findings !== undefined) {
    return new Error(
      `SEGMENT=${env.SEGMENT}: ${spec.name} finds more than thresholds can say, and segments cannot. ` +
        'Run it on one machine, without SEGMENT',
    );
  }
  return vus >= segment.of
    ? undefined
    : new Error(
        `SEGMENT=${env.SEGMENT}: ${vus} virtual users are too few for ${segment.of} segments, ` +
          `some would do nothing. Use VUS=${segment.of} or more, or fewer segments`,
      );
}

/**
 * Makes a `handleSummary` that writes segment.json instead of a summary: all that is needed to judge the whole.
 *
 * @param {TestSpec} spec
 * @param {RunFigures} plan
 * @param {Thresholds} thresholds of the whole run
 * @returns {(data: any) => Record<string, string>}
 * @example export const handleSummary = summarizeSegment(spec, figures, thresholds);
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
        `\n  segment ${env.SEGMENT} of ${run.id}: ${done}; no verdict, that is about the whole.\n` +
        `  When all have ended: load-test.sh merge ${run.id}\n  segment: ${path}\n\n`,
    };
  };
}

/** @param {import('../types/suite.js').Endpoint} endpoint */
const plain = ({ name, method, url, kind }) => ({ name, method, url, kind });

/**
 * @param {Record<string, unknown>} content
 * @returns {string} JSON, one line per member: large, and only programs read it
 */
function lines(content) {
  const members = Object.entries(content).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value) ?? 'null'}`,
  );
  return `{\n${members.join(',\n')}\n}`;
}
