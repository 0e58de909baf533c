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

/** Latency by percentile; both lists are equally long. */
export interface Distribution {
  /** 0 to 100. */
  percentiles: number[];
  /** Milliseconds. */
  ms: number[];
}

export interface CheckCounts {
  passes: number;
  fails: number;
}

/** Results of one endpoint or one load step. */
export interface Metrics {
  name: string;
  requests: number;
  /** Per second: of the whole run; of a load step, while it lasted. */
  requestRate: number;
  errors: number;
  /** Percent, 0 to 100. */
  errorRate: number;
  checks: CheckCounts;
  /** null without requests. */
  duration: Durations | null;
}

/** Failed requests by cause; only causes that occurred. */
export type ErrorTypes = Record<string, number>;

export interface EndpointMetrics extends Metrics {
  /** Method and path, such as `GET /items/{id}`; undefined for endpoints that are not under test. */
  request?: string;
  errorTypes: ErrorTypes;
}

export interface Totals extends Omit<Metrics, 'name'> {
  errorTypes: ErrorTypes;
  iterations: number;
  droppedIterations: number;
  scriptErrors: number;
  /** Bytes. */
  dataReceived: number;
  dataSent: number;
}

export interface ThresholdResult {
  /** Metric, with the tag of a sub-metric. */
  metric: string;
  expression: string;
  /** Measured, and the condition holds. */
  ok: boolean;
  /** Measured value; null if there was none. */
  value: number | null;
  unit: 'ms' | '';
  /** False without samples: k6 passes such a threshold, but the verdict does not. */
  measured: boolean;
}

/** Results that only one kind of test has. */
export interface SummaryTable {
  title: string;
  head: string[];
  /** One cell per column of the head. */
  rows: (string | number | null)[][];
}

export interface FailedCheck extends CheckCounts {
  name: string;
}

/** A response that failed, as one of the first VUs saw it. */
export interface FailedResponse {
  /** Endpoint. */
  name: string;
  /** Why it failed; undefined if its checks did. */
  cause?: keyof typeof import('../summary/causes.js').CAUSES;
  /** Names of the failed checks. */
  checks?: string[];
  /** Method and URL, without credentials and query. */
  request?: string;
  /** The error without a response, or the target of a redirect; empty: none. */
  note: string;
  /** 0: no response. */
  status: number;
  /** Start of the body, secrets masked; null: not shown. */
  body: string | null;
  /** Seconds since the start; null if unknown. */
  seconds: number | null;
  vu: number;
  iteration: number;
}

/** results/<run>/summary.json */
export interface Summary {
  schema: number;
  passed: boolean;
  /** Why the run failed, at most five sentences: root causes first, each with what to do. Empty if it passed. */
  reasons: string[];
  /** Failed only because of latencies above the baseline: worth re-running to rule out noise. */
  onlySlower: boolean;
  /** No load was sent: the service was not healthy any more when the test began. Absent in summaries of earlier versions. */
  notReady?: boolean;
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
    /** Number of segments, if the run was distributed. */
    segments?: number;
  };
  metrics: Totals;
  endpoints: EndpointMetrics[];
  /** Results that only this kind of test has. */
  tables?: SummaryTable[];
  stages: Metrics[];
  /** The first load step at which the service missed its targets; null if there was none. */
  breakingStage: { name: string; reason: string } | null;
  thresholds: ThresholdResult[];
  failedChecks: FailedCheck[];
  /** The first failed responses of each kind, in order of time; absent in summaries of earlier versions. */
  failedResponses?: FailedResponse[];
  /** Endpoints that were requested and never checked: judged by status and time only. */
  unchecked?: string[];
  /** Requests to endpoints that the test does not declare: judged only together with all others. */
  undeclared?: number;
  /** How often tokens were replaced because they had ended or were about to. */
  renewals?: number;
  /** Latency of all measured requests; null without requests. */
  distribution: Distribution | null;
  /** Comparison with the baseline; null if the run was not compared. */
  comparison: Comparison | null;
}

export interface Comparison {
  baseline: { name: string; runs: number; timestamp: string; gitCommit: string | null };
  endpoints: ComparedEndpoint[];
}

export interface ComparedEndpoint {
  name: string;
  /** Name in the baseline, if the endpoint was renamed since. */
  was?: string;
  /** The compared metric, if it is not the duration of requests. */
  metric?: string;
  status: 'ok' | 'slower' | 'failing' | 'missing' | 'new';
  /** p95 in milliseconds. */
  baseline: number | null;
  current: number | null;
  /** Percent. */
  change: number | null;
  /** Whether the noise between the baseline runs exceeds the limit. */
  noisy?: boolean;
  /** Maximum p95, milliseconds. */
  limit: number | null;
}
