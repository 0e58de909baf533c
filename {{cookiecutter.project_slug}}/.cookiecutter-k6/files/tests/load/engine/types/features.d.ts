// How an optional part of the suite plugs into the engine: engine/features/NAME/feature.js.

import type { Markup } from '../report/markup.js';
import type { Setting } from '../settings/kinds.js';
import type { Baseline, MeasuredRow, SignalMetrics, Subject } from './baseline.js';
import type { HttpUrl, TestSpec, Thresholds } from './suite.js';
import type { Durations, Summary, ThresholdResult } from './summary.js';

/** Settings that features add to `env`. Each feature extends it in its own types.d.ts. */
export interface FeatureEnvironment {}

/** Load properties of features that must be equal in a run and its baseline. Extended by features. */
export interface FeatureLoad {}

/** An address that receives load. */
export interface LoadTarget {
  /** Name of the setting that holds the address, for messages. */
  setting: string;
  /** The address with credentials masked. */
  masked: string;
  host: string;
  /** This machine or a private network. */
  isLocal: boolean;
}

/**
 * An optional part of the suite. Every group of hooks is loaded on first use, and never in a VU.
 * Leave out the groups that a feature does not need.
 */
export interface Feature {
  settings?: () => SettingsHooks;
  plan?: () => PlanHooks;
  summary?: () => SummaryHooks;
  report?: () => ReportHooks;
  cleanUp?: () => CleanUpHooks;
}

export interface SettingsHooks {
  /** Rows of the settings table. */
  settings: Record<string, Setting<any>>;
  /** Values derived from the settings, added to `env`. */
  derive?: (values: any, service: HttpUrl, table: Record<string, Setting<any>>) => object;
}

export interface PlanHooks {
  /** Further addresses that ordinary tests send load to. */
  targets?: () => LoadTarget[];
  /** Load properties that must be equal in a run and its baseline, in addition to profile and VUs. */
  load?: (spec: TestSpec) => FeatureLoad;
  /** Thresholds of a test, listed before those of its requests. */
  thresholds?: (
    spec: TestSpec,
    load: { chosen: string | undefined; vus: number; stages: { name: string }[] },
    targets: Thresholds,
  ) => Thresholds;
  /** Names of what is recorded over time instead of the endpoints; undefined for other kinds of test. */
  series?: (spec: TestSpec) => string[] | undefined;
  /** Whether the test records a metric; undefined if it is not a metric of this feature. */
  feeds?: (spec: TestSpec, metric: string) => boolean | undefined;
}

export interface SummaryHooks {
  /** Additional members of summary.json. */
  metrics?: (metrics: any, spec: TestSpec, stages: string[]) => Partial<Summary>;
  /** Whether a metric has samples; undefined if it is not a metric of this feature. */
  isMeasured?: (metric: string, data: any) => boolean | undefined;
  /** Why the run failed, one sentence each. */
  reasons?: (evidence: Partial<Summary> & { thresholds: ThresholdResult[] }) => string[];
  /** Lines for the console. */
  lines?: (summary: Summary) => string[];
  /** Where a test sends its load, if it is not the service: without credentials. */
  target?: (spec: TestSpec) => string | undefined;
  /** Signals that a baseline compares like endpoints. */
  subjects?: (spec: TestSpec) => Subject[];
  /** The same signals as measured in a run. */
  rows?: (summary: Partial<Summary>) => MeasuredRow[];
  /** The load of a finished run, in the form of `PlanHooks.load`. */
  load?: (summary: Summary) => FeatureLoad;
}

/** What the report's charts show instead of requests. */
export interface Headline {
  /** Plural noun, such as `messages`. */
  what: string;
  duration: Durations | null;
  /** Percent. */
  errorRate: number;
}

/** A key metric of the report. */
export type Tile = [name: string, value: string, note: string, bad?: boolean];

export interface ReportHooks {
  /** A section of the page; null if there is nothing to show. */
  section?: (summary: Summary) => Markup | null;
  /** Key metrics to show instead of those of the requests; null for other kinds of test. */
  tiles?: (summary: Summary) => Tile[] | null;
  headline?: (summary: Summary) => Headline | null;
  /** Tables for the Markdown report. */
  tables?: (summary: Summary) => { head: string[]; rows: string[][] }[];
}

/** What `load-test.sh cleanup` removes in addition to rows in PostgreSQL. Extended by features. */
export interface CleanUpHooks {
  /** Addresses that the cleanup connects to. */
  targets?: () => LoadTarget[];
  /** Removes data of a run from other stores; throws if some could not be removed. */
  removeRun?: (id: string) => void;
}

export type { Baseline };
