export type Level = 'error' | 'warning';

/** One fault of the database, and what to do about it. A database with warnings alone is compatible. */
export interface Finding {
  readonly level: Level;
  readonly area: 'migrations' | 'structure' | 'data' | 'better-auth';
  readonly message: string;
  /** The number of rows, if the fault is one of rows. */
  readonly count?: number;
  readonly examples?: readonly string[];
  readonly remedy: string;
}
