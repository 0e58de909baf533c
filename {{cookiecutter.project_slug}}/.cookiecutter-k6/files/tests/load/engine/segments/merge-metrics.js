import { mixed, quantile, RANKS } from '../summary/quantiles.js';
import { statOf, TREND_STATS } from '../summary/statistics.js';

/** @typedef {{ type: string, contains: string, values: Record<string, number>, thresholds?: any }} Metric */
/** @typedef {Record<string, Metric>} Metrics as k6 hands them to `handleSummary` */
/** @typedef {import('../types/suite.js').Thresholds} Thresholds */

/** `summaryTrendStats` of a segment: what merging needs of each trend metric. */
export const SEGMENT_STATS = Object.freeze([
  ...new Set([...TREND_STATS, ...RANKS.filter((rank) => rank !== 50).map(statOf)]),
]);

/** Gauges that add up across segments. Of all other gauges, the highest value is used. */
const SUMMED = /^vus(_max)?(\{|$)/;

const EXPRESSION =
  /^\s*(count|rate|value|avg|min|max|med|p\(([\d.]+)\))\s*(<=|>=|===?|!=|<|>)\s*([-+\d.eE]+)\s*$/;

/** @type {Record<string, (a: number, b: number) => boolean>} */
const COMPARISONS = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '===': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/**
 * Merges the metrics of all segments into those of the whole run, and evaluates its thresholds.
 *
 * @param {Metrics[]} parts metrics of each segment
 * @param {Thresholds} thresholds
 * @returns {Metrics}
 * @throws when a threshold expression is invalid
 * @example mergeMetrics([first.metrics, second.metrics], { http_reqs: ['count>0'] })
 */
export function mergeMetrics(parts, thresholds) {
  const names = new Set([...parts.flatMap(Object.keys), ...Object.keys(thresholds)]);
  /** @type {Metrics} */
  const whole = {};
  for (const name of names) {
    const conditions = (thresholds[name] ?? []).map((entry) =>
      typeof entry === 'string' ? entry : entry.threshold,
    );
    const known = parts.flatMap((part) => (part[name] === undefined ? [] : [part[name]]));
    whole[name] = judged(known.length > 0 ? known : [unfed(conditions)], name, conditions);
  }
  return whole;
}

/**
 * @param {string[]} conditions
 * @returns {Metric} a metric without samples, as k6 reports it
 */
function unfed(conditions) {
  return conditions.some((text) => /^\s*count/.test(text))
    ? { type: 'counter', contains: 'default', values: { count: 0, rate: 0 } }
    : { type: 'rate', contains: 'default', values: { rate: 0, passes: 0, fails: 0 } };
}

/**
 * @param {Metric[]} parts the same metric of several segments
 * @param {string} name
 * @param {string[]} conditions
 * @returns {Metric}
 */
function judged(parts, name, conditions) {
  const { type, contains } = parts[0];
  const all = parts.map(({ values }) => values);
  const curve = type === 'trend' ? mixed(all.map(spreadOf)) : [];
  const values = { ...merged(type, name, all), ...ranks(type, curve) };
  const results = conditions.map((text) => {
    const match = EXPRESSION.exec(text);
    if (!match) {
      throw new Error(
        `threshold on ${name}: '${text}' is invalid, expected an expression such as p(95)<500`,
      );
    }
    const [, stat, rank, comparison, limit] = match;
    const value = rank === undefined ? values[stat] : quantile(curve, Number(rank) / 100);
    values[stat] = value;
    return [text, { ok: COMPARISONS[comparison](value, Number(limit)) }];
  });
  return { type, contains, values, ...(results.length > 0 && { thresholds: fromPairs(results) }) };
}

/** @param {any[]} pairs */
const fromPairs = (pairs) => Object.fromEntries(pairs);

/**
 * @param {string} type
 * @param {string} name
 * @param {Record<string, number>[]} parts
 * @returns {Record<string, number>} values that can be merged without the distribution
 */
function merged(type, name, parts) {
  const sum = (/** @type {string} */ key) =>
    parts.reduce((total, values) => total + (values[key] ?? 0), 0);
  const highest = (/** @type {string} */ key) => Math.max(...parts.map((values) => values[key]));
  if (type === 'counter') {
    return { count: sum('count'), rate: sum('rate') };
  }
  if (type === 'rate') {
    const [passes, fails] = [sum('passes'), sum('fails')];
    return { rate: passes + fails > 0 ? passes / (passes + fails) : 0, passes, fails };
  }
  if (type === 'gauge') {
    const of = SUMMED.test(name) ? sum : highest;
    return { value: of('value'), min: of('min'), max: of('max') };
  }
  const count = sum('count');
  const total = parts.reduce((all, { avg, count: samples }) => all + avg * samples, 0);
  const fed = parts.filter((values) => values.count > 0);
  return {
    count,
    avg: count > 0 ? total / count : 0,
    min: count > 0 ? Math.min(...fed.map(({ min }) => min)) : 0,
    max: count > 0 ? Math.max(...fed.map(({ max }) => max)) : 0,
  };
}

/**
 * @param {Record<string, number>} values of a trend
 * @returns {import('../summary/quantiles.js').Spread}
 */
function spreadOf(values) {
  return {
    count: values.count,
    shares: [0, ...RANKS.map((rank) => rank / 100), 1],
    values: [values.min, ...RANKS.map((rank) => values[statOf(rank)]), values.max],
  };
}

/**
 * @param {string} type
 * @param {import('../summary/quantiles.js').Curve} curve
 * @returns {Record<string, number>} percentiles of the summary
 */
function ranks(type, curve) {
  const wanted = type === 'trend' ? TREND_STATS : [];
  return fromPairs(
    wanted
      .map((stat) => [stat, stat === 'med' ? 50 : Number(/^p\((.*)\)$/.exec(stat)?.[1])])
      .filter(([, rank]) => !Number.isNaN(rank))
      .map(([stat, rank]) => [stat, quantile(curve, Number(rank) / 100)]),
  );
}

/**
 * Merges the groups of several segments, adding up their checks.
 *
 * @param {any[]} groups `root_group` of each segment, from `handleSummary`
 * @returns {any}
 * @example mergeGroups([first.root_group, second.root_group])
 */
export function mergeGroups(groups) {
  const byName = (/** @type {string} */ key) => {
    /** @type {Map<string, any[]>} */
    const found = new Map();
    for (const item of groups.flatMap((group) => group[key] ?? [])) {
      found.set(item.name, [...(found.get(item.name) ?? []), item]);
    }
    return [...found.values()];
  };
  return {
    name: groups[0].name,
    groups: byName('groups').map(mergeGroups),
    checks: byName('checks').map((same) => ({
      name: same[0].name,
      passes: same.reduce((sum, { passes }) => sum + passes, 0),
      fails: same.reduce((sum, { fails }) => sum + fails, 0),
    })),
  };
}
