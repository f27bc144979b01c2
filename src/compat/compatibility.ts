import type { DataSource } from 'typeorm';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { pendingMigrations } from '../migrating/expected-migrations.js';
import { readTables, withTables, type Queries } from '../database/tables.js';
import { checkBetterAuth } from './better-auth-check.js';
import { checkData } from './data-check.js';
import type { Finding } from '../migrating/finding.js';
import { compareWithLegacy } from './legacy-comparisons.js';
import { comparisonFindings, type ComparedTable } from './row-comparison.js';
import { checkStructure } from './structure-check.js';

export interface Compatibility {
  readonly compatible: boolean;
  readonly users: number;
  /** Comparisons with the legacy columns. Empty if there is no legacy table, or if the switch-over has ended. */
  readonly compared: readonly ComparedTable[];
  /** Sentences that say which checks were skipped, and why. */
  readonly skipped: readonly string[];
  readonly findings: readonly Finding[];
}

const NO_BETTER_AUTH =
  "Skipped Better Auth's own check, because the package better-auth is not installed. To install it: npm ci";
const INCOMPLETE =
  'Skipped the checks of rows, because tables or columns are missing. Correct the findings under Structure first.';

/**
 * Runs all checks on the database at `url`, to which `dataSource` is connected. Only reads.
 * @param begin called with the name of each part before it runs
 */
export async function checkCompatibility(
  dataSource: DataSource,
  url: string,
  fields: ConfiguredFields,
  begin: (part: string) => void = () => {},
): Promise<Compatibility> {
  begin('the structure');
  const pending = await pendingMigrations(dataSource, fields);
  const tables = await readTables(dataSource);
  const queries = withTables(tables, dataSource);
  const structure = await checkStructure(dataSource, tables);
  begin('with better-auth');
  const betterAuth = await checkBetterAuth(url, tables);
  const skipped: string[] = [];
  if (!betterAuth) skipped.push(NO_BETTER_AUTH);
  if (!structure.complete) skipped.push(INCOMPLETE);
  const comparable = structure.complete && pending.length === 0;
  if (comparable) begin('each row against the legacy columns');
  const compared = comparable ? await compareWithLegacy(dataSource, tables) : [];
  if (structure.complete) begin('the rows');
  const data = structure.complete ? await checkData(queries, tables) : [];
  const findings = [
    ...pendingFindings(pending),
    ...structure.findings,
    ...data,
    ...comparisonFindings(compared),
    ...(betterAuth ?? []),
  ];
  const compatible = !findings.some(({ level }) => level === 'error');
  const users = structure.complete ? await countUsers(queries) : 0;
  return { compatible, users, compared, skipped, findings };
}

function pendingFindings(pending: readonly string[]): Finding[] {
  if (pending.length === 0) return [];
  const remedy = 'Run: npm run migration:run';
  const message = 'Pending migrations';
  return [{ level: 'error', area: 'migrations', message, count: pending.length, examples: pending, remedy }];
}

async function countUsers(queries: Queries): Promise<number> {
  const [row] = await queries.query<{ users: number }[]>(
    'select count(*)::integer as users from {table users}',
  );
  return row?.users ?? 0;
}
