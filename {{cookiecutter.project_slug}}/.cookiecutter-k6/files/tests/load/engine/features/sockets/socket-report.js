// What reports, baselines and comparisons show of sockets. Loaded outside the VUs only.

import { cell, section, table } from '../../report/parts.js';
import { grouped, milliseconds, percent, short } from '../../report/format.js';
import { shownCauses } from './socket-summary.js';

/** @typedef {import('../../types/summary.js').Summary} Summary */
/** @typedef {import('./types.js').SocketMetrics} SocketMetrics */
/** @typedef {import('../../types/summary.js').Durations} Durations */

/**
 * @param {SocketMetrics} sockets
 * @returns {[name: string, text: string][]}
 */
function facts(sockets) {
  const { connections, reconnects, openAtPeak, sent, clockSkewMs, closeAnswered } = sockets;
  const causes = shownCauses(sockets);
  return [
    ['Opened', `${grouped(connections)}, ${grouped(reconnects)} of them again after a loss`],
    ['Open at the peak', grouped(openAtPeak)],
    ['Messages sent', grouped(sent)],
    ['Went wrong', `${percent(sockets.errorRate)}${causes && `: ${causes}`}`],
    ['Clock skew', clockSkewMs === null ? 'not measured' : `${short(clockSkewMs)} ms`],
    ['Close frames answered', closeAnswered === null ? 'not measured' : percent(closeAnswered)],
  ];
}

const HEAD = ['What', 'Opened', 'Count', 'p50', 'p95', 'p99', 'Max', 'Went wrong'];

/**
 * @typedef {{ name: string, opened: number | null, count: number, duration: Durations | null, errorRate: number | null }} Line
 *
 * @param {SocketMetrics} sockets
 * @returns {Line[]} messages, answers, and the messages of each load step
 */
function lines({ connections, received, latency, sent, roundTrip, errorRate, stages }) {
  return [
    { name: 'Messages', opened: connections, count: received, duration: latency, errorRate },
    { name: 'Answers', opened: null, count: sent, duration: roundTrip, errorRate: null },
    ...stages.map((stage) => ({
      name: stage.name,
      opened: stage.connections,
      count: stage.received,
      duration: stage.latency,
      errorRate: stage.errorRate,
    })),
  ];
}

/**
 * @param {Summary} summary
 * @returns {import('../../report/markup.js').Markup | null} null for tests without sockets
 */
export function socketSection({ sockets }) {
  if (!sockets) {
    return null;
  }
  const time = (
    /** @type {Line} */ { duration },
    /** @type {'p50' | 'p95' | 'p99' | 'max'} */ key,
  ) => (duration === null ? '-' : cell(duration[key], short(duration[key])));
  return section(`Sockets: ${sockets.name}`, [
    table(
      'Times in milliseconds: of messages from the time stamp of the server to arrival, of answers from the question.',
      HEAD,
      lines(sockets).map((line) => [
        line.name,
        line.opened === null ? '-' : cell(line.opened, grouped(line.opened)),
        cell(line.count, grouped(line.count)),
        time(line, 'p50'),
        time(line, 'p95'),
        time(line, 'p99'),
        time(line, 'max'),
        line.errorRate === null ? '-' : cell(line.errorRate, percent(line.errorRate)),
      ]),
    ),
    table('Sockets', ['Metric', 'Value'], facts(sockets)),
  ]);
}

/**
 * The key metrics of a test with sockets.
 *
 * @param {SocketMetrics} sockets
 * @returns {[name: string, value: string, note: string, bad?: boolean][]}
 */
export function socketTiles(sockets) {
  const { latency, roundTrip, errorRate, errorTypes } = sockets;
  const failures = Object.values(errorTypes).reduce((sum, count) => sum + count, 0);
  return [
    ['Sockets', grouped(sockets.connections), `${grouped(sockets.openAtPeak)} open at the peak`],
    ['Messages', grouped(sockets.received), `${grouped(sockets.sent)} sent`],
    ['Went wrong', percent(errorRate), `${grouped(failures)} failures`, failures > 0],
    ['Message p95', milliseconds(latency?.p95), `median ${milliseconds(latency?.p50)}`],
    ['Message p99', milliseconds(latency?.p99), `slowest ${milliseconds(latency?.max)}`],
    ['Answer p95', milliseconds(roundTrip?.p95), `median ${milliseconds(roundTrip?.p50)}`],
  ];
}

/**
 * @param {SocketMetrics | null | undefined} sockets
 * @returns {{ head: string[], rows: string[][] }[]} tables of plain text; none for tests without sockets
 */
export function socketTables(sockets) {
  if (!sockets) {
    return [];
  }
  const shown = (/** @type {number | undefined} */ value) =>
    value === undefined ? '-' : short(value);
  return [
    {
      head: [`Sockets: ${sockets.name}`, ...HEAD.slice(1)],
      rows: lines(sockets).map(({ name, opened, count, duration, errorRate }) => [
        name,
        opened === null ? '-' : grouped(opened),
        grouped(count),
        ...[duration?.p50, duration?.p95, duration?.p99, duration?.max].map(shown),
        errorRate === null ? '-' : percent(errorRate),
      ]),
    },
    { head: ['Sockets', ''], rows: facts(sockets) },
  ];
}

/** @type {import('../../types/features.js').ReportHooks} */
export const reportHooks = {
  section: socketSection,
  tiles: ({ sockets }) => (sockets ? socketTiles(sockets) : null),
  headline: ({ sockets }) =>
    sockets ? { what: 'messages', duration: sockets.latency, errorRate: sockets.errorRate } : null,
  tables: ({ sockets }) => socketTables(sockets),
};
