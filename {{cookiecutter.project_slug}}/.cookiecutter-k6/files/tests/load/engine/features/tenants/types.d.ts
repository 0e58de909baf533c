import type { Values } from '../../settings/kinds.js';
import type { Shape } from '../../types/suite.js';

/** One row of config/tenants.js. */
export interface Tier {
  /** Requests per second the tier was promised. */
  rps: number;
  /** Users it was promised. */
  users: number;
  /** Highest share of failed requests, 0 to 1. */
  errorRate: number;
  rateLimit: {
    requests: number;
    /** Duration, such as `60s`. */
    window: string;
  };
  /** Who logs in when AUTH_MODE=login. */
  user: string;
  load: {
    shape: Shape;
    /** Shares of the run; left out: all of it. */
    during?: [from: number, to: number];
  };
  /** Longest p95 of everything but reports, milliseconds; default 500. */
  p95?: number;
  /** Loaded only when TIERS names it. */
  optional?: boolean;
}

/** What one endpoint promises; times in milliseconds. */
export interface Target {
  p50: number;
  p95: number;
  p99: number;
  /** Highest share of failed requests, 0 to 1. */
  errorRate: number;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {
    /** `REPORT_WITHIN` in milliseconds. */
    reportWithinMs: number;
  }
}
