import type { Values } from '../../settings/kinds.js';
import type { Result } from '../database/types.js';
import type { Shape, Thresholds } from '../../types/suite.js';

/** A table that the pipeline copies. */
export interface CopiedTable {
  /** Text column that contains the mark of the run. */
  mark: string;
  /** What follows the mark in it; default: nothing. */
  endings?: string[];
  /** Columns to compare, with the same names as fields on the read side. */
  columns: string[];
}

/** The table whose rows are followed to the read side. */
export interface Tracked {
  table: string;
  /** Column and field that identify a row, in every table. */
  key: string;
  /** Column and field that grows with every change; empty if there is none. */
  revision: string;
  /** Column and field that an update changes. */
  state: string;
}

export interface Operation {
  /** SQL with `$1`, `$2`, … for values. */
  sql: string;
}

/** How long to poll for a row: `after` + `tries` × `every` seconds, every `every` seconds. */
export interface Find {
  after: number;
  tries: number | ((vu: number) => number);
  every: number;
}

/** One row of `tests` in config/cdc.js. */
export interface PipelineTest {
  shape: Shape;
  /** Returns the text before the mark in the tracked column. */
  email: (id: string, vu: number, iteration: number) => string;
  /** Text after the mark; default `@loadtest.com`. */
  ending?: string;
  /** State of a new row. */
  status: string;
  find: Find;
  /**
   * Updates the state of each row after it was found; an empty status picks another one at random. `times` updates in
   * quick succession reveal pipelines that reorder events.
   */
  update?: { status: string; times?: number; find: Find };
  /** When rows are deleted: in the VU's next iteration, occasionally the oldest, or at the end of the run. */
  remove: 'next' | 'oldest' | 'end';
  /** Pause between iterations in seconds: [min, max]. */
  pause: [number, number];
  /** Seconds between two progress messages. */
  checkpoint?: number;
  /** Records the parts of the latency separately. */
  detailed?: boolean;
  /** Fraction of iterations to log; missed rows are always logged. */
  log?: number;
  /** Rows to create in setup; the load starts when the read side has them. */
  seeds?: number;
  /** Fewest rows that all VUs together keep when they delete some; default 0. */
  keep?: number;
  /** Weights of the actions; default: every iteration creates a row. */
  weights?: Record<'create' | 'update' | 'address' | 'order' | 'delete', number>;
  thresholds: Thresholds;
}

/** What a VU knows about a row that it wrote. */
export interface Written {
  id: string;
  /** Columns that do not change. */
  values: Record<string, string>;
  /** Rows of other tables that refer to it. */
  referring: { table: string; id: string }[];
  state: string;
  revision: number;
  /** Newest revision seen on the read side. */
  seen: number;
  /** Whether the newest state was seen there. */
  found: boolean;
}

/** The end of the pipeline, for one VU. Its functions never throw. */
export interface ReadSide {
  find(table: string, ids: string[]): Result;
  /** Documents whose column ends with the mark; null if this side cannot search. */
  owned(table: string, column: string, mark: string): Result | null;
  /** Removes these documents; null if this side cannot delete. */
  remove(table: string, column: string, mark: string): Result | null;
  close(): void;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
