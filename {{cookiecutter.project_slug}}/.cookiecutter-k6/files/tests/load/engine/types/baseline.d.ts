import type { FeatureLoad } from './features.js';

/** Median of several runs, and their relative spread. */
export interface Typical {
  median: number;
  /** null when fewer than three runs were saved. */
  spread: number | null;
}

/** Metrics of a signal that is not a request but compared like an endpoint. */
export interface SignalMetrics {
  duration: string;
  errors: string;
  count: string;
}

/** Something that a baseline compares: an endpoint, or another signal. */
export interface Subject {
  name: string;
  method?: string;
  url?: string;
  /** Used instead of method and URL. */
  request?: string;
  metrics?: SignalMetrics;
}

/** Measured values of a subject in one run. */
export interface MeasuredRow {
  name: string;
  request?: string;
  metrics?: SignalMetrics;
  duration: import('./summary.js').Durations | null;
  /** Percent. */
  errorRate: number;
  requestRate: number;
}

export interface BaselineEndpoint {
  name: string;
  /** Method and path, to recognise renamed endpoints. */
  request: string;
  /** Undefined for HTTP endpoints. */
  metrics?: SignalMetrics;
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
export interface Baseline extends FeatureLoad {
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
  /** Default 1, for files that were written before this option existed. */
  maxNoise?: number;
  errorSlack: number;
}
