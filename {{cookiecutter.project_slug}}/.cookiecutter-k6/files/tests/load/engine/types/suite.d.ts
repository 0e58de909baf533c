import type { Params, RefinedResponse, ResponseType } from 'k6/http';
import type { Options } from 'k6/options';
import type { Baseline } from './baseline.js';

export interface HttpUrl {
  scheme: string;
  /** Lower case; IPv6 in brackets. */
  host: string;
  /** Without a trailing slash; empty for the root. */
  path: string;
  /** The whole URL without a trailing slash, credentials included. */
  href: string;
  /** The same with credentials masked, for logs. */
  masked: string;
}

/** The service under test. */
export interface Target extends HttpUrl {
  /** This machine or a private network. */
  isLocal: boolean;
}

export interface Stage {
  duration: string;
  target: number;
}

/** A k6 scenario without `exec`, tags and the like, for the executors that profiles use. */
export type Shape =
  | {
      executor: 'shared-iterations' | 'per-vu-iterations';
      vus: number;
      /** In all, or of each VU. */
      iterations: number;
      /** Longest duration of the run; default 10m. */
      maxDuration?: string;
      gracefulStop?: string;
    }
  | { executor: 'constant-vus'; vus: number; duration: string; gracefulStop?: string }
  | {
      executor: 'ramping-vus';
      startVUs?: number;
      stages: Stage[];
      gracefulRampDown?: string;
      gracefulStop?: string;
    }
  | {
      executor: 'constant-arrival-rate';
      rate: number;
      timeUnit?: string;
      duration: string;
      preAllocatedVUs: number;
      maxVUs?: number;
      gracefulStop?: string;
    }
  | {
      executor: 'ramping-arrival-rate';
      startRate?: number;
      timeUnit?: string;
      stages: Stage[];
      preAllocatedVUs: number;
      maxVUs?: number;
      gracefulStop?: string;
    };

export type ThresholdExpression =
  string | { threshold: string; abortOnFail?: boolean; delayAbortEval?: string };

export type Thresholds = Record<string, ThresholdExpression[]>;

export type HttpResponse = RefinedResponse<ResponseType | undefined>;

/** An endpoint and its request parameters, built once in the init context by `endpoint()`. */
export interface Endpoint {
  /** Route name: value of the tag `name`. Never contains an id or a comma. */
  readonly name: string;
  readonly method: string;
  /** May contain `{placeholders}`, filled per request. */
  readonly url: string;
  /** Group of endpoints with the same thresholds: health, api, api_read, api_write. */
  readonly kind: string;
  /** Accepted statuses; undefined: any 2xx. */
  readonly statuses: EndpointOptions['statuses'];
  /** k6 request parameters shared by all requests of this endpoint. */
  readonly params: Params & { throw: boolean };
  /** What this VU has counted of it since its last sample; only in VUs that record. */
  course?: TimelineCourse;
  /** Options it was created from, to derive variants. */
  readonly options: EndpointOptions;
}

export interface EndpointOptions {
  method?: string;
  kind?: string;
  /** Accepted statuses, default any 2xx; any other status is a failed request. */
  statuses?: (number | { min: number; max: number })[];
  /** Request timeout, such as `10s`. */
  timeout?: string;
  headers?: Record<string, string>;
  /** `none` discards the body. Use it if no check reads the body. */
  responseType?: 'text' | 'none';
  /** Further fixed tags. Never use ids: each distinct value creates a time series. */
  tags?: Record<string, string>;
  /** Value of the tag `phase`, default `main`. Other phases, such as setup, are not part of the results. */
  phase?: string;
  /** The response may contain a secret, so it is never shown. */
  confidential?: boolean;
  /** Left out of a run if the service does not have it; set-up finds out. */
  optional?: boolean;
  /** It may be that a run never calls it: no minimum count. */
  conditional?: boolean;
}

/** How requests authenticate: one row of lib/auth.js. */
export interface AuthStrategy {
  /** Requests it sends on the way, named in the verdict if they fail. */
  endpoints: Endpoint[];
  /** Logs in if need be. Returns the token or key of the VU; empty if there is none. */
  token: () => string;
  /** What a request carries besides its own headers. The same object as long as nothing changes. */
  headers: (
    target: Endpoint,
    details?: import('../../lib/http.js').RequestDetails,
  ) => Record<string, string>;
  /** What a request carries in its query. */
  query?: () => string;
  /** The endpoint with what k6 itself needs to authenticate; the same object for the same endpoint and user. */
  aim?: (target: Endpoint) => Endpoint;
  /** Gets new credentials after they were refused; left out: there are no others. */
  renew?: () => void;
  /** Whether a response refuses the credentials; default: status 401. */
  isRefused?: (response: HttpResponse) => boolean;
}

