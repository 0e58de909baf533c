/**
 * One packet of Socket.IO 5 over Engine.IO 4, the way it stands in a text frame.
 *
 * @typedef {object} Packet
 * @property {'open' | 'close' | 'ping' | 'pong' | 'noop' | 'connect' | 'disconnect' | 'event' | 'ack'
 *   | 'error' | 'binary' | 'unknown'} kind
 * @property {string} namespace
 * @property {number | undefined} id of the acknowledgement wanted or given
 * @property {any} data undefined when there is none or it is no JSON
 * @property {boolean} readable false when the data is no JSON
 */

const ENGINE = /** @type {Record<string, Packet['kind']>} */ ({
  0: 'open',
  1: 'close',
  2: 'ping',
  3: 'pong',
  6: 'noop',
});

const SOCKET = /** @type {Record<string, Packet['kind']>} */ ({
  0: 'connect',
  1: 'disconnect',
  2: 'event',
  3: 'ack',
  4: 'error',
  5: 'binary',
  6: 'binary',
});

const MESSAGE = /^4([0-6])(?:\d+-)?(\/[^,]*)?,?(\d+)?([\s\S]*)$/;

/**
 * Reads a text frame. Never throws.
 *
 * @param {string} text
 * @returns {Packet}
 * @example decode('42/live,7["typing",{}]') // { kind: 'event', namespace: '/live', id: 7, data: ['typing', {}], ... }
 */
export function decode(text) {
  if (text[0] === '4') {
    const match = MESSAGE.exec(text);
    return match
      ? packet(SOCKET[match[1]], match[2] ?? '/', match[3], match[4])
      : packet('unknown', '/', undefined, '');
  }
  return packet(ENGINE[text[0]] ?? 'unknown', '/', undefined, text.slice(1));
}

/**
 * @param {Packet['kind']} kind
 * @param {string} namespace
 * @param {string | undefined} id
 * @param {string} json
 * @returns {Packet}
 */
function packet(kind, namespace, id, json) {
  const whole = { kind, namespace, id: id === undefined ? undefined : Number(id) };
  // What a ping carries is not JSON, and nobody's business.
  if (json === '' || kind === 'ping' || kind === 'pong') {
    return { ...whole, data: undefined, readable: true };
  }
  try {
    return { ...whole, data: JSON.parse(json), readable: true };
  } catch {
    return { ...whole, data: undefined, readable: false };
  }
}

/**
 * Writes a packet of Socket.IO.
 *
 * @param {'connect' | 'disconnect' | 'event'} kind
 * @param {string} namespace
 * @param {unknown} [data]
 * @param {number} [id] asks for an acknowledgement under this number
 * @returns {string}
 * @example encode('event', '/', ['typing', {}], 7) // '427["typing",{}]'
 */
export function encode(kind, namespace, data, id) {
  const type = { connect: 0, disconnect: 1, event: 2 }[kind];
  const where = namespace === '/' ? '' : `${namespace},`;
  return `4${type}${where}${id ?? ''}${data === undefined ? '' : JSON.stringify(data)}`;
}
