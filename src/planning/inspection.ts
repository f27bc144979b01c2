import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Finding } from '../migrating/finding.js';
import { isMigrationFault } from '../migrating/migration-fault.js';

/** What the migrations will make of the legacy users. The first migration counts it. */
export interface Forecast {
  /** The chosen table, with its schema if that is not the first one of `search_path`. */
  readonly table: string;
  readonly source: { readonly schema: string | null; readonly name: string };
  /** Whether the table has another name, so that a view shows it as `users`. */
  readonly behindView: boolean;
  /** For each purpose, the present names of the chosen columns. */
  readonly columns: Readonly<Record<string, string>>;
  readonly users: number;
  /** Users who can sign in with their password. */
  readonly canSignIn: number;
  /** Numbers of users who cannot, by reason. Each user counts once. */
  readonly cannot: Readonly<Record<string, number>>;
  /** Number of credential accounts to create. */
  readonly accounts: number;
}

export interface Inspection {
  readonly findings: readonly Finding[];
  readonly forecast: Forecast | undefined;
}

/**
 * The first migration, which changes nothing. Repeats its types, because the server does not import the migrations'
 * helpers.
 */
interface Inspecting extends MigrationInterface {
  readonly findings: readonly { level: Finding['level']; message: string; remedy: string }[];
  readonly forecast: Forecast | undefined;
}

const NOTHING: Inspection = { findings: [], forecast: undefined };

/** Runs the first migration on the real tables, because it checks their rows and changes nothing. */
export async function inspect(
  migrations: readonly MigrationInterface[],
  queryRunner: QueryRunner,
): Promise<Inspection> {
  const inspecting = migrations.find(isInspection);
  if (!inspecting) return NOTHING;
  try {
    await inspecting.up(queryRunner);
  } catch (error) {
    if (!isMigrationFault(error)) throw error;
  }
  const findings = inspecting.findings.map(({ level, message, remedy }) => ({
    level,
    area: 'migrations' as const,
    ...withRemedy(message, remedy),
  }));
  return { findings, forecast: inspecting.forecast };
}

export const isInspection = (migration: MigrationInterface): migration is Inspecting =>
  migration.name?.startsWith('InspectLegacyTables') ?? false;

/** Some findings are one text that says what is wrong, and in its next sentence what to do. */
export function withRemedy(message: string, remedy: string): Pick<Finding, 'message' | 'remedy'> {
  if (remedy) return { message, remedy };
  const [, first, rest] = /^(.+?)[.:] (?=[A-Z])(.+)$/s.exec(message) ?? [];
  return first && rest ? { message: first, remedy: rest } : { message, remedy };
}