/** The login as requests of its own, with AUTH_MODE=login. */
export interface LoginSteps {
  urls: { login: string; refresh: string };
  /** What a login adds to its endpoint, by the settings LOGIN_... */
  login: (user: { email: string; password: string }) => import('../../lib/http.js').RequestDetails;
  refresh: (refresh: { name: string; value: string }) => import('../../lib/http.js').RequestDetails;
  /** The tokens of a response; undefined: there are none. */
  tokens: (
    response: HttpResponse,
  ) => { token: string; refresh?: { name: string; value: string } } | undefined;
}

/** Result of calling an endpoint once. */
export interface Outcome {
  response: HttpResponse;
  ok: boolean;
}

/** One row of workload.js. */
export interface Step {
  visit: (endpoint?: Endpoint) => Outcome;
  endpoint: Endpoint;
  /** Name of the k6 group around the step. */
  group?: string;
  /** Pause after the step in seconds: [min, max]. */
  think: [number, number];
  /** Probability of this step in `weighted` plans. */
  weight?: number;
  /** Maximum response time in milliseconds; adds a check. */
  maxDuration?: number;
}

/** Called after each request. */
export type Observer = (endpoint: Endpoint, outcome: Outcome) => void;

/** A sequence of requests that can be part of any test. */
export interface Journey extends Pick<
  TestSpec,
  'support' | 'prepare' | 'finish' | 'findings' | 'gracefulStop'
> {
  endpoints: Endpoint[];
  /** Custom metrics that it records; default: the metrics of `thresholds`. */
  metrics?: string[];
  thresholds?: Thresholds;
  /**
   * Runs the journey once. If it takes `observe`, it calls it after each request; that feeds `error_rate`, `api_duration`
   * and the growth check of soak tests.
   */
  run: (observe?: Observer, without?: readonly string[]) => void;
}

/** A scenario that runs in parallel with the main one, for the same time. */
export interface Companion {
  /** Name of the scenario. */
  scenario: string;
  /** Name of the exported function that the scenario runs. */
  exec: string;
  journey: Journey;
  /** VUs or rate scale with the profile, unless `scales` is false. The duration is always that of the profile. */
  shape: Shape;
  scales?: false;
  /** Part of the run in which it is active, as fractions, such as `[0.5, 0.75]`; default: all of it. */
  during?: [from: number, to: number];
  /** Start time in milliseconds; computed from `during`. */
  startMs?: number;
  /** Additional tags of its samples. */
  tags?: Record<string, string>;
  /** Environment variables of its VUs, in `__ENV`. */
  env?: Record<string, string>;
}

/** Additional results of a test for summary, console and report. `verdict.js` evaluates the reasons. */
export interface Findings {
  tables: import('./summary.js').SummaryTable[];
  /** Why the run failed, one sentence each. Listed before other reasons. */
  reasons: string[];
  /** Metrics covered by these reasons: their thresholds are not reported again, nor as never measured. */
  explains?: (metric: string) => boolean;
  /** Whether the run was supposed to end before its planned duration. */
  endedEarly?: boolean;
  /** The first load step that missed the targets, if it cannot be derived from the thresholds. */
  breakingStage?: import('./summary.js').Summary['breakingStage'];
}

/** What a profile runs: steps, or a journey. */
export type WorkloadPlan = (
  | {
      /** `sequence` runs all steps in each iteration, `weighted` picks one by weight. */
      order: 'sequence' | 'weighted';
      steps: Step[];
    }
  | { journey: Journey }
) & {
  /** Name of the scenario; default: the profile. */
  scenario?: string;
  /** Name of the exported function to run, if it is not the default export. */
  exec?: string;
  companions?: Companion[];
  support?: Endpoint[];
  prepare?: () => void;
  /** Thresholds in addition to those of the profile and the journey. */
  thresholds?: Thresholds;
  /** As in `TestSpec`. */
  overall?: string;
};

