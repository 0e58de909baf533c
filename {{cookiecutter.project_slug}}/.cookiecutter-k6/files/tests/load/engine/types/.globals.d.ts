// What k6 offers as globals beyond @types/k6. Declared here instead of pulling in the DOM library, which
// would accept fetch, URL and others that k6 does not have. The dot at the start of the name keeps this file out of
// TypeScript projects around the suite, where these names have other types.

interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

declare const console: Console;

interface ImportMeta {
  resolve(specifier: string): string;
}

declare const crypto: { randomUUID(): string };

/** Loads a module only where it is needed; at init only. The type is that of the module. */
declare function require(path: string): any;
