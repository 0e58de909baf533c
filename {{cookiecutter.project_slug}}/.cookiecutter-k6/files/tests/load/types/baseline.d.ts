/** What several runs had in common: their median, and how much they differed (a share of it). */
export interface Typical {
  median: number;
  /** null when fewer than three runs were saved. */
  spread: number | null;
}

export interface BaselineEndpoint {
  name: string;
  /** Method and path: finds an endpoint again that was renamed. */
  request: string;
  /** Milliseconds. */
  p50: Typical;
  p95: Typical;
  p99: Typical;
  /** Percent. */
  errorRate: { median: number; max: number };
  /** Per second. */
  requestRate: number;
}

/** baselines/<name>.json */
export interface Baseline {
  schema: number;
  name: string;
  test: string;
  profile: string;
  scenario: string;
  targetVUs: number;
  plannedMs: number;
  runs: number;
  passed: boolean;
  timestamp: string;
  target: string;
  gitCommit: string | null;
  k6Version: string | null;
  /** Sorted by name. */
  endpoints: BaselineEndpoint[];
}

/** config/regression.js */
export interface RegressionRule {
  tolerance: number;
  slackMs: number;
  falseAlarms: number;
  errorSlack: number;
}
