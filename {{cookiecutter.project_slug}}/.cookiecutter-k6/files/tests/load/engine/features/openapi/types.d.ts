import type { Values } from '../../settings/kinds.js';
import type { DeclaredResponse, Fits } from '../rows/types.js';

export type { DeclaredResponse, Fits };

/** One value of an API document, as the table data/operations.jsonl holds it. See engine/features/openapi/table.js. */

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [k: string]: Json };

/** A part of a text that follows a pattern. */
export type PatternPart =
  | string
  | { chars: string; min?: number; max?: number }
  | { any: PatternPart[][]; min?: number; max?: number };

export type FormatName =
  | 'date-time'
  | 'date'
  | 'time'
  | 'duration'
  | 'email'
  | 'uuid'
  | 'uri'
  | 'hostname'
  | 'ipv4'
  | 'ipv6'
  | 'byte';

/** How to make one value; each kind keeps to the schema it was compiled from. */
export type Generator =
  | { const: Json }
  | { pick: Json[] }
  /** A shared generator, by its name. */
  | { use: string }
  /** An id that an earlier answer gave; else a made one. */
  | { bind: string; else: Generator; fits?: Fits }
  | { make: 'text'; min: number; max?: number; like?: string; fresh?: boolean }
  | { make: 'format'; format: FormatName; min?: number; max?: number; fresh?: boolean }
  | { make: 'pattern'; parts: PatternPart[]; fresh?: boolean }
  | { make: 'int' | 'number'; min: number; max: number; step?: number }
  | { make: 'bool' }
  | { make: 'array'; items: Generator; min?: number; max?: number; unique?: boolean }
  | { make: 'tuple'; items: Generator[] }
  | {
      make: 'object';
      required?: Record<string, Generator>;
      optional?: Record<string, Generator>;
      min?: number;
      /** Properties of which the first must not be greater than the second. */
      ordered?: [string, string][];
    }
  | { make: 'map'; values: Generator; keys?: Generator; min?: number; max?: number }
  | { make: 'one'; of: Generator[] }
  /** Not in the file: what overrides make of a body. */
  | { make: 'with'; base: Generator; properties: Record<string, Generator> }
  | { make: 'file'; name: string; type: string; size: number };

export type Style =
  | 'simple'
  | 'label'
  | 'matrix'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'tabDelimited'
  | 'deepObject';

export interface Parameter {
  in: 'path' | 'query' | 'header' | 'cookie';
  name: string;
  optional?: boolean;
  style?: Style;
  explode?: boolean;
  /** How the lists in a list are written. */
  inner?: Style;
  /** The value is sent as JSON text. */
  json?: boolean;
  /** Reserved characters stay as they are. */
  reserved?: boolean;
  gen: Generator;
}

export interface BodyField {
  style?: Style;
  explode?: boolean;
  /** Content type of a multipart part. */
  type?: string;
}

export interface BodyType {
  type: string;
  kind: 'json' | 'form' | 'multipart' | 'text' | 'binary';
  gen: Generator;
  fields?: Record<string, BodyField>;
}

export type Role = 'create' | 'list' | 'read' | 'update' | 'delete' | 'action' | 'query';

/** One operation as the file has it; others are named. */
export interface Row {
  name: string;
  id?: string;
  method: string;
  /** Literal text and names of path parameters in turn. */
  url: string[];
  base?: string;
  tags?: string[];
  journey: string;
  role: Role;
  params?: Parameter[];
  /** Indexes of parameters of which the first must not be greater than the second. */
  ordered?: [number, number][];
  /** Optional parameters that are not sent. */
  left?: string[];
  body?: { required?: boolean; types: BodyType[] };
  /** Alternatives; each is a set of schemes that go together. */
  auth?: string[][];
  ok: string[];
  responses?: Record<string, DeclaredResponse>;
  /** Slot -> places of an answer that hold its value. */
  gives?: Record<string, string[]>;
  /** Slot -> operations that give it. */
  needs?: Record<string, string[]>;
  undo?: string;
  skip?: string;
  /** What harm it may do, such as `ends the session`. */
  danger?: string;
  /** Values that name what a write changes -> their slots; an empty one: nothing gives the value. */
  targets?: Record<string, string>;
  /** Keys of `values`: what it signs in with, which cannot be made up. */
  credentials?: string[];
}

/** What is to be sent for a security scheme; `connection`: nothing, the client certificate is enough. */
export interface Credential {
  in: 'header' | 'query' | 'cookie' | 'connection';
  name: string;
  value: string;
}

/** What follows from a row, its overrides and the settings. */
export interface Derived {
  base: string;
  weight: number;
  kind: 'api_read' | 'api_write';
  /** Those that count as success. */
  statuses: (number | { min: number; max: number })[];
  accept: string;
  /** Security schemes to send the credentials of; an empty name: those of AUTH_MODE. */
  auth: readonly string[];
  /** The slot of what a delete deletes. */
  deletes?: string;
}

/** One operation as the VUs read it: its row, with others as indexes. */
export interface Operation extends Derived {
  index: number;
  name: string;
  method: string;
  url: string[];
  role: Role;
  params: Parameter[];
  /** Indexes of parameters of which the first must not be greater than the second. */
  ordered?: [number, number][];
  body?: BodyType;
  responses: Record<string, DeclaredResponse>;
  /** Slot -> places of an answer that hold its value. */
  gives: Record<string, string[]>;
  /** Slot -> operations that give it. */
  needs: Record<string, number[]>;
  undo?: number;
  /** What reads a thing that it created. */
  look?: number;
  /** What lists the things that it creates, if something deletes them. */
  list?: number;
  /** Slots that must be filled with ids of this run's own. */
  targets: string[];
}

/** What a VU does in one go: operations of one journey, in order. */
export interface Walk {
  operations: number[];
  /** Highest weight in it; the others are taken in proportion. */
  weight: number;
  /** Weights of all walks up to this one. */
  upTo: number;
}

export interface Scheme {
  type: 'apiKey' | 'basic' | 'bearer' | 'http' | 'tls' | 'other';
  in?: 'header' | 'query' | 'cookie';
  name?: string;
  what?: string;
}

export interface Header {
  format: number;
  document: { title?: string; version?: string; openapi?: string; source?: string } | null;
  base?: string;
  servers?: { host: string; base: string }[];
  schemes?: Record<string, Scheme>;
  unsupported?: { at: string; what: string }[];
}

/** One entry of operations.overrides.json. */
export interface Override {
  skip?: string | boolean;
  ok?: string[];
  weight?: number;
  /** false: its answers are not checked against the document. */
  check?: boolean;
  values?: Record<string, Json>;
}

declare module '../../types/features.js' {
  interface FeatureEnvironment extends Values<typeof import('./settings.js').settings> {}
}
