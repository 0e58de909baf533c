// What a test of sockets adds to the summary and to baselines. Loaded outside the VUs only.

import { env } from '../../../lib/config.js';
import { durationsOf, rounded } from '../../summary/statistics.js';
import { REFUSALS, SOCKET_CAUSES } from './socket-causes.js';

/** @typedef {import('../../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('./types.js').SocketMetrics} SocketMetrics */
/** @typedef {import('../../types/summary.js').Summary} Summary */

/**
 * @param {any} metrics what k6 hands to `handleSummary`
 * @param {TestSpec} spec
 * @param {string[]} stages
 * @returns {SocketMetrics | null} null for tests without sockets
 */
export function socketMetrics(metrics, spec, stages) {
  if (spec.sockets === undefined) {
    return null;
  }
  const of = (/** @type {string} */ metric) => metrics[metric]?.values;
  const count = (/** @type {string} */ metric) => of(metric)?.count ?? 0;
  const causes = Object.keys(SOCKET_CAUSES).map((cause) => [
    cause,
    count(`ws_failures{cause:${cause}}`),
  ]);
  return {
    name: spec.sockets,
    perUser: env.WS_SOCKETS,
    connections: count('ws_connections'),
    reconnects: count('ws_reconnects'),
    openAtPeak: count('ws_open_at_peak'),
    received: count('ws_messages_received'),
    sent: count('ws_messages_sent'),
    receivedRate: rounded(of('ws_messages_received')?.rate ?? 0),
    sentRate: rounded(of('ws_messages_sent')?.rate ?? 0),
    errorRate: percentOf(of('ws_errors')),
    closeAnswered: isFed(of('ws_close_answered')) ? percentOf(of('ws_close_answered')) : null,
    refusals: Object.fromEntries(
      REFUSALS.map((status) => [status, count(`ws_sessions{status:${status}}`)]).filter(
        ([, number]) => number > 0,
      ),
    ),
    errorTypes: Object.fromEntries(causes.filter(([, number]) => Number(number) > 0)),
    latency: durationsOf(of('ws_message_latency')),
    roundTrip: durationsOf(of('ws_round_trip')),
    clockSkewMs: of('ws_clock_skew')?.count > 0 ? rounded(of('ws_clock_skew').med) : null,
    stages: stages.map((name) => ({
      name,
      connections: count(`ws_connections{stage:${name}}`),
      received: count(`ws_messages_received{stage:${name}}`),
      errorRate: percentOf(of(`ws_errors{stage:${name}}`)),
      latency: durationsOf(of(`ws_message_latency{stage:${name}}`)),
    })),
  };
}

/** @param {any} rate */
const isFed = (rate) => rate !== undefined && rate.passes + rate.fails > 0;

/** @param {any} rate */
function percentOf(rate) {
  return rate === undefined ? 0 : rounded(100 * rate.rate);
}

/**
 * Says why sockets turned a run red.
 *
 * @param {Pick<Summary, 'thresholds'> & { sockets?: SocketMetrics | null }} evidence
 * @returns {string[]} at most one sentence
 * @example socketReasons(evidence) // ['websocket: 3 failures (3 x connection refused)']
 */
export function socketReasons({ sockets, thresholds }) {
  if (!sockets || !thresholds.some(({ ok, metric }) => !ok && metric.startsWith('ws_'))) {
    return [];
  }
  const causes = shownCauses(sockets);
  if (causes !== '') {
    return [
      sockets.errorRate > 0
        ? `${sockets.name}: ${sockets.errorRate}% went wrong (${causes})`
        : `${sockets.name}: ${causes}`,
    ];
  }
  const late = thresholds.filter(({ ok, metric }) => !ok && metric === 'ws_message_latency');
  if (late.length > 0 && sockets.latency !== null) {
    const crossed = late.map(({ expression, value }) => `${value} ms (limit ${expression})`);
    return [`${sockets.name}: messages too late, ${crossed.join(', ')}`];
  }
  return sockets.connections === 0
    ? [`${sockets.name}: no connection was ever opened`]
    : sockets.received === 0
      ? [`${sockets.name}: no message ever came on ${sockets.connections} connections`]
      : thresholds.some(({ ok, metric }) => !ok && metric === 'ws_connections')
        ? [
            `${sockets.name}: ${sockets.connections} connections, most users came too late to open one: raise DURATION`,
          ]
        : [];
}

/**
 * @param {SocketMetrics} sockets
 * @returns {string} what went wrong how often; empty: nothing
 * @example shownCauses(summary.sockets) // '3 x connection refused'
 */
export function shownCauses({ errorTypes, refusals }) {
  const statuses = Object.keys(refusals).join(', ');
  return Object.entries(errorTypes)
    .map(([cause, number]) => {
      const text = SOCKET_CAUSES[/** @type {keyof typeof SOCKET_CAUSES} */ (cause)];
      return `${number} x ${text}${cause === 'not_upgraded' && statuses ? ` but ${statuses}` : ''}`;
    })
    .join(', ');
}

