import type { Finding } from '../migrating/finding.js';
import type { LockLevel } from './lock-level.js';

export interface PlannedStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly lock: LockLevel;
  /** The locked table. */
  readonly table?: string;
  /** True if the statement runs once for each batch of rows. */
  readonly batched: boolean;
}

export interface PlannedStep {
  readonly migration: string;
  readonly statements: readonly PlannedStatement[];
}

export interface Forecast {
  /** For each purpose, the legacy column that the migrations read. */
  readonly columns: Readonly<Record<string, string>>;
  /** Numbers of users to fill and of accounts to create. */
  readonly rows: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

/** The statements that `migration:run` would send, and what they would find. */
export interface Plan extends Forecast {
  /** False if the run would stop with an error. */
  readonly feasible: boolean;
  readonly steps: readonly PlannedStep[];
}
