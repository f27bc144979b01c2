/** What can send a statement: a data source, or one connection of it. */
export interface Queries {
  query(statement: string, parameters?: unknown[]): Promise<unknown>;
}
