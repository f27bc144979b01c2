import type { BetterAuthMapping } from '../database/better-auth-mapping.js';
import type { Finding } from '../migrating/finding.js';
import type { Forecast } from './inspection.js';
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

/** The strongest lock of the migrations on tables that exist before them. */
export interface StrongestLock {
  readonly level: LockLevel;
  readonly tables: readonly string[];
  /** Milliseconds that a statement waits for it. Then the migration lets other sessions pass and tries again. */
  readonly longestWait: number;
}

/** A table of ours that has another name in this database, or columns with other names. */
export interface OtherNames {
  readonly table: string;
  readonly name: string;
  /** Names of the columns by our names. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface Grants {
  /** For the role of the server, after the migrations. They name it `<role>`. */
  readonly serving: readonly string[];
  /** For the role that migrates. Empty if it has what it needs. */
  readonly migrating: readonly string[];
}

/** What `migration:run` would do to this database. */
export interface Plan {
  /** False if the run would stop with an error. */
  readonly feasible: boolean;
  /** The legacy users. Undefined if there are none, or if they are migrated already. */
  readonly legacy: Forecast | undefined;
  /** Errors first. */
  readonly findings: readonly Finding[];
  /** Numbers of rows to write, by what is written. */
  readonly rows: Readonly<Record<string, number>>;
  /** Expected seconds of the backfills. */
  readonly seconds: number;
  readonly names: readonly OtherNames[];
  /** Better Auth's options for these names; undefined if the usual ones fit. */
  readonly mapping: BetterAuthMapping | undefined;
  readonly grants: Grants;
  readonly strongestLock: StrongestLock | undefined;
  readonly steps: readonly PlannedStep[];
}
