import type { Summary } from './summary.js';

/** Figures over time: one entry per point, all lists equally long. */
export interface Timeline {
  /** Length of one point, seconds. */
  seconds: number;
  /** End of each point, seconds from the start. */
  at: number[];
  /** Requests per second. */
  rate: number[];
  /** Percent of requests that failed; null where there were none. */
  failed: (number | null)[];
  /** Milliseconds; null where there were no requests. */
  p50: (number | null)[];
  p95: (number | null)[];
  /** Virtual users. */
  vus: number[];
}

/** What a report shows beside the run's own summary. */
export interface ReportExtras {
  timeline?: Timeline | null;
  /** Earlier runs of the same test, oldest first. */
  history?: Summary[];
  /** Files beside the report, by name. */
  files?: string[];
}

/** One line of a chart. */
export interface Series {
  name: string;
  values: (number | null)[];
  /** Which of the page's line styles it has. */
  tone: 'first' | 'second' | 'bad';
  /** Fills the area below. */
  filled?: boolean;
}
