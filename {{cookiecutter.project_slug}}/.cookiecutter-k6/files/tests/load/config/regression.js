/**
 * When a run counts as slower than its baseline (`--compare`). An endpoint's p95 may exceed the baseline's median
 * by the largest of these:
 *
 * - `tolerance`, a share of the median: what a change may cost without being worth a red build;
 * - `slackMs`, milliseconds: below that, a share of the median is only noise;
 * - what the runs of the baseline differed among themselves, so that at most a share of `falseAlarms` of the runs
 *   of an unchanged service fail. More runs in the baseline make this tighter. Noise counts up to `maxNoise`, a
 *   share of the median: runs that differ more would make a limit that nothing ever crosses. `--save-baseline`
 *   names such endpoints.
 *
 * The rate of failed requests may exceed the worst run of the baseline by `errorSlack`, a share of the requests.
 */
export const regression = {
  tolerance: 0.1,
  slackMs: 1,
  falseAlarms: 0.01,
  maxNoise: 1,
  errorSlack: 0.005,
};
