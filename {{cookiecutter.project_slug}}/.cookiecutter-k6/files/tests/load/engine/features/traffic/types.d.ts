import type { DeclaredResponse, ExpectedResponse } from '../rows/types.js';
import type { Values } from '../../settings/kinds.js';

/** A text, or a value by its name and how it is written. `base` is the address of the service. */
export type Part = string | { v: string; as?: 'url' | 'form' | 'json' };

/** Where an answer holds a value. */
export type Where =
  | { in: 'json'; path: (string | number | Anchor)[] }
  | ({ in: 'header'; name: string } & InAddress)
  | { in: 'cookie'; name: string }
  | { in: 'field' | 'meta' | 'attribute'; name: string; nth: number }
  | ({ in: 'link'; tag: 'a' | 'form'; path: string; nth: number; has?: string } & InAddress)
  | { in: 'text'; before: string; after: string; nth: number };

/** Which part of an address; neither: all of it. */
export interface InAddress {
  segment?: number;
  query?: string;
}

/** The element of a list whose member `key` (in `under`, if given) is the value `is`. */
export interface Anchor {
  key: string;
  is: string;
  under?: string;
}

/** What a value is. One of: from an answer, data of the user, the login, a secret, made anew, as recorded. */
export interface Definition {
  from?: number;
  where?: Where;
  data?: string;
  user?: 'email' | 'password';
  setting?: string;
  new?: 'text' | 'email' | 'uuid' | 'time' | 'random' | 'password';
  like?: string;
  join?: string;
  /** The extension of a file. */
  end?: string;
  /** Made anew at each use, not only in each iteration. */
  each?: boolean;
  /** Seconds from now, of times. */
  offset?: number;
  same?: string;
}

export type Status = number | { min: number; max: number };

/** One line of data/traffic.jsonl: a request. */
export interface Row {
  journey: string;
  step: number;
  name: string;
  method: string;
  kind: 'api_read' | 'api_write';
  url: Part[];
  group?: string;
  headers?: Record<string, Part[]>;
  cookies?: Record<string, Part[]>;
  body?: Part[];
  type?: string;
  ok: Status[];
  responses?: Record<string, DeclaredResponse & { required?: string[][] }>;
  takes?: Record<string, Where>;
  /** Of `takes`, those that name what it creates. */
  creates?: string[];
  /** Its name says that it creates, as GraphQL has no status for that. */
  says?: boolean;
  /** Values that have to name what the journey created: it changes or deletes that. */
  own?: string[];
  /** Seconds before it. */
  pause?: number;
  /** The step that it runs in parallel with. */
  with?: number;
  /** The browser may keep the answer. */
  cached?: boolean;
  /** Deletes what the journey created; runs at its end. */
  undo?: boolean;
}

/** The line about a journey. */
export interface About {
  journey: string;
  source: string;
  host: string;
  values: Record<string, Definition>;
  weight?: number;
  skip?: boolean | string;
}

/** A step as the VUs read it. */
export interface Step extends Omit<Row, 'responses'> {
  responses: Record<string, ExpectedResponse>;
  /** Its answer may hold a secret. */
  confidential: boolean;
  /** It logs a user in. */
  login: boolean;
}

/** A journey as the VUs read it. */
export interface Journey {
  name: string;
  /** Index of its first step, and how many there are. */
  first: number;
  count: number;
  values: Record<string, Definition>;
  /** Weights of all journeys up to this one. */
  upTo: number;
  /** Index of its first data row, and how many there are. */
  data: number;
  rows: number;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
