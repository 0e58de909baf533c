import type { Values } from '../../settings/kinds.js';
import type { LoadTest, Shape, Thresholds } from '../../types/suite.js';

/** One row of config/resources.js. */
export interface ResourceRow {
  /** Below `API_PREFIX`, such as `/orders`. */
  path: string;
  /** Name of the k6 group around the whole journey. */
  group: string;
  /** Where the entries of a list are: `array` for a bare `[...]`, else the field, such as `data` for `{ data: [...] }`. */
  list: string;
  /** Field that holds an entry's id; default `id`. */
  id?: string;
  /** Longest time for each answer, milliseconds; adds a check. */
  withinMs?: number;
  /** The journey: these requests, in this order. A step that needs an id is left out when there is none. */
  steps: ResourceStep[];
  /**
   * What counts as good. A threshold on the `trend` of a step also holds for its endpoint. `errors` is the share
   * of requests with a failed check.
   */
  thresholds?: Thresholds;
  /** How much when no profile is asked for; default: up to 10 users for 3 minutes. */
  shape?: Shape;
}

/** One request of a resource. */
export interface ResourceStep {
  /**
   * `create` POST path, `list` GET path, `search` GET path/search?q=term, `read` GET path/id, `update` PATCH
   * path/id, `add` POST path/id/below, `remove` DELETE path/id.
   */
  do: 'create' | 'list' | 'search' | 'read' | 'update' | 'add' | 'remove';
  /** Makes a new body for each request. */
  body?: () => unknown;
  /** Query of a list, such as `page=1&limit=20`. */
  query?: string;
  /** Words to search for, one at random. */
  terms?: string[];
  /** Ids to read, one at random. Without it: the created entry's, or one of the list when nothing is created. */
  ids?: string[];
  /** Name of the sub-resource that `add` writes to, such as `comments`. */
  below?: string;
  /** Instead of the usual method, such as `PUT` for an update. */
  method?: string;
  /** Accepted statuses. Default: 201 for `create`, any 2xx for `add`, 200 or 204 for `remove`, else 200. */
  statuses?: number[];
  /** Trend of the request's duration. */
  trend?: string;
  /** Counter of successful requests. */
  counter?: string;
  /** Pause after the step, seconds: fixed, or from and to. */
  pause?: number | [number, number];
  /** Name of a group inside the row's. */
  group?: string;
}

/** What the requests of one iteration hand on. */
export interface Found {
  created?: string;
  listed?: string;
}

export interface ResourceTest extends LoadTest {
  iteration: (data: any) => void;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
