import { decode, encode } from '../engine/features/sockets/engineio.js';
import { equal, expectations } from './expect.js';

const PACKETS = [
  ['0{"sid":"a","pingInterval":25000,"pingTimeout":20000}', 'open', '/', undefined],
  ['1', 'close', '/', undefined],
  ['2', 'ping', '/', undefined],
  ['2probe', 'ping', '/', undefined],
  ['3', 'pong', '/', undefined],
  ['6', 'noop', '/', undefined],
  ['40{"sid":"b"}', 'connect', '/', undefined],
  ['40/live,{"sid":"b"}', 'connect', '/live', undefined],
  ['41/live,', 'disconnect', '/live', undefined],
  ['41', 'disconnect', '/', undefined],
  ['42["news",{"a":1}]', 'event', '/', undefined],
  ['42/live,["news, and more"]', 'event', '/live', undefined],
  ['427["ask"]', 'event', '/', 7],
  ['42/live,12["ask"]', 'event', '/live', 12],
  ['437[{"ok":true}]', 'ack', '/', 7],
  ['43/live,12[]', 'ack', '/live', 12],
  ['44{"message":"no"}', 'error', '/', undefined],
  ['44/live,{"message":"no"}', 'error', '/live', undefined],
  ['451-["picture",{"_placeholder":true,"num":0}]', 'binary', '/', undefined],
  ['461-/live,3[{"_placeholder":true,"num":0}]', 'binary', '/live', 3],
  ['', 'unknown', '/', undefined],
  ['4', 'unknown', '/', undefined],
  ['49', 'unknown', '/', undefined],
  ['<html>', 'unknown', '/', undefined],
];

export const options = expectations(85);

export default function packets() {
  for (const [text, kind, namespace, id] of PACKETS) {
    const found = decode(text);
    equal(`kind of ${text}`, found.kind, kind);
    equal(`namespace of ${text}`, found.namespace, namespace);
    equal(`number of ${text}`, found.id, id);
  }
  equal('data of an event', decode('42["news",{"a":[1,"]"]}]').data, ['news', { a: [1, ']'] }]);
  equal('data of an acknowledgement', decode('433[true]').data, [true]);
  equal('no data', decode('41').data, undefined);
  for (const text of ['42["news"', '42{', '40x', '0{']) {
    equal(`${text} cannot be read`, decode(text).readable, false);
  }
  equal('connect', encode('connect', '/'), '40');
  equal('connect with data', encode('connect', '/live', { token: 't' }), '40/live,{"token":"t"}');
  equal('event', encode('event', '/', ['typing', {}]), '42["typing",{}]');
  equal('event that wants an answer', encode('event', '/live', ['a'], 7), '42/live,7["a"]');
  equal('number zero', encode('event', '/', ['a'], 0), '420["a"]');
  equal('disconnect', encode('disconnect', '/live'), '41/live,');
}