export interface TestSpec {
  /** Name of the test in banners and file names. */
  name: string;
  /** Endpoints under test. The run fails if one of them was never called. */
  endpoints: Endpoint[];
  /** For files in scenarios/: the only profile they run. */
  profile?: string;
  /** Endpoints that are used but not measured, such as the login. The summary shows them if they fail. */
  support?: Endpoint[];
  /** Name of the scenario; default: the profile. */
  scenario?: string;
  /** Name of the exported function that the scenario runs, if it is not the default export. */
  exec?: string;
  /** Further scenarios that run in parallel. */
  companions?: (Omit<Companion, 'journey' | 'exec'> & { exec?: string })[];
  /** Tags and environment of the main scenario. */
  main?: Pick<Companion, 'tags' | 'env'>;
  /** Thresholds that apply to every profile. They replace others on the same metric. */
  always?: (
    load: Pick<RunPlan, 'vus' | 'durationMs' | 'stages'> & { chosen?: string },
  ) => Thresholds;
  /** Derives further results from `data.metrics` and `data.root_group` of `handleSummary`. Never called in a VU. */
  findings?: (metrics: any, run: RunPlan, checks: any) => Findings;
  /** For files in scripts/: the load if PROFILE is not set. */
  defaultLoad?: { scenario: string; shape: Shape };
  /** Whether the default load overloads the service. Against another machine it requires an explicit opt-in. */
  heavy?: boolean;
  /** Row of standardThresholds that applies to the whole test. */
  standard?: 'health' | 'api_read' | 'api_write';
  /** Thresholds in addition to those of the profile. */
  thresholds?: Thresholds;
  /** Kind of the endpoints that the overall latency thresholds apply to; default: all kinds. */
  overall?: string;
  /**
   * Custom metrics that the test records in a run of the given duration (milliseconds). With a function, thresholds on
   * other custom metrics are skipped; with a list they are a mistake. Default: the metrics of `thresholds`.
   */
  metrics?: string[] | ((durationMs: number) => string[]);
  tags?: Record<string, string>;
  /** Route name of the sockets, if the test opens any. */
  sockets?: string;
  /** `gracefulStop` of the scenario, such as `10m`; default: that of the profile. */
  gracefulStop?: string;
  /** Further k6 options. */
  options?: Partial<Options>;
  /**
   * How readiness is determined; default: the setting READINESS. `answer` accepts any response, for services without a
   * health document. `none` is for tests that send no requests to the service.
   */
  readiness?: 'health' | 'answer' | 'tcp' | 'none';
  /** Runs once in setup, after the health check. Throws if the test cannot run. */
  prepare?: () => void;
  /** Runs once in teardown, even if the run was interrupted. */
  finish?: () => void;
  /** Targets of the load, if it is not the service. */
  targets?: import('./features.js').LoadTarget[];
  /** Further data for the VUs, computed once per run. */
  forVus?: (shape: Shape) => object;
}

/** How a run is recorded over time, see engine/vu/timeline.js. */
export interface TimelinePlan {
  /** Every how many VUs one records. */
  every: number;
  /** Shortest time between two samples of an endpoint in one VU, milliseconds. */
  gapMs: number;
  /** Slices of time. */
  count: number;
  /** Planned duration, milliseconds. */
  durationMs: number;
  /** 1: all slices are equally long; 2: the first ones are shorter, for runs of which nobody knows how long they take. */
  bend: number;
  /** Endpoints with a course of their own. */
  names: string[];
  /** Endpoints that are used but not measured. */
  ignored: string[];
}

/** The requests of one endpoint in one VU since they were last handed on to k6. */
export interface TimelineCourse {
  name: string;
  requests: number;
  failed: number;
  /** Requests that start from then on are sampled, milliseconds since 1970. */
  nextAt: number;
  slice: number;
  tags: Record<string, string>;
}

export interface TimelineRecorder {
  courseOf: (name: string) => TimelineCourse;
  /** Hands a course on, with the duration of one request in milliseconds; 0: it got no response. */
  record: (course: TimelineCourse, ms: number) => void;
}

/** The part of the plan that VUs need. */
export interface VuPlan {
  /** Undefined: this run is not recorded over time. */
  timeline?: TimelinePlan;
  /** Load steps, for the tag `stage`; empty if there is only one load level. */
  stages: { name: string; endsAt: number }[];
  /** Planned duration without graceful stops, milliseconds. */
  durationMs: number;
}

/** The exports that k6 itself uses, computed once instead of in every VU. */
export interface TestPlan {
  options: Options;
  setup: () => StartInfo;
  teardown: (info: StartInfo) => void;
  handleSummary: (data: any) => Record<string, string>;
}

/** The exports of a test file, and `run`, which wraps its VU function. */
export interface LoadTest extends TestPlan, VuPlan {
  run: <T>(iteration: (data: T) => unknown) => (data: T) => any;
}

/** The exports of a file in scenarios/. */
export interface ScenarioTest extends LoadTest {
  iteration: (data: any) => void;
  /** Functions of scenarios that do not run the default export, by name. */
  functions: Record<string, (data: any) => void>;
}

/** Properties of a run, for banners and the summary. */
export interface RunPlan {
  /** Name of the scenario. */
  scenario: string;
  /** The profile, or the name of the scenario if the test runs its default load. */
  profile: string;
  /** VUs at the peak. */
  vus: number;
  /** Planned duration without graceful stops, milliseconds. */
  durationMs: number;
  stages: { name: string; endsAt: number }[];
  shape?: Shape;
  /** Baseline to compare the run with. */
  baseline?: Baseline;
  /** How it is recorded over time, and how much load was planned for each slice. */
  timeline?: TimelinePlan & { planned: import('./report.js').PlannedCourse };
  /** Metrics that the setting THRESHOLDS limits. */
  asked?: string[];
  /** Whether the iterations went through `run` of the test, which counts exceptions. */
  isGuarded?: () => boolean;
}

/** Data that `setup()` passes to the VUs and to `teardown()`. */
export interface StartInfo {
  startedAt: string;
  target: string;
  apiPrefix: string;
  vus: number;
  /** Names of optional endpoints that the service does not have. */
  without: string[];
}
