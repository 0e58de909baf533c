/**
 * WebSocket conversations: messages, durations and thresholds. `WS_PROTOCOL` selects the row.
 *
 * `{channel}` in a message is replaced with the channel that the socket subscribes to. Field names are those of the
 * service's messages. Times are in seconds unless the name says otherwise. `messageWithin: 0` lets a socket stay silent,
 * `timeField: ''` measures no latency, without `clock` the clocks are taken to agree.
 */

/** @typedef {import('../engine/features/sockets/types.js').Conversation} Conversation */

/** @satisfies {Record<string, Conversation>} */
export const conversations = {
  /** JSON text messages. Something said has an `answer`, a type of message, only if the service always sends one. */
  raw: {
    path: '/ws',
    channels: ['missions'],
    openFor: 30,
    messageWithin: 10,
    timeField: 'timestamp',
    timed: false,
    idField: 'id',
    requiredField: 'type',
    confirmations: ['welcome', 'subscribed', 'ack'],
    subscribe: { message: { type: 'subscribe', channel: '{channel}' } },
    clock: { message: { type: 'ping' }, answer: 'pong', every: 25 },
    asksClock: false,
    says: [],
    defaultLoad: {
      scenario: 'websocket',
      shape: { executor: 'constant-vus', vus: 10, duration: '1m' },
    },
    thresholds: {
      ws_errors: ['rate<0.01'],
      ws_message_latency: ['p(95)<500'],
    },
  },

  /**
   * JSON text messages of an agent server: it confirms no subscription, has no clock, and sends messages without time
   * stamps, and only when a mission changes. Judged is that sockets open, stay open, and that every message is one.
   */
  missions: {
    path: '/ws',
    channels: ['missions'],
    openFor: 30,
    messageWithin: 0,
    timeField: '',
    timed: false,
    idField: 'id',
    requiredField: 'type',
    subscribe: { message: { type: 'subscribe', channel: '{channel}' } },
    asksClock: false,
    says: [],
    defaultLoad: {
      scenario: 'websocket',
      shape: { executor: 'constant-vus', vus: 10, duration: '1m' },
    },
    thresholds: { ws_errors: ['rate<0.01'] },
  },

  /** Socket.IO 3 and later (Engine.IO 4). Add `ack: true` to events that the service acknowledges. */
  socketio: {
    path: '/socket.io/',
    channels: ['tickets:org_123'],
    openFor: 60,
    messageWithin: 10,
    timeField: 'timestamp',
    timed: true,
    idField: 'id',
    requiredField: '',
    subscribe: { event: 'subscribe', message: '{channel}' },
    clock: { event: 'time', ack: true, every: 25 },
    asksClock: true,
    says: [{ event: 'typing', message: { ticketId: 'ticket_123' }, after: 5 }],
    defaultLoad: {
      scenario: 'websocket',
      shape: {
        executor: 'ramping-vus',
        startVUs: 0,
        gracefulRampDown: '30s',
        stages: [
          { duration: '2m', target: 100 },
          { duration: '5m', target: 500 },
          { duration: '5m', target: 1000 },
          { duration: '2m', target: 0 },
        ],
      },
    },
    thresholds: {
      ws_errors: ['rate<0.01'],
      ws_message_latency: ['p(95)<100'],
    },
  },
};

/** Minimum fraction of the planned peak sockets that must open: 500 of 1,000. */
export const OPENED_SHARE = 0.5;

/** Maximum fraction of sockets without a message for `messageWithin` seconds; below 100 sockets, none may be silent. */
export const SILENT_SHARE = 0.01;

/** Thresholds that `SLO=<name>` adds to the profiles in `loadSizedProfiles`. */
export const sloSets = {
  target: { ws_open_at_peak: ['count>10000'] },
  critical: { ws_open_at_peak: ['count>5000'] },
};
