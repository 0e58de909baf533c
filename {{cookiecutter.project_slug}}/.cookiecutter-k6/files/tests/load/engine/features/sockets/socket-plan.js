// Options and thresholds of a WebSocket test. Loaded outside the VUs only.

import encoding from 'k6/encoding';
import { conversations, OPENED_SHARE, SILENT_SHARE, sloSets } from '../../../config/sockets.js';
import { env } from '../../../lib/config.js';
import { parseDuration } from '../../settings/duration.js';
import { heavyProfiles, loadSizedProfiles } from '../../settings/user-files.js';
import { plannedMs } from '../../plan/profiles.js';
import { REFUSALS, SOCKET_CAUSES } from './socket-causes.js';

/** @typedef {import('../../types/suite.js').TestSpec} TestSpec */
/** @typedef {import('../../types/suite.js').Thresholds} Thresholds */
/** @typedef {import('../../types/suite.js').Shape} Shape */

/** TIME_SCALE does not shorten a session below this, milliseconds. */
const SHORTEST_SESSION_MS = 1000;

/**
 * Returns the row of config/sockets.js for WS_PROTOCOL, with the settings applied: channels, session length and
 * address.
 *
 * @returns {import('./types.js').PlannedConversation}
 * @throws if there is no such row
 * @example plannedConversation().address.url // 'ws://localhost:8000/ws'
 */
export function plannedConversation() {
  const rows = /** @type {Record<string, import('./types.js').Conversation>} */ (conversations);
  const row = rows[env.WS_PROTOCOL];
  if (row === undefined) {
    throw new Error(
      `WS_PROTOCOL=${env.WS_PROTOCOL}: config/sockets.js has no such row, expected one of ${Object.keys(rows).join(', ')}`,
    );
  }
  const openForMs = row.openFor * 1000;
  return {
    ...row,
    clock: (env.WS_CLOCK ?? (row.asksClock ? 'ask' : 'assume')) === 'ask' ? row.clock : undefined,
    channels: env.WS_CHANNELS.length > 0 ? env.WS_CHANNELS : row.channels,
    openForMs,
    sessionMs:
      env.socket.sessionMs ??
      Math.max(SHORTEST_SESSION_MS, openForMs * Math.min(1, env.TIME_SCALE)),
    address: addressOf(row),
  };
}

/**
 * @param {{ path: string }} row
 * @returns {import('./types.js').PlannedConversation['address']}
 */
function addressOf({ path: usual }) {
  const { href, masked, path } = env.socket;
  const whole = env.WS_URL !== '' && path !== '';
  const rest = whole ? '' : env.WS_PATH || usual;
  // Socket.IO servers require the trailing slash, which parsing removed from the address.
  const tail = env.WS_PROTOCOL === 'socketio' && whole ? '/' : rest;
  const credentials = /\/\/([^@/]*)@/.exec(href)?.[1];
  return {
    // k6 ignores credentials in the address of a socket.
    url: `${href.replace(/\/\/[^@/]*@/, '//')}${tail}`,
    shown: `${masked}${tail}`,
    headers: {
      ...env.requestHeaders,
      ...(credentials && {
        Authorization: `Basic ${encoding.b64encode(decodeURIComponent(credentials))}`,
      }),
    },
  };
}

/**
 * What a test of sockets has to meet:
 *
 * - its own targets or, under a profile that overloads the service, what that profile asks of requests;
 * - as proof that it measured: enough connections for the users planned, and messages that came;
 * - metrics by cause and load step, without a condition.
 *
 * @param {TestSpec} spec
 * @param {{ chosen: string | undefined, vus: number, stages: { name: string }[] }} load
 * @param {Thresholds} byProfile targets of the profile
 * @returns {Thresholds} empty for tests without sockets
 * @example socketThresholds(spec, load, { http_req_failed: ['rate<0.10'] })
 */
export function socketThresholds(spec, { chosen, vus, stages }, byProfile) {
  if (spec.sockets === undefined) {
    return {};
  }
  const heavy = chosen !== undefined && heavyProfiles.includes(chosen);
  const planned = vus * env.WS_SOCKETS;
  const wanted = Math.floor(planned * OPENED_SHARE);
  const { messageWithin, timeField } = plannedConversation();
  const slo = /** @type {Record<string, Thresholds>} */ (sloSets)[env.SLO ?? ''];
  const loadSized = chosen === undefined || loadSizedProfiles.includes(chosen);
  return {
    ...surfaced(stages),
    ...(heavy ? inPlaceOfRequests(byProfile, timeField !== '') : spec.thresholds),
    ...recoveryOf(byProfile, stages),
    // Where others hear a lot, a silent socket hardly shows in the share of what went wrong.
    ...(!heavy && {
      'ws_failures{cause:no_message}': [`count<${Math.max(1, Math.ceil(planned * SILENT_SHARE))}`],
    }),
    ws_connections: [`count>${wanted}`],
    ws_messages_received: messageWithin > 0 ? ['count>0'] : [],
    // One late answer on a busy machine is no verdict; a server that never answers is.
    ws_close_answered: ['rate>0.5'],
    ...(loadSized ? slo : {}),
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

/** What a target on requests means for sockets. */
const SOCKET_METRICS = /** @type {Record<string, string>} */ ({
  http_req_failed: 'ws_errors',
  http_req_duration: 'ws_message_latency',
});

/**
 * @param {Thresholds} targets
 * @param {boolean} isTimed whether messages have a time stamp
 * @returns {Thresholds}
 */
function inPlaceOfRequests(targets, isTimed) {
  return Object.fromEntries(
    Object.entries(SOCKET_METRICS)
      .filter(([request, socket]) => targets[request] && (isTimed || socket === 'ws_errors'))
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
 * The middle of the highest load: of the last stage that holds it, else the moment it is reached.
 *
 * @param {Shape} shape
 * @returns {number} milliseconds after the start
 * @example peakMs({ executor: 'constant-vus', vus: 20, duration: '30m' }) // 900000
 */
export function peakMs(shape) {
  if (!('stages' in shape)) {
    return plannedMs(shape) / 2;
  }
  const peak = Math.max(...shape.stages.map((stage) => stage.target));
  let [elapsed, found, before] = [0, 0, 0];
  for (const { duration, target } of shape.stages) {
    const length = parseDuration(duration);
    if (target === peak) {
      found = before === peak ? elapsed + length / 2 : elapsed + length;
    }
    elapsed += length;
    before = target;
  }
  return found;
}

/** @type {import('../../types/features.js').PlanHooks} */
export const planHooks = {
  targets: () => [{ ...env.socket, setting: 'WS_URL' }],
  load: (spec) => (spec.sockets === undefined ? {} : { sockets: env.WS_SOCKETS }),
  thresholds: socketThresholds,
  series: ({ sockets }) => (sockets === undefined ? undefined : [sockets]),
  feeds: (spec, metric) => (metric.startsWith('ws_') ? spec.sockets !== undefined : undefined),
};
