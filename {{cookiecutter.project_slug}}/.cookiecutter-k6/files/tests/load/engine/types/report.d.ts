import type { Summary } from './summary.js';

/** Metrics over time: one entry per point, all lists equally long. */
export interface Timeline {
  /** Seconds per point. */
  seconds: number;
  /** End of each point, seconds from the start. */
  at: number[];
  /** Requests per second. */
  rate: number[];
  /** Percentage of failed requests; null where there were none. */
  failed: (number | null)[];
  /** Milliseconds; null where there were no requests. */
  p50: (number | null)[];
  p95: (number | null)[];
  vus: number[];
}

/** What a report shows in addition to the run's summary. */
export interface ReportExtras {
  timeline?: Timeline | null;
  /** Earlier runs of the same test, oldest first. */
  history?: Summary[];
  /** Names of the files next to the report. */
  files?: string[];
}

/** One line of a chart. */
export interface Series {
  name: string;
  values: (number | null)[];
  /** Line style. */
  tone: 'first' | 'second' | 'bad';
  /** Fills the area below the line. */
  filled?: boolean;
}
