// The charts of one endpoint over time, or of all. Like line-chart.js, the page holds a copy of this module.

/** @typedef {import('../types/report.js').CourseData} CourseData */

/**
 * Describes the charts of one series.
 *
 * @param {CourseData} data
 * @param {CourseData['series'][number]} series
 * @param {[from: number, to: number]} [zoom] first and last point that is shown; default: all
 * @returns {import('../types/report.js').LineChart[]}
 * @example coursesOf(data, data.series[0]).map(lineChart)
 */
export function coursesOf({ what, at, planned }, series, zoom = [0, at.length - 1]) {
  const { rate, failed, p50, p95, limits } = series;
  const part = (/** @type {any[]} */ values) => values.slice(zoom[0], zoom[1] + 1);
  const common = { at: part(at) };
  const some = failed.some((value) => value !== null && value > 0);
  return [
    {
      ...common,
      title: 'Latency (ms)',
      limits: limits.latency,
      series: [
        { name: 'p95', values: part(p95), tone: 'first' },
        { name: 'median', values: part(p50), tone: 'second' },
      ],
      unit: ' ms',
    },
    {
      ...common,
      title: `${what[0].toUpperCase()}${what.slice(1)} per second`,
      series: [{ name: what, values: part(rate), tone: 'first', filled: true }],
      unit: '/s',
    },
    {
      ...common,
      title: `Failed ${what} (%)`,
      limits: limits.failed,
      series: [{ name: 'failed', values: part(failed), tone: 'bad', filled: true }],
      unit: '%',
      least: some ? 0 : 1,
    },
    {
      ...common,
      title: planned.what,
      series: [{ name: 'planned', values: part(planned.values), tone: 'second', filled: true }],
      whole: true,
    },
  ];
}
