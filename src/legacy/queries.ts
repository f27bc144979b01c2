/** A data source or one of its connections. */
export interface Queries {
  query(statement: string, parameters?: unknown[]): Promise<unknown>;
}
