import type { Finding } from '../migrating/finding.js';
import type { LockLevel } from './lock-level.js';

export interface PlannedStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly lock: LockLevel;
  /** The table locked. */
  readonly table?: string;
  /** Made once for each batch of rows. */
  readonly batched: boolean;
}

export interface PlannedStep {
  readonly migration: string;
  readonly statements: readonly PlannedStatement[];
}

export interface Forecast {
  /** The legacy column chosen for each purpose. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

/** What `migration:run` would do. */
export interface Plan extends Forecast {
  /** False where the run would stop before its end. */
  readonly feasible: boolean;
  readonly steps: readonly PlannedStep[];
}
