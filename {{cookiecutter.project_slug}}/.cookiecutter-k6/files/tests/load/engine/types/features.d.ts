// How an optional part of the suite plugs into the engine: engine/features/NAME/feature.js.

import type { Markup } from '../report/markup.js';
import type { Setting } from '../settings/kinds.js';
import type { Baseline, MeasuredRow, SignalMetrics, Subject } from './baseline.js';
import type { HttpUrl, TestSpec, Thresholds } from './suite.js';
import type { Durations, Summary, ThresholdResult } from './summary.js';

/** Settings that features add to `env`. Each feature extends it in its own types.d.ts. */
export interface FeatureEnvironment {}

/** What features add to the load that a run and its baseline must share. Extended by features. */
export interface FeatureLoad {}

/** An address that receives load. */
export interface LoadTarget {
  /** The setting it comes from, for messages. */
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
  /** What a run and its baseline must have in common, besides profile and users. */
  load?: (spec: TestSpec) => FeatureLoad;
  /** Thresholds of a test, before those of its requests. */
  thresholds?: (
    spec: TestSpec,
    load: { chosen: string | undefined; vus: number; stages: { name: string }[] },
    targets: Thresholds,
  ) => Thresholds;
  /** Whether the test feeds a metric; undefined: not a metric of this feature. */
  feeds?: (spec: TestSpec, metric: string) => boolean | undefined;
}

export interface SummaryHooks {
  /** Members of summary.json. */
  figures?: (metrics: any, spec: TestSpec, stages: string[]) => Partial<Summary>;
  /** Whether a metric has samples; undefined: not a metric of this feature. */
  isMeasured?: (metric: string, data: any) => boolean | undefined;
  /** Why the run failed, one sentence each. */
  reasons?: (evidence: Partial<Summary> & { thresholds: ThresholdResult[] }) => string[];
  /** Lines for the console. */
  lines?: (summary: Summary) => string[];
  /** Signals that a baseline compares like endpoints. */
  subjects?: (spec: TestSpec) => Subject[];
  /** The same signals as measured in a run. */
  rows?: (summary: Partial<Summary>) => MeasuredRow[];
  /** The load of a finished run, as `PlanHooks.load` described it. */
  load?: (summary: Summary) => FeatureLoad;
}

/** What the charts of the report show instead of requests. */
export interface Headline {
  /** Plural noun, such as `messages`. */
  what: string;
  duration: Durations | null;
  /** Percent. */
  errorRate: number;
}

/** A key figure of the report. */
export type Tile = [name: string, value: string, note: string, bad?: boolean];

export interface ReportHooks {
  /** A section of the page; null: nothing to show. */
  section?: (summary: Summary) => Markup | null;
  /** Key figures instead of those of the requests; null: not this kind of test. */
  tiles?: (summary: Summary) => Tile[] | null;
  headline?: (summary: Summary) => Headline | null;
  /** Tables for the Markdown report. */
  tables?: (summary: Summary) => { head: string[]; rows: string[][] }[];
  /** Metrics of the charts over time instead of those of the requests; null: not this kind of test. */
  signal?: (summary: Summary) => (SignalMetrics & { failed: string }) | null;
}

/** What `load-test.sh cleanup` removes besides the rows of PostgreSQL. Extended by features. */
export interface CleanUpHooks {
  /** Addresses that the clean-up talks to. */
  targets?: () => LoadTarget[];
  /** Removes what a run left elsewhere; throws when something is left. */
  removeRun?: (id: string) => void;
}

export type { Baseline };
