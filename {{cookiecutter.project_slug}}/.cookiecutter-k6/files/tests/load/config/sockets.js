/**
 * What a WebSocket test says, for how long, and what counts as good. `WS_PROTOCOL` chooses the row.
 *
 * A message may hold `{channel}`, the channel its socket subscribes to. Names of fields are those of the
 * service's messages. Seconds, unless a name says otherwise.
 */

/** @typedef {import('../engine/features/sockets/types.js').Conversation} Conversation */

/** @satisfies {Record<string, Conversation>} */
export const conversations = {
  /** JSON texts. */
  raw: {
    path: '/ws',
    channels: ['missions'],
    openFor: 30,
    messageWithin: 10,
    timeField: 'timestamp',
    idField: 'id',
    requiredField: 'type',
    subscribe: { message: { type: 'subscribe', channel: '{channel}' }, answer: 'subscribed' },
    clock: { message: { type: 'ping' }, answer: 'pong', every: 25 },
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

  /** Socket.IO 3 and later: Engine.IO 4. `event` and what it carries; answers are acknowledgements. */
  socketio: {
    path: '/socket.io/',
    channels: ['tickets:org_123'],
    openFor: 60,
    messageWithin: 10,
    timeField: 'timestamp',
    idField: 'id',
    requiredField: '',
    subscribe: { event: 'subscribe', message: '{channel}' },
    clock: { event: 'time', every: 25 },
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

/** At least this share of the sockets planned at the peak must have been opened: 500 of 1,000. */
export const OPENED_SHARE = 0.5;

/** At most this share of them may hear nothing for `messageWithin` seconds; of fewer than a hundred none. */
export const SILENT_SHARE = 0.01;

/** Thresholds on sockets that `SLO=<name>` adds to profiles big enough for them. */
export const sloSets = {
  target: { ws_open_at_peak: ['count>10000'] },
  critical: { ws_open_at_peak: ['count>5000'] },
};
