// Types of k6 extensions. How to build a k6 with them: docs/databases.md.

declare module 'k6/x/mongo' {
  /** A connection. Errors are thrown. */
  export interface Client {
    find(
      database: string,
      collection: string,
      filter: object,
      sort: object | null,
      limit: number,
    ): Record<string, any>[];
    deleteMany(database: string, collection: string, filter: object): void;
    disconnect(): void;
  }
  const mongo: {
    /** Connects to the server; null when it does not respond. */
    newClient(url: string): Client | null;
  };
  export default mongo;
}
