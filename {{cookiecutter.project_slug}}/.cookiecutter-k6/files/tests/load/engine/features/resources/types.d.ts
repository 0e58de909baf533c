import type { Values } from '../../settings/kinds.js';
import type { HttpResponse, Journey, LoadTest, Shape, Thresholds } from '../../types/suite.js';

/** One row of config/resources.js. */
export interface ResourceRow {
  /** Path below `API_PREFIX`, such as `/orders`. */
  path: string;
  /** Name of the k6 group around the whole journey. */
  group: string;
  /** Where a list response holds its entries: `array` for a bare `[...]`, else the field, such as `data` for `{ data: [...] }`. */
  list: string;
  /** Field that holds an entry's id; default `id`. */
  id?: string;
  /** Maximum response time in milliseconds; adds a check. */
  withinMs?: number;
  /** The journey: requests in this order. A step that needs an id is skipped if there is none. */
  steps: ResourceStep[];
  /**
   * Pass/fail criteria. A threshold on the `trend` of a step also applies to its endpoint. `errors` is the rate of
   * requests with a failed check.
   */
  thresholds?: Thresholds;
  /** Load without a profile; default: up to 10 VUs for 3 minutes. */
  shape?: Shape;
}

/** One request of a resource. */
export interface ResourceStep {
  /**
   * `create` POST path, `list` GET path, `search` GET path/search?q=term, `read` GET path/id, `update` PATCH
   * path/id, `add` POST path/id/below, `remove` DELETE path/id.
   */
  do: 'create' | 'list' | 'search' | 'read' | 'update' | 'add' | 'remove';
  /** Creates the body of each request. */
  body?: () => unknown;
  /** Query string of a list, such as `page=1&limit=20`. */
  query?: string;
  /** Search terms; each request picks one at random. */
  terms?: string[];
  /** Ids to read; each request picks one at random. Default: the id of the created entry, else one from the list. */
  ids?: string[];
  /** Name of the sub-resource that `add` writes to, such as `comments`. */
  below?: string;
  /** Overrides the default method, such as `PUT` for an update. */
  method?: string;
  /** Accepted statuses. Default: 201 for `create`, any 2xx for `add`, 200 or 204 for `remove`, else 200. */
  statuses?: number[];
  /** Name of a trend metric for the request's duration. */
  trend?: string;
  /** Name of a counter metric for successful requests. */
  counter?: string;
  /** Pause after the step in seconds: fixed, or [min, max]. */
  pause?: number | [number, number];
  /** Name of a k6 group inside the row's group. */
  group?: string;
}

/** Ids that the requests of one iteration pass on to later ones. */
export interface Found {
  created?: string;
  listed?: string;
  /** A create whose response gave no id. */
  lost?: { response: HttpResponse; sent: unknown };
}

export interface ResourceTest extends LoadTest {
  /** The rows as part of another test. */
  journey: Journey;
  iteration: (data: any) => void;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
