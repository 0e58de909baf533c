/** A request takes no longer: more between two readings is a clock that was set, or a machine that slept. */
const LONGEST_REQUEST_MS = 60_000;

/**
 * Measures a wait. The only clock of k6's scripts is that of the machine, and somebody may set it meanwhile: then a wait
 * for a time of day would end early or never. What passes between two readings counts only if it is plausible.
 *
 * @param {number} [pauseMs] longest pause between two readings, without the requests in between
 * @returns {() => number} reads it: milliseconds since it was made
 * @example const elapsed = stopwatch(); while (!ready() && elapsed() < 30_000) { k6.sleep(1); }
 */
export function stopwatch(pauseMs = 0) {
  let last = Date.now();
  let elapsed = 0;
  return () => {
    const now = Date.now();
    const gap = now - last;
    last = now;
    elapsed += gap > 0 && gap <= pauseMs + LONGEST_REQUEST_MS ? gap : 0;
    return elapsed;
  };
}
