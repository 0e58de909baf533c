import type { Baseline } from '../../types/baseline.js';
import type { Summary } from '../../types/summary.js';

/** What a comment is about. */
export interface CommentContext {
  project: string;
  /** Identifies the comment of this suite among others on the same request. */
  slug: string;
  /** Commit that was tested. */
  commit: string;
  /** Branch that the request is merged into. */
  target: string;
  /** Address of the job. */
  run?: string;
  /** Address of report.html, if it can be opened without a download. */
  report?: string;
}

/** A finished run and the baseline that the target branch has for it. */
export interface Tested {
  summary: Summary;
  baseline?: Baseline;
}

/** A comment that exists. */
export interface ExistingComment {
  id: number;
  body: string;
}

/** What is different between GitHub and GitLab. */
export interface Host {
  /** Finds the request and its target branch; undefined if there is none any more. */
  request(): { id: number; target: string } | undefined;
  /** A file of a branch; undefined if it is not there. */
  file(path: string, branch: string): string | undefined;
  /** Comments that this account can change, oldest first. */
  comments(request: number): ExistingComment[];
  create(request: number, body: string): void;
  update(request: number, comment: number, body: string): void;
}
