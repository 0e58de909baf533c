import type { Values } from '../../settings/kinds.js';

/** What a message says, in plain text. */
export interface Announcement {
  passed: boolean;
  title: string;
  /** Facts by name, such as the target. */
  facts: [name: string, value: string][];
  /** One paragraph per test that failed: its name and why. */
  findings: { test: string; reasons: string[] }[];
  /** Address of the job in the CI system, if there is one. */
  link?: string;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
