/** One line of the history: a finished run. */
export interface HistoryRow {
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  commit: string | null;
  test: string;
  profile: string;
  vus: number;
  plannedMs: number;
  target: string;
  passed: boolean;
  requests: number;
  /** Per second. */
  requestRate: number;
  /** Percent. */
  errorRate: number;
  endpoints: HistoryEndpoint[];
}

export interface HistoryEndpoint {
  name: string;
  requests: number;
  /** Milliseconds; null without a response. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Percent. */
  errorRate: number;
}

/** A step in a series of values. */
export interface Change {
  /** Index of the first value after it. */
  at: number;
  /** Medians. */
  before: number;
  after: number;
  /** Percent. */
  percent: number;
  /** Whether a second value shows it too; a single one may be noise. */
  confirmed: boolean;
}

/** The p95 of one endpoint in all runs of a series. */
export interface Trend {
  name: string;
  /** Milliseconds; null where the run has no such endpoint. */
  p95: (number | null)[];
  /** Percent. */
  errorRate: (number | null)[];
  changes: Change[];
}

/** Runs that can be compared: the same test, load and target, oldest first. */
export interface Series {
  title: string;
  rows: HistoryRow[];
  trends: Trend[];
}
