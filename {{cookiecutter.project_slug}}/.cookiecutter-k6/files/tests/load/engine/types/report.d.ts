import type { Summary } from './summary.js';

/** One endpoint over time, or all of them. One entry per slice of time, all lists equally long. */
export interface Course {
  /** Requests per second. */
  rate: number[];
  /** Percentage of failed requests; null where there were no requests. */
  failed: (number | null)[];
  /** Milliseconds; null where no request was sampled. */
  p50: (number | null)[];
  p95: (number | null)[];
  /** The slowest of the sampled requests. */
  max: (number | null)[];
}

/** The load that was planned, by slice of time. */
export interface PlannedCourse {
  what: string;
  values: number[];
}

/** timeline.json: a run over time. */
export interface Timeline {
  /** End of each slice, seconds since the start. */
  at: number[];
  /** Requests whose duration was sampled. */
  sampled: number;
  /** Requests of the run. */
  requests: number;
  planned: PlannedCourse;
  all: Course;
  endpoints: (Course & { name: string })[];
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

/** A chart of lines over time. */
export interface LineChart {
  /** What the axis shows, unit included. */
  title: string;
  /** End of each point, seconds. */
  at: number[];
  series: Series[];
  /** Shown after each value. */
  unit?: string;
  /** What the horizontal axis says of each point; default: minutes and seconds. */
  names?: string[];
  /** The axis reaches at least this value. */
  least?: number;
  /** The axis counts in whole numbers. */
  whole?: boolean;
  /** Thresholds, drawn as dashed lines. */
  limits?: number[];
  /** Index of the point that is looked at. */
  cursor?: number;
}

/** Thresholds of one endpoint that charts show. */
export interface Limits {
  /** Of p95, milliseconds. */
  latency: number[];
  /** Percent. */
  failed: number[];
}

/** What the page holds to draw its charts over time again: all requests first, then each endpoint. */
export interface CourseData {
  /** What is measured: `requests`, or the noun of a feature. */
  what: string;
  at: number[];
  planned: PlannedCourse;
  series: (Omit<Course, 'max'> & { name: string; limits: Limits; crossed: boolean })[];
}
