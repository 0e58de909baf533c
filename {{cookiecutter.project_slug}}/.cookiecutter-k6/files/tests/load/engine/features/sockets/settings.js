import { choice, duration, integer, list, path, text } from '../../settings/kinds.js';
import { parseSocketUrl } from './socket-settings.js';

/** Settings of the WebSocket test. */
export const settings = {
  WS_PROTOCOL: choice(
    /** @type {const} */ (['raw', 'missions', 'socketio']),
    'raw',
    'What is spoken on sockets; chooses the row of `config/sockets.js`',
  ),
  WS_URL: {
    ...text(
      '',
      'Where the sockets are; default `BASE_URL` as ws:// or wss://, followed by `WS_PATH`',
    ),
    /** @param {string} raw */
    read: (raw) => parseSocketUrl(raw)?.href,
    accepts:
      'ws:// or wss://, a host, optionally a port and a path, such as ws://localhost:8000/ws',
  },
  WS_PATH: path(
    '',
    'Path of the sockets from the base; default by protocol, `/ws` or `/socket.io/`',
  ),
  WS_NAMESPACE: path('/', 'Namespace of Socket.IO'),
  WS_CHANNELS: list([], 'Channels that sockets subscribe to in turn; default by protocol'),
  WS_SOCKETS: integer(1, 10000, 1, 'Sockets per virtual user'),
  WS_SESSION: duration(undefined, 'How long a socket stays open; default by protocol, 30s or 60s'),
  WS_CLOCK: choice(
    /** @type {const} */ (['ask', 'assume']),
    undefined,
    "Whether sockets ask for the service's time, to correct timestamps, or assume that the clocks agree; default by protocol, `assume` or `ask`",
  ),
  WS_TOKEN_IN: choice(
    /** @type {const} */ (['query', 'header', 'message']),
    'query',
    'Where a socket carries the token: `?token=`, a bearer header, or the connect packet of Socket.IO',
  ),
};