/**
 * Draws what happened on the sockets for the console.
 *
 * @param {SocketMetrics | null | undefined} sockets
 * @returns {string[]} no lines for tests without sockets
 * @example socketLines(summary.sockets)
 */
export function socketLines(sockets) {
  if (!sockets) {
    return [];
  }
  const { name, connections, reconnects, openAtPeak, received, sent } = sockets;
  const ms = (/** @type {import('../../types/summary.js').Durations | null} */ times) =>
    times === null
      ? 'not measured'
      : `p50 ${times.p50.toFixed(2)}, p95 ${times.p95.toFixed(2)}, p99 ${times.p99.toFixed(2)}, ` +
        `max ${times.max.toFixed(2)} ms`;
  const causes = shownCauses(sockets);
  return [
    `  SOCKETS ${name}`,
    `    connections      ${connections} opened, ${reconnects} again after a loss, ${openAtPeak} open at the peak`,
    `    messages         ${received} received, ${sent} sent`,
    `    message latency  ${ms(sockets.latency)}`,
    `    round trip       ${ms(sockets.roundTrip)}`,
    `    clock skew       ${sockets.clockSkewMs === null ? 'not measured' : `${sockets.clockSkewMs} ms`}`,
    `    went wrong       ${sockets.errorRate.toFixed(2)}%${causes && `: ${causes}`}`,
    ...sockets.stages.map(
      (stage) =>
        `    ${stage.name.padEnd(17)}${stage.connections} opened, ${stage.received} received, ` +
        `${stage.errorRate.toFixed(2)}% wrong, latency p95 ` +
        (stage.latency === null ? '-' : `${stage.latency.p95.toFixed(2)} ms`),
    ),
    '',
  ];
}

/**
 * What is measured on sockets as endpoints are: by which metrics, and where the summary has it.
 *
 * @type {{ what: string, request: string, duration: 'latency' | 'roundTrip', rate: 'receivedRate' | 'sentRate', metrics: import('../../types/baseline.js').SignalMetrics }[]}
 */
export const SIGNALS = [
  {
    what: 'messages',
    request: 'WS messages',
    duration: 'latency',
    rate: 'receivedRate',
    metrics: {
      duration: 'ws_message_latency',
      errors: 'ws_errors',
      count: 'ws_messages_received',
    },
  },
  {
    what: 'answers',
    request: 'WS answers',
    duration: 'roundTrip',
    rate: 'sentRate',
    metrics: { duration: 'ws_round_trip', errors: 'ws_errors', count: 'ws_messages_sent' },
  },
];

/**
 * What a test with sockets has to compare with a baseline.
 *
 * @param {Pick<import('../../types/suite.js').TestSpec, 'sockets'>} spec
 * @returns {{ name: string, request: string, metrics: import('../../types/baseline.js').SignalMetrics }[]}
 * @example socketSubjects({ sockets: 'websocket' })[0].name // 'websocket messages'
 */
export function socketSubjects({ sockets }) {
  return sockets === undefined
    ? []
    : SIGNALS.map(({ what, request, metrics }) => ({
        name: `${sockets} ${what}`,
        request,
        metrics,
      }));
}

/**
 * The same as rows of metrics; what was never measured is left out.
 *
 * @param {SocketMetrics | null | undefined} sockets
 * @returns {import('../../types/baseline.js').MeasuredRow[]}
 * @example socketRows(summary.sockets)
 */
export function socketRows(sockets) {
  return !sockets
    ? []
    : SIGNALS.filter(({ duration }) => sockets[duration] !== null).map(
        ({ what, request, duration, rate, metrics }) => ({
          name: `${sockets.name} ${what}`,
          request,
          metrics,
          duration: sockets[duration],
          errorRate: sockets.errorRate,
          requestRate: sockets[rate],
        }),
      );
}

/** @type {import('../../types/features.js').SummaryHooks} */
export const summaryHooks = {
  metrics: (metrics, spec, stages) => ({ sockets: socketMetrics(metrics, spec, stages) }),
  // A message may well take less time than the clocks can tell.
  isMeasured: (metric, { type, values }) =>
    metric.startsWith('ws_') && type === 'trend' ? values.count > 0 : undefined,
  reasons: socketReasons,
  target: ({ sockets }) =>
    sockets === undefined || env.WS_URL === '' ? undefined : env.socket.masked,
  lines: ({ sockets }) => socketLines(sockets),
  subjects: socketSubjects,
  rows: ({ sockets }) => socketRows(sockets),
  load: ({ sockets }) => (sockets ? { sockets: sockets.perUser } : {}),
};
