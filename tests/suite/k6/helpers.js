import {
  formatBytes,
  generateTestId,
  generateTicket,
  randomBetween,
  randomInt,
  randomItem,
  uuid,
  weightedRandom,
} from '../lib/helpers.js';
import { equal, expectations, holds, throws } from './expect.js';

const ROUNDS = 2000;
const many = (make) => Array.from({ length: ROUNDS }, make);

export const options = expectations(30);

export default function helpers() {
  const sizes = {
    0: '0 B',
    1: '1 B',
    1023: '1023 B',
    1024: '1.00 KB',
    1536: '1.50 KB',
    1048575: '1024.00 KB',
    1048576: '1.00 MB',
    1572864: '1.50 MB',
    5368709120: '5120.00 MB',
  };
  for (const [bytes, text] of Object.entries(sizes)) {
    equal(`${bytes} bytes`, formatBytes(Number(bytes)), text);
  }

  const ids = many(generateTestId);
  holds(
    'test ids look right',
    ids.every((id) => /^test-\d{13}-[0-9a-z]{9}$/.test(id)),
  );
  equal('test ids differ', new Set(ids).size, ROUNDS);
  const uuids = many(uuid);
  holds(
    'uuids are of version 4',
    uuids.every((id) =>
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
    ),
  );
  equal('uuids differ', new Set(uuids).size, ROUNDS);

  const floats = many(() => randomBetween(0.5, 1));
  holds(
    'between the bounds',
    floats.every((x) => x >= 0.5 && x < 1),
  );
  holds(
    'fractions',
    floats.some((x) => x > 0.55 && x < 0.95),
  );
  equal('a point', randomBetween(2, 2), 2);
  equal(
    'every number of a die',
    [...new Set(many(() => randomInt(1, 6)))].sort(),
    [1, 2, 3, 4, 5, 6],
  );
  equal('one number', randomInt(7, 7), 7);
  equal('every item', [...new Set(many(() => randomItem(['a', 'b', 'c'])))].sort(), [
    'a',
    'b',
    'c',
  ]);
  throws('no items', () => randomItem([]), /empty/);

  const next = weightedRandom([
    { weight: 0.7, value: 'a' },
    { weight: 0.2, value: 'b' },
    { weight: 0.1, value: 'c' },
  ]);
  const chosen = many(next);
  const share = (value) => chosen.filter((one) => one === value).length / ROUNDS;
  holds('seven in ten', Math.abs(share('a') - 0.7) < 0.06);
  holds('two in ten', Math.abs(share('b') - 0.2) < 0.06);
  holds('one in ten', Math.abs(share('c') - 0.1) < 0.06);
  equal(
    'thirds add up to one',
    weightedRandom([1, 2, 3].map((value) => ({ weight: 1 / 3, value })))() > 0,
    true,
  );
  equal('a single choice', weightedRandom([{ weight: 1, value: 'x' }])(), 'x');
  throws('too little', () => weightedRandom([{ weight: 0.5, value: 1 }]), /add up to 1, got 0.5/);
  throws(
    'too much',
    () =>
      weightedRandom([
        { weight: 1, value: 1 },
        { weight: 0.5, value: 2 },
      ]),
    /add up to 1/,
  );
  throws(
    'negative',
    () =>
      weightedRandom([
        { weight: 2, value: 1 },
        { weight: -1, value: 2 },
      ]),
    /above 0/,
  );
  throws('not a number', () => weightedRandom([{ weight: NaN, value: 1 }]), /add up to 1/);
  throws('nothing', () => weightedRandom([]), /add up to 1/);

  const tickets = many(generateTicket);
  holds(
    'titles hold the time',
    tickets.every(({ title }) => /\d{13}$/.test(title)),
  );
  holds(
    'descriptions hold an ISO time',
    tickets.every(({ description }) => /\d{4}-\d\d-\d\dT/.test(description)),
  );
  equal('every priority', [...new Set(tickets.map(({ priority }) => priority))].sort(), [
    'HIGH',
    'LOW',
    'MEDIUM',
    'URGENT',
  ]);
}
