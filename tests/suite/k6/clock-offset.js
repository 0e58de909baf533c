import { latencyMs, learn, newClock, toMs } from '../engine/features/sockets/clock-offset.js';
import { equal, expectations } from './expect.js';

export const options = expectations(20);

export default function clocks() {
  const clock = newClock();
  equal('unknown: clocks agree', latencyMs(clock, 1000, 1030), 30);
  equal('unknown and from the future: zero', latencyMs(clock, 2000, 1000), 0);

  equal('the first answer counts', learn(clock, 1000, 6050, 1100), true);
  equal('offset', clock.offsetMs, 5000);
  equal('server ahead', latencyMs(clock, 6000, 1030), 30);
  equal('never negative', latencyMs(clock, 6100, 1050), 0);

  equal('a slower answer does not', learn(clock, 2000, 7200, 2300), false);
  equal('offset stays', clock.offsetMs, 5000);
  equal('a quicker one does', learn(clock, 3000, 8015, 3020), true);
  equal('offset is better', clock.offsetMs, 5005);
  equal('an old measurement gives way', learn(clock, 300000, 305100, 300100), true);
  equal('offset is newer', clock.offsetMs, 5050);

  const behind = newClock();
  learn(behind, 10000, 4010, 10020);
  equal('server behind', latencyMs(behind, 4100, 10150), 50);

  equal('milliseconds', toMs(1767225600000), 1767225600000);
  equal('seconds', toMs(1767225600), 1767225600000);
  equal('ISO text', toMs('2026-01-01T00:00:00Z'), 1767225600000);
  for (const stamp of [undefined, null, '', 'soon', {}, true]) {
    equal(`${JSON.stringify(stamp)} is no time`, Number.isNaN(toMs(stamp)), true);
  }
}
