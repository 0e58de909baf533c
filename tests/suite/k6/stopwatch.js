import { sleep } from 'k6';
import { stopwatch } from '../engine/vu/stopwatch.js';
import { equal, expectations } from './expect.js';

export const options = expectations(8);

const real = Date.now;

/** What a stopwatch shows of 200 ms, in which the clock is set. @param {number} by milliseconds */
function measured(by, pauseMs = 0) {
  const elapsed = stopwatch(pauseMs);
  sleep(0.1);
  elapsed();
  Date.now = () => real() + by;
  elapsed();
  sleep(0.1);
  const found = elapsed();
  Date.now = real;
  return found;
}

export default function waits() {
  for (const by of [0, 3_600_000, -3_600_000, 61_000, -1000]) {
    const found = measured(by);
    equal(`a clock that is set by ${by} ms: ${found}`, found >= 195 && found < 1000, true);
  }
  equal('a pause that was announced counts', measured(90_000, 60_000) > 90_000, true);
  equal('a longer one does not', measured(130_000, 60_000) < 1000, true);
  const elapsed = stopwatch();
  Date.now = () => real() - 3_600_000;
  elapsed();
  Date.now = real;
  equal('back and forth', elapsed() < 1000, true);
}
