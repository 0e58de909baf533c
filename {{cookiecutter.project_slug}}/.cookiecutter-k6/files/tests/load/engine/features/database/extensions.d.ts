// Modules that a k6 built with extensions has: docs/databases.md.

declare module 'k6/x/sql' {
  /** A pool of connections, in this VU. Errors of the database are exceptions. */
  export interface Database {
    query(text: string, ...args: unknown[]): Record<string, any>[];
    exec(text: string, ...args: unknown[]): { rowsAffected(): number };
    close(): void;
  }
  const sql: {
    /** Connects when the first statement runs. */
    open(driver: symbol, url: string, options?: Record<string, unknown>): Database;
  };
  export default sql;
}

declare module 'k6/x/sql/driver/postgres' {
  const driver: symbol;
  export default driver;
}
