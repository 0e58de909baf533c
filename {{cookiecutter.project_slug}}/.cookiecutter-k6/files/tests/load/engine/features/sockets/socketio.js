import { decode, encode } from './engineio.js';

/** @typedef {import('./types.js').Dialect} Dialect */
/** @typedef {import('./types.js').DialectHooks} DialectHooks */
/** @typedef {import('./types.js').Session} Session */

/**
 * Speaks Socket.IO: opens, joins a namespace, answers pings, sends events and knows their acknowledgements.
 *
 * @param {DialectHooks} hooks what to do with what was heard
 * @param {string} namespace such as `/`
 * @param {() => string} connectToken sent with the connect packet; empty: none
 * @returns {Dialect}
 * @example const dialect = socketio(hooks, '/', () => '');
 */
export function socketio(hooks, namespace, connectToken) {
  /** @type {Partial<Record<import('./engineio.js').Packet['kind'], (session: Session, packet: import('./engineio.js').Packet, at: number) => void>>} */
  const handlers = {
    open(session, { data }) {
      session.heartbeatMs = data.pingInterval + data.pingTimeout;
      hooks.alive(session);
      const token = connectToken();
      session.socket.send(encode('connect', namespace, token === '' ? undefined : { token }));
    },
    ping(session) {
      session.socket.send('3');
      hooks.alive(session);
    },
    connect: hooks.ready,
    error: (session, { data }) => hooks.end(session, 'rejected', data?.message),
    disconnect: (session) => hooks.end(session, 'closed', 'disconnected from the namespace'),
    close: (session) => hooks.end(session, 'closed', 'Engine.IO close packet'),
    event: (session, { data }, at) => hooks.news(session, data[1], at),
    ack(session, { id, data }, at) {
      hooks.answered(session, id, data[0], at);
    },
    binary: (session) => hooks.binary(session),
    noop() {},
  };
  return {
    query: 'EIO=4&transport=websocket',
    opened() {},
    say(session, { event, message, ack }) {
      session.asked += ack ? 1 : 0;
      const id = ack ? session.asked : undefined;
      session.socket.send(encode('event', namespace, [event, message], id));
      return id;
    },
    read(session, text, at) {
      const packet = decode(text);
      const handle = handlers[packet.kind];
      if (handle === undefined || !isWhole(packet)) {
        hooks.unreadable(session, text);
      } else if (packet.namespace === namespace || packet.namespace === '/') {
        handle(session, packet, at);
      }
    },
    goodbye: (session) => session.socket.send(encode('disconnect', namespace)),
  };
}

/**
 * @param {import('./engineio.js').Packet} packet
 * @returns {boolean} whether its data is what this kind of packet carries
 */
function isWhole({ kind, readable, data }) {
  if (kind === 'open') {
    return readable && data?.pingInterval > 0 && data.pingTimeout >= 0;
  }
  return readable && (kind !== 'event' && kind !== 'ack' ? true : Array.isArray(data));
}
