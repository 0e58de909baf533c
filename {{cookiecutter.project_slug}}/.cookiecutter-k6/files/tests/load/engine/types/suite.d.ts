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

/** The k6 executors that profiles use, without `exec`, tags and the like. */
export type Shape =
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

/** What a request of an endpoint needs, built once at init by `endpoint()`. */
export interface Endpoint {
  /** Route name: value of the tag `name`. Never holds an id or a comma. */
  readonly name: string;
  readonly method: string;
  /** May hold `{placeholders}`, filled per request. */
  readonly url: string;
  /** Family for thresholds: health, api, api_read, api_write. */
  readonly kind: string;
  /** Accepted statuses; undefined: any 2xx. */
  readonly statuses: readonly number[] | undefined;
  /** k6 request parameters shared by all requests of this endpoint. */
  readonly params: Params & { throw: boolean };
  /** Options it was made from, so that a variant can be derived. */
  readonly options: EndpointOptions;
}

export interface EndpointOptions {
  method?: string;
  kind?: string;
  /** Accepted statuses, default any 2xx; anything else is a failed request. */
  statuses?: (number | { min: number; max: number })[];
  /** Longest wait, such as `10s`. */
  timeout?: string;
  headers?: Record<string, string>;
  /** `none` drops the body: use it where nobody reads it. */
  responseType?: 'text' | 'none';
  /** Further fixed tags. Never ids: each distinct value is a time series. */
  tags?: Record<string, string>;
  /** Other than `main`: tagged apart from what is measured, such as set-up. */
  phase?: string;
  /** The answer may repeat a secret it was sent: it is never shown. */
  confidential?: boolean;
}

/** What one visit of an endpoint found. */
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
  /** Pause after the step, seconds: from, to. */
  think: [number, number];
  /** Share of the iterations, in `weighted` plans. */
  weight?: number;
  /** Longest duration that still counts as right, milliseconds; adds a check. */
  maxDuration?: number;
}

/** Called after each request. */
export type Observer = (endpoint: Endpoint, outcome: Outcome) => void;

/** Requests that belong together, as a part of any test. */
export interface Journey {
  endpoints: Endpoint[];
  /** Custom metrics it feeds. */
  metrics: string[];
  thresholds: Thresholds;
  /** As in `TestSpec`. */
  support?: Endpoint[];
  prepare?: () => void;
  /** One pass. */
  run: (observe?: Observer) => void;
}

/** A scenario that runs next to a profile's own, as long as that does. */
export interface Companion {
  /** Name of the scenario. */
  scenario: string;
  /** Name under which the entry point exports its function. */
  exec: string;
  journey: Journey;
  /** Its users or rate scale with the profile's, unless `scales` is false; its duration is the profile's. */
  shape: Shape;
  scales?: false;
  /** The part of the run it takes, such as `[0.5, 0.75]`; default: all of it. */
  during?: [from: number, to: number];
  /** Milliseconds after the start of the run; worked out from `during`. */
  startMs?: number;
  /** Tags of its samples, on top of the test's. */
  tags?: Record<string, string>;
  /** What its VUs see in `__ENV`. */
  env?: Record<string, string>;
}

/** What a test adds to summary, console and report; `verdict.js` says what becomes of the reasons. */
export interface Findings {
  tables: import('./summary.js').SummaryTable[];
  /** Why the run is not good, one sentence each; they come first. */
  reasons: string[];
  /** Metrics whose thresholds these reasons are about: they are not told twice, nor missed when not measured. */
  explains?: (metric: string) => boolean;
  /** The run ended before its time, as it should. */
  endedEarly?: boolean;
  /** The first load step that missed the targets, when this test knows better than its thresholds say. */
  breakingStage?: import('./summary.js').Summary['breakingStage'];
}

/** What one profile does: steps, or a whole journey. */
export type WorkloadPlan = (
  | {
      /** `sequence`: every step in order, each iteration. `weighted`: one step, by weight. */
      order: 'sequence' | 'weighted';
      steps: Step[];
    }
  | { journey: Journey }
) & {
  /** Name of the scenario, instead of the profile's. */
  scenario?: string;
  /** Name of the exported function, when it is not the default one. */
  exec?: string;
  companions?: Companion[];
  support?: Endpoint[];
  prepare?: () => void;
  /** Targets of its own, on top of the profile's; a journey brings its own along. */
  thresholds?: Thresholds;
  /** As in `TestSpec`. */
  overall?: string;
};

