import type { Values } from '../../settings/kinds.js';
import type { Result } from '../database/types.js';
import type { Shape, Thresholds } from '../../types/suite.js';

/** The table whose rows are followed. */
export interface Tracked {
  table: string;
  /** Column and field that identify a row. */
  key: string;
  /** Text column with the run's mark. */
  column: string;
  endings: string[];
  /** Column and field that goes up with every change; empty: there is none. */
  revision: string;
  /** Column and field that an update changes. */
  state: string;
}

export interface Operation {
  /** SQL with `$1` for values. */
  sql: string;
}

/** How long a row is looked for. Seconds. */
export interface Find {
  after: number;
  tries: number | ((vu: number) => number);
  every: number;
}

/** One row of `tests` in config/cdc.js. */
export interface PipelineTest {
  shape: Shape;
  /** What stands before the mark in the tracked column. */
  email: (id: string, vu: number, iteration: number) => string;
  /** What stands behind the mark; default `@loadtest.com`. */
  ending?: string;
  /** State of a new row. */
  status: string;
  find: Find;
  /**
   * Changes the state of each row once it was found; empty status: another one, at random. `times`: so often in a row,
   * then a pipeline that mixes up the order ends with an older one.
   */
  update?: { status: string; times?: number; find: Find };
  /** When a row is deleted: at the VU's next iteration, now and then the oldest, or at the end of the run. */
  remove: 'next' | 'oldest' | 'end';
  /** Seconds between two iterations: from, to. */
  pause: [number, number];
  /** Seconds between two lines of progress. */
  checkpoint?: number;
  /** Whether the latency is taken apart. */
  detailed?: boolean;
  /** Share of iterations that are logged; those that missed always are. */
  log?: number;
  /** Rows that are there from the start. */
  seeds?: number;
  /** Shares of what an iteration does; left out: it creates. */
  weights?: Record<'create' | 'update' | 'address' | 'order' | 'delete', number>;
  thresholds: Thresholds;
}

/** What a VU knows of a row it wrote. */
export interface Written {
  id: string;
  email: string;
  state: string;
  revision: number;
  /** Newest revision that was seen at the other end. */
  seen: number;
  /** Whether the newest state was seen there. */
  found: boolean;
}

/** The end of the pipeline, for one VU. Nothing throws. */
export interface ReadSide {
  find(table: string, ids: string[]): Result;
  /** Documents whose column ends with a mark; null: this side cannot say. */
  owned(table: string, column: string, mark: string): Result | null;
  /** Removes them; null: this side cannot. */
  remove(table: string, column: string, mark: string): Result | null;
  close(): void;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
