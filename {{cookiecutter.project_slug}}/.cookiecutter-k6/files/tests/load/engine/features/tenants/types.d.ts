import type { Values } from '../../settings/kinds.js';
import type { Shape } from '../../types/suite.js';

/** One row of config/tenants.js. */
export interface Tier {
  /** Promised requests per second. */
  rps: number;
  /** Promised number of users. */
  users: number;
  /** Maximum fraction of failed requests, 0 to 1. */
  errorRate: number;
  rateLimit: {
    requests: number;
    /** Duration, such as `60s`. */
    window: string;
  };
  /** User who logs in with AUTH_MODE=login. */
  user: string;
  load: {
    shape: Shape;
    /** Part of the run, as fractions of its duration; default: all of it. */
    during?: [from: number, to: number];
  };
  /** Maximum p95 of all requests except reports, milliseconds; default 500. */
  p95?: number;
  /** Runs only when TIERS names it. */
  optional?: boolean;
}

/** Targets of one endpoint; times in milliseconds. */
export interface Target {
  p50: number;
  p95: number;
  p99: number;
  /** Maximum fraction of failed requests, 0 to 1. */
  errorRate: number;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {
    /** `REPORT_WITHIN` in milliseconds. */
    reportWithinMs: number;
  }
}
