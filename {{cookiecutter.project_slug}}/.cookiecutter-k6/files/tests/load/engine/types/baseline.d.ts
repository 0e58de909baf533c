import type { FeatureLoad } from './features.js';

/** What several runs had in common: their median, and how much they differed (a share of it). */
export interface Typical {
  median: number;
  /** null when fewer than three runs were saved. */
  spread: number | null;
}

/** Metrics of what is no request and is compared like an endpoint. */
export interface SignalMetrics {
  duration: string;
  errors: string;
  count: string;
}

/** What a run is compared by: an endpoint, or another signal. */
export interface Subject {
  name: string;
  method?: string;
  url?: string;
  /** Instead of method and URL. */
  request?: string;
  metrics?: SignalMetrics;
}

/** Figures of a subject in one run. */
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
  /** Method and path: finds an endpoint again that was renamed. */
  request: string;
  /** Left out for requests. */
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
  /** 1 when left out, as in files from before it was known. */
  maxNoise?: number;
  errorSlack: number;
}
