// Modules that a k6 built with extensions has: docs/databases.md.

declare module 'k6/x/mongo' {
  /** A connection of its own. Errors are exceptions. */
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
    /** Asks the server; null when there is none. */
    newClient(url: string): Client | null;
  };
  export default mongo;
}
