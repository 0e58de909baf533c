import type { Values } from '../../settings/kinds.js';
import type { Shape, Thresholds } from '../../types/suite.js';

/** Result of a statement. */
export interface Result {
  ok: boolean;
  rows: Record<string, any>[];
  /** Rows returned or changed. */
  count: number;
  /** Milliseconds. */
  ms: number;
  /** Message of the driver; empty on success. May contain an address: mask it before showing it. */
  message: string;
}

/** A table that holds rows of a run. List referring tables before the tables that they refer to. */
export interface OwnedTable {
  table: string;
  /** Text column that ends with the mark. */
  column: string;
  /** Possible endings after the mark, such as `@loadtest.com`; default: none. */
  endings?: string[];
}

/** One row of `queries` in config/database.js. */
export interface Query {
  /** SQL with `$1`, `$2`, … for values. */
  sql: string;
  /** Returns the values for one execution; `mark` is the mark of the run. */
  args?: (mark: string) => unknown[];
  /** The query fails if it returns fewer rows. */
  minRows?: number;
}

/** One row of `views`: a query on the server's own statistics. */
export interface View {
  /** File in sql/. */
  file: string;
  /** `during`: periodically, as a metric; `after`: once, printed to the log. */
  when: 'during' | 'after';
  /** Interval in seconds. */
  every?: number;
  /** Name of the trend metric for the column `value` of each row. */
  metric?: string;
  /** Column whose value becomes a tag. Never use ids. */
  tag?: string;
}

/** config/database.js: a test of one database. */
export interface DatabaseTest {
  seed: { sql: string; args: (mark: string) => unknown[] }[];
  owned: OwnedTable[];
  queries: Record<string, Query>;
  views: Record<string, View>;
  /** Pause between iterations in seconds: [min, max]. */
  think: [number, number];
  defaultLoad: { scenario: string; shape: Shape };
  thresholds: Thresholds;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {
    /** Database addresses by setting, for the settings that are set. */
    databases: Record<string, import('./addresses.js').DatabaseAddress | undefined>;
  }

  interface CleanUpHooks {
    /** Tables that hold rows of a run. */
    owned?: () => OwnedTable[];
  }
}
