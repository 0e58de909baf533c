/**
 * When `--compare` reports a regression. An endpoint's p95 may exceed the median of the baseline by the largest of:
 *
 * - `tolerance`: a fraction of the median; smaller slowdowns are not worth a failed build.
 * - `slackMs`: milliseconds; for fast endpoints, a fraction of the median is only noise.
 * - the noise between the runs of the baseline, chosen so that at most `falseAlarms` (a fraction) of the runs of an
 *   unchanged service fail. More runs in the baseline tighten this limit. Noise is capped at `maxNoise`, a fraction
 *   of the median: without the cap, a noisy baseline would accept anything. `--save-baseline` lists the endpoints
 *   that reach the cap.
 *
 * The rate of failed requests may exceed that of the worst baseline run by `errorSlack`, a fraction of all requests.
 */
export const regression = {
  tolerance: 0.1,
  slackMs: 1,
  falseAlarms: 0.01,
  maxNoise: 1,
  errorSlack: 0.005,
};
