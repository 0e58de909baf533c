// What a test of sockets adds to options and summary. Loaded outside the VUs only.

import { heavyProfiles, loadSizedProfiles } from '../../../config/profiles.js';
import { conversations, OPENED_SHARE, SILENT_SHARE } from '../../../config/sockets.js';
import { sloSets } from '../../../config/thresholds.js';
import { env } from '../../../lib/config.js';
import { SOCKET_CAUSES } from './socket-causes.js';
import { durationsOf, rounded } from '../../summary/statistics.js';

/** @typedef {import('../../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */
/** @typedef {import('./types.js').SocketFigures} SocketFigures */
/** @typedef {import('../../types/summary.js').Summary} Summary */

/**
 * The row of config/sockets.js.
 *
 * @param {string} protocol
 * @returns {import('./types.js').Conversation}
 * @throws when there is none
 * @example conversationOf('raw').path // '/ws'
 */
export function conversationOf(protocol) {
  const rows = /** @type {Record<string, import('./types.js').Conversation>} */ (conversations);
  const row = rows[protocol];
  if (row === undefined) {
    throw new Error(
      `WS_PROTOCOL=${protocol}: no row in config/sockets.js, there is ${Object.keys(rows).join(', ')}`,
    );
  }
  return row;
}

/**
 * What a test of sockets has to meet:
 *
 * - its own targets or, under a profile that overloads the service, what that profile asks of requests;
 * - as proof that it measured: enough connections for the users planned, and messages that came;
 * - figures by cause and load step, without a condition.
 *
 * @param {TestSpec} spec
 * @param {{ chosen: string | undefined, vus: number, stages: { name: string }[] }} figures
 * @param {Thresholds} byProfile targets of the profile
 * @returns {Thresholds} empty for tests without sockets
 * @example socketThresholds(spec, figures, { http_req_failed: ['rate<0.10'] })
 */
export function socketThresholds(spec, { chosen, vus, stages }, byProfile) {
  if (spec.sockets === undefined) {
    return {};
  }
  const heavy = chosen !== undefined && heavyProfiles.includes(chosen);
  const planned = vus * env.WS_SOCKETS;
  const wanted = Math.floor(planned * OPENED_SHARE);
  const slo = /** @type {{ sockets?: Thresholds } | undefined} */ (
    env.SLO === undefined ? undefined : sloSets[env.SLO]
  );
  const loadSized = chosen === undefined || loadSizedProfiles.includes(chosen);
  return {
    ...surfaced(stages),
    ...(heavy ? inPlaceOfRequests(byProfile) : spec.thresholds),
    ...recoveryOf(byProfile, stages),
    // Where others hear a lot, a silent socket hardly shows in the share of what went wrong.
    ...(!heavy && {
      'ws_failures{cause:no_message}': [`count<${Math.max(1, Math.ceil(planned * SILENT_SHARE))}`],
    }),
    ws_connections: [`count>${wanted}`],
    ws_messages_received: ['count>0'],
    // One late answer on a busy machine is no verdict; a server that never answers is.
    ws_close_answered: ['rate>0.5'],
    ...(loadSized ? slo?.sockets : {}),
  };
}

/**
 * @param {{ name: string }[]} stages
 * @returns {Thresholds}
 */
function surfaced(stages) {
  const keys = Object.keys(SOCKET_CAUSES).map((cause) => `ws_failures{cause:${cause}}`);
  keys.push(...REFUSALS.map((status) => `ws_sessions{status:${status}}`));
  for (const { name } of stages) {
    for (const metric of STAGE_METRICS) {
      keys.push(`${metric}{stage:${name}}`);
    }
  }
  return Object.fromEntries(keys.map((key) => [key, []]));
}

const STAGE_METRICS = ['ws_connections', 'ws_messages_received', 'ws_errors', 'ws_message_latency'];

/** Answers to an upgrade that are counted one by one: k6 tells them by a tag only. */
const REFUSALS = [200, 301, 302, 400, 401, 403, 404, 426, 429, 500, 502, 503, 504];

/** What a target on requests means for sockets. */
const SOCKET_METRICS = /** @type {Record<string, string>} */ ({
  http_req_failed: 'ws_errors',
  http_req_duration: 'ws_message_latency',
});

/**
 * @param {Thresholds} targets
 * @returns {Thresholds}
 */
function inPlaceOfRequests(targets) {
  return Object.fromEntries(
    Object.entries(SOCKET_METRICS)
      .filter(([request]) => targets[request] !== undefined)
      .map(([request, socket]) => [socket, targets[request]]),
  );
}

/**
 * @param {Thresholds} targets
 * @param {{ name: string }[]} stages
 * @returns {Thresholds} after the peak of a spike
 */
function recoveryOf(targets, stages) {
  const errors = targets['http_req_failed{stage:recovery}'];
  return errors !== undefined && stages.some(({ name }) => name === 'recovery')
    ? { 'ws_errors{stage:recovery}': errors }
    : {};
}

/**
 * @param {any} metrics what k6 hands to `handleSummary`
 * @param {TestSpec} spec
 * @param {string[]} stages
 * @returns {SocketFigures | null} null for tests without sockets
 */
export function socketFigures(metrics, spec, stages) {
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
 * @param {Pick<Summary, 'thresholds'> & { sockets?: SocketFigures | null }} evidence
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
  const late = thresholds.find(({ ok, metric }) => !ok && metric === 'ws_message_latency');
  if (late && sockets.latency !== null) {
    return [`${sockets.name}: messages too late, p95 ${sockets.latency.p95} ms`];
  }
  return sockets.connections === 0
    ? [`${sockets.name}: no connection was ever opened`]
    : sockets.received === 0
      ? [`${sockets.name}: no message ever came on ${sockets.connections} connections`]
      : [];
}

/**
 * @param {SocketFigures} sockets
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
 * @param {SocketFigures | null | undefined} sockets
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
