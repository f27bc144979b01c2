export type Level = 'error' | 'warning';

/** A fault of the database and its remedy. A database that has only warnings is compatible. */
export interface Finding {
  readonly level: Level;
  readonly area: 'migrations' | 'structure' | 'data' | 'better-auth';
  /** A sentence. If there is a `count`, it is a noun phrase that names what is counted, such as "Users without a name". */
  readonly message: string;
  /** Number of faulty rows or other things; undefined for a single fault. */
  readonly count?: number;
  readonly examples?: readonly string[];
  readonly remedy: string;
}
