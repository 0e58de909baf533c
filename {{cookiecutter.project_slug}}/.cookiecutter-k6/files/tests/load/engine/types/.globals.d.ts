// k6 globals that @types/k6 lacks. The DOM library is not used, because it would accept fetch, URL and others that k6
// does not have. The dot at the start of the name hides this file from TypeScript projects around the suite, where
// these names have other types.

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

declare const crypto: {
  randomUUID(): string;
  /** Of WebCrypto, what lib/signing.js needs. */
  subtle: {
    importKey(
      format: 'pkcs8',
      key: ArrayBuffer,
      algorithm: object,
      extractable: boolean,
      uses: string[],
    ): Promise<unknown>;
    sign(algorithm: object, key: unknown, data: Uint8Array): Promise<ArrayBuffer>;
  };
};

/** Loads a module on demand; works in the init context only. Returns the module. */
declare function require(path: string): any;

declare function setTimeout(act: () => void, ms: number): number;
declare function clearTimeout(timer: number): void;
