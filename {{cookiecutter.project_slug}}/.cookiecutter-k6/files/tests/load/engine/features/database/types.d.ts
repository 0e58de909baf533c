import type { Values } from '../../settings/kinds.js';
import type { Shape, Thresholds } from '../../types/suite.js';

/** What a statement gave. */
export interface Result {
  ok: boolean;
  rows: Record<string, any>[];
  /** Rows returned or changed. */
  count: number;
  /** Milliseconds. */
  ms: number;
  /** What the driver said; empty when it worked. May hold an address: show it masked. */
  message: string;
}

/** Where a run leaves its mark; tables whose rows refer to others come first. */
export interface OwnedTable {
  table: string;
  /** Text column that ends with the mark. */
  column: string;
  /** What may stand behind the mark, such as `@loadtest.com`; default: nothing. */
  endings?: string[];
}

/** One row of `queries` in config/database.js. */
export interface Query {
  /** SQL with `$1` for values. */
  sql: string;
  /** The values, new for each execution; `mark` is that of the run. */
  args?: (mark: string) => unknown[];
  /** Fewer rows than these are a failure. */
  minRows?: number;
}

/** One row of `views`: a look at the server while the load runs. */
export interface View {
  /** A file of sql/. */
  file: string;
  /** `during`: every so often, as a metric; `after`: once, shown in the log. */
  when: 'during' | 'after';
  /** Seconds between two looks. */
  every?: number;
  /** Trend that gets the column `value` of each row. */
  metric?: string;
  /** Column whose values tag the samples. Never ids. */
  tag?: string;
}

/** config/database.js: a test of one database. */
export interface DatabaseTest {
  seed: { sql: string; args: (mark: string) => unknown[] }[];
  owned: OwnedTable[];
  queries: Record<string, Query>;
  views: Record<string, View>;
  /** Seconds between two iterations: from, to. */
  think: [number, number];
  defaultLoad: { scenario: string; shape: Shape };
  thresholds: Thresholds;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {
    /** Addresses of databases, by setting; only those that are set. */
    databases: Record<string, import('./addresses.js').DatabaseAddress | undefined>;
  }

  interface CleanUpHooks {
    /** Tables that hold rows of a run. */
    owned?: () => OwnedTable[];
  }
}
