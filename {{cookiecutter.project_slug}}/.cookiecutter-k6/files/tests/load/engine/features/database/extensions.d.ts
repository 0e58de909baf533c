// Types of k6 extensions. How to build a k6 with them: docs/databases.md.

declare module 'k6/x/sql' {
  /** A connection pool of this VU. Database errors are thrown. */
  export interface Database {
    query(text: string, ...args: unknown[]): Record<string, any>[];
    exec(text: string, ...args: unknown[]): { rowsAffected(): number };
    close(): void;
  }
  const sql: {
    /** Does not connect until the first statement runs. */
    open(driver: symbol, url: string, options?: Record<string, unknown>): Database;
  };
  export default sql;
}

declare module 'k6/x/sql/driver/postgres' {
  const driver: symbol;
  export default driver;
}
