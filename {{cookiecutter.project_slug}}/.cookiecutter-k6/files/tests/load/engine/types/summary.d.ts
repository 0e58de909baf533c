/** Milliseconds. */
export interface Durations {
  avg: number;
  min: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

/** Latency by share of the requests; both lists are equally long. */
export interface Distribution {
  /** Percent of the requests, 0 to 100. */
  percentiles: number[];
  /** Milliseconds within which that share was answered. */
  ms: number[];
}

export interface CheckCounts {
  passes: number;
  fails: number;
}

/** Figures of one endpoint or one load step. */
export interface Figures {
  name: string;
  requests: number;
  /** Per second: of the whole run; of a load step, while it lasted. */
  requestRate: number;
  errors: number;
  /** Percent, 0 to 100. */
  errorRate: number;
  checks: CheckCounts;
  /** null when there was no request. */
  duration: Durations | null;
}

/** Failed requests by cause; only causes that occurred. */
export type ErrorTypes = Record<string, number>;

export interface EndpointFigures extends Figures {
  /** Method and path, such as `GET /items/{id}`; left out for what is no part of the test itself. */
  request?: string;
  errorTypes: ErrorTypes;
}

export interface Totals extends Omit<Figures, 'name'> {
  errorTypes: ErrorTypes;
  iterations: number;
  droppedIterations: number;
  scriptErrors: number;
  /** Bytes. */
  dataReceived: number;
  dataSent: number;
}

export interface ThresholdResult {
  /** Metric, with its tag when it is a sub-metric. */
  metric: string;
  expression: string;
  /** Measured, and the condition holds. */
  ok: boolean;
  /** The figure the expression is about; null when there was none. */
  value: number | null;
  unit: 'ms' | '';
  /** False when no sample ever came: k6 passes such a threshold, the verdict does not. */
  measured: boolean;
}

/** Figures that only one kind of test has. */
export interface SummaryTable {
  title: string;
  head: string[];
  /** As many cells as the head has. */
  rows: (string | number | null)[][];
}

export interface FailedCheck extends CheckCounts {
  name: string;
}

/** results/<run>/summary.json */
export interface Summary {
  schema: number;
  passed: boolean;
  /** Why not, at most five: root causes first, each with what to do about it. Empty when passed. */
  reasons: string[];
  /** Failed, and nothing is wrong but latencies above the baseline: worth a second look. */
  onlySlower: boolean;
  timestamp: string;
  scenario: string;
  targetVUs: number;
  peakVUs: number;
  run: {
    id: string | null;
    test: string;
    profile: string;
    profileSet: string;
    project: string;
    environment: string;
    target: string;
    durationMs: number;
    plannedMs: number;
    gitCommit: string | null;
    k6Version: string | null;
    suiteVersion: string;
    /** How many k6 had a part in it, when it was more than one. */
    segments?: number;
  };
  metrics: Totals;
  endpoints: EndpointFigures[];
  /** Figures that only this kind of test has. */
  tables?: SummaryTable[];
  stages: Figures[];
  /** The first load step at which the service missed its targets; null when none did. */
  breakingStage: { name: string; reason: string } | null;
  thresholds: ThresholdResult[];
  failedChecks: FailedCheck[];
  /** Endpoints that were requested and never checked: judged by status and time only. */
  unchecked?: string[];
  /** Of all measured requests; null when there was none. */
  distribution: Distribution | null;
  /** Beside the baseline; null when the run was not compared. */
  comparison: Comparison | null;
}

export interface Comparison {
  baseline: { name: string; runs: number; timestamp: string; gitCommit: string | null };
  endpoints: ComparedEndpoint[];
}

export interface ComparedEndpoint {
  name: string;
  /** Name in the baseline, when the endpoint was renamed since. */
  was?: string;
  /** The metric compared, when it is not the duration of requests. */
  metric?: string;
  status: 'ok' | 'slower' | 'failing' | 'missing' | 'new';
  /** p95 in milliseconds. */
  baseline: number | null;
  current: number | null;
  /** Percent. */
  change: number | null;
  /** The runs of the baseline differed too much: the limit does not allow for all of it. */
  noisy?: boolean;
  /** Highest p95 that passes, milliseconds. */
  limit: number | null;
}