export interface TestSpec {
  /** Names the test in banners and file names. */
  name: string;
  /** The endpoints that must have been called for the run to count. */
  endpoints: Endpoint[];
  /** Set for files in scenarios/: the one profile they run. */
  profile?: string;
  /** Endpoints used on the way, not measured: the summary shows them when they fail, and why. */
  support?: Endpoint[];
  /** Name of the scenario, instead of the profile's. */
  scenario?: string;
  /** Name of the exported function that the scenario runs, when it is not the default one. */
  exec?: string;
  /** Further scenarios at the same time. */
  companions?: (Omit<Companion, 'journey' | 'exec'> & { exec?: string })[];
  /** Tags and environment of the test's own scenario. */
  main?: Pick<Companion, 'tags' | 'env'>;
  /** Thresholds that hold whatever the profile; they replace others on the same metric. */
  always?: (
    figures: Pick<RunFigures, 'vus' | 'durationMs' | 'stages'> & { chosen?: string },
  ) => Thresholds;
  /** Reads further findings from what k6 hands to `handleSummary`. Called outside the VUs only. */
  findings?: (metrics: any, figures: RunFigures) => Findings;
  /** Set for files in scripts/: what to run when PROFILE is not set. */
  defaultLoad?: { scenario: string; shape: Shape };
  /** Its own shape pushes a service past its limits: off this machine it needs an explicit opt-in. */
  heavy?: boolean;
  /** A row of standardThresholds that the whole test has to meet. */
  standard?: 'health' | 'api_read' | 'api_write';
  /** Targets of its own, on top of the profile's. */
  thresholds?: Thresholds;
  /** Kind of the endpoints that limits on the time of all answers are about; default: all kinds. */
  overall?: string;
  /**
   * Custom metrics the test feeds in a run of that length (milliseconds); thresholds on others are left
   * out. Default: those of `thresholds`.
   */
  metrics?: string[] | ((durationMs: number) => string[]);
  tags?: Record<string, string>;
  /** Route name of the sockets this test opens; left out: none. */
  sockets?: string;
  /** Longest wait at the end for iterations under way, such as `10m`; default: the profile's. */
  gracefulStop?: string;
  /** Further k6 options. */
  options?: Partial<Options>;
  /**
   * What tells that the service is up, default: the setting READINESS. `answer` is for tests of services that
   * may have no health document, `none` for tests that do not ask the service at all.
   */
  readiness?: 'health' | 'answer' | 'none';
  /** Done once in set-up, after the service proved healthy: throws when the test cannot work. */
  prepare?: () => void;
  /** Done once at the end, also of a run that was interrupted. */
  finish?: () => void;
  /** What gets the load, when it is not the service. */
  targets?: import('./features.js').LoadTarget[];
  /** What else the VUs of this test have to know of the plan, computed once per run. */
  forVus?: (shape: Shape) => object;
}

/** What a VU has to know about the plan. */
export interface VuPlan {
  /** Load steps, for the tag `stage`; empty when there is only one level. */
  stages: { name: string; endsAt: number }[];
  /** Planned length without graceful stops, milliseconds. */
  durationMs: number;
}

/** What k6 itself needs: computed once, not in every VU. */
export interface TestPlan {
  options: Options;
  setup: () => StartInfo;
  teardown: (info: StartInfo) => void;
  handleSummary: (data: any) => Record<string, string>;
}

/** What a test file exports, and what it wraps its VU function in. */
export interface LoadTest extends TestPlan, VuPlan {
  run: <T>(iteration: (data: T) => unknown) => (data: T) => any;
}

/** What a file of scenarios/ exports. */
export interface ScenarioTest extends LoadTest {
  iteration: (data: any) => void;
  /** The functions of scenarios that do not run the default one, by name. */
  functions: Record<string, (data: any) => void>;
}

/** A run in figures, for banners and the summary. */
export interface RunFigures {
  /** Name of the scenario. */
  scenario: string;
  /** The profile, or the name of the scenario when the script's own load runs. */
  profile: string;
  /** Virtual users at the peak. */
  vus: number;
  /** Planned length without graceful stops, milliseconds. */
  durationMs: number;
  stages: { name: string; endsAt: number }[];
  /** What the run is compared with. */
  baseline?: Baseline;
  /** Metrics that the setting THRESHOLDS limits. */
  asked?: string[];
}

/** What `setup()` hands to the VUs and to `teardown()`. */
export interface StartInfo {
  startedAt: string;
  target: string;
  apiPrefix: string;
  vus: number;
}
