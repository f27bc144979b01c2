import pg from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { Tables } from '../database/tables.js';
import { readLegacyColumns } from '../legacy/legacy-columns.js';
import { readMirroredColumns, type MirroredColumn } from '../legacy/mirrored-columns.js';
import { isUsableHash, legacyPassword, type LegacyPassword, storedHash } from '../legacy/password-formats.js';
import { readIdType } from '../legacy/table-columns.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { readExpectedValues } from '../legacy/expected-values.js';
import { writtenBack } from '../legacy/write-back.js';
import { compareRows, type ComparedTable, type ComparedValue, type RowComparison } from './row-comparison.js';

/** Compares each row that came from a legacy table with its legacy columns. Empty if there is no legacy table. */
export async function compareWithLegacy(dataSource: DataSource, tables: Tables): Promise<ComparedTable[]> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    const compared: ComparedTable[] = [];
    for (const comparison of await comparisons(queryRunner, tables))
      compared.push(await compareRows(queryRunner, comparison));
    return compared;
  } finally {
    await queryRunner.release();
  }
}

async function comparisons(queryRunner: QueryRunner, tables: Tables): Promise<RowComparison[]> {
  const backfill = await readBackfill(queryRunner);
  if (backfill === undefined) return [];
  const { startedAt } = backfill;
  const found = [await usersAgainstLegacyColumns(queryRunner, tables, backfill)];
  for (const [table, columns] of await readMirroredColumns(queryRunner)) {
    const mirrored = await mirroredColumns(
      queryRunner,
      { table, relation: tables.relationOf(table) },
      columns,
      startedAt,
    );
    if (mirrored) found.push(mirrored);
  }
  return found;
}

interface BackfillTimes {
  readonly startedAt: string;
  /** A trigger of the application may have set `updated_at` of every row until then. */
  readonly endedAt: string;
}

/** Undefined if there was no backfill, or if the switch-over has ended, because then both sides change independently. */
async function readBackfill(queryRunner: QueryRunner): Promise<BackfillTimes | undefined> {
  const [tables] = (await queryRunner.query(
    `select to_regclass('gatehouse.switch_over') is not null
        and to_regclass('gatehouse.backfills') is not null as found`,
  )) as { found: boolean }[];
  if (!tables?.found) return undefined;
  const [backfill] = (await queryRunner.query(
    `select started_at::text as "startedAt", coalesce(finished_at, started_at)::text as "endedAt"
     from gatehouse.backfills, gatehouse.switch_over
     where name = 'backfill users' and mode <> 'ended'`,
  )) as BackfillTimes[];
  return backfill;
}

/** Computes from the legacy columns what the backfill would write. A password that was written back is equal too. */
async function usersAgainstLegacyColumns(
  queryRunner: QueryRunner,
  tables: Tables,
  { startedAt, endedAt }: BackfillTimes,
): Promise<RowComparison> {
  const password = legacyPassword(await readLegacyColumns(queryRunner), 'u');
  const { normalised } = await textExpressions(queryRunner);
  const ours = (column: string) => `u.${pg.escapeIdentifier(tables.columnOf('users', column))}`;
  const values = (await readExpectedValues(queryRunner)).map(({ column, expression, text }) => ({
    column,
    legacy: column === 'email' ? originalEmail(expression('u.itself'), normalised) : expression('u.itself'),
    ours: `u.${pg.escapeIdentifier(column)}${text ? '::text' : ''}`,
  }));
  return {
    table: tables.relationOf('users'),
    what: 'users',
    idType: await readIdType(queryRunner, 'users'),
    joins: `
      left join ${tables.viewOf('accounts')} a on a.provider_id = 'credential' and a.provider_user_id = u.id::text
      left join gatehouse.original_values o on o.relation = 'users' and o.row_id = u.id::text`,
    values: [...values, ...(password ? [passwordValue(password)] : [])],
    startedAt,
    writtenSince: `coalesce(greatest(${ours('updated_at')}, a.updated_at) > '${endedAt}'::timestamptz, false)`,
  };
}

/** Uses the e-mail from before the backfill if there is one, because the backfill overwrites the legacy column `email`. */
function originalEmail(expression: string, normalised: (value: string) => string): string {
  const conflicting = 'exists (select 1 from gatehouse.conflicts c where c.user_id = u.id::text)';
  return `case when o.was ? 'email' and o.became -> 'email' ->> 0 not like '%@users.invalid' and not ${conflicting} then ${normalised(`o.was -> 'email' ->> 0`)} else ${expression} end`;
}

function passwordValue(password: LegacyPassword): ComparedValue {
  const legacy = `case when ${isUsableHash(password)} then ${storedHash(password)} end`;
  const isWrittenBack = `${writtenBack('a.password', password.hash)} is not distinct from ${password.hash}::text`;
  return {
    column: 'password',
    legacy,
    ours: `case when ${isWrittenBack} then ${legacy} else a.password end`,
  };
}

/** Compares our columns with the legacy columns beside them. A trigger keeps both equal, whichever is written. */
async function mirroredColumns(
  queryRunner: QueryRunner,
  { table, relation }: { readonly table: string; readonly relation: string },
  columns: readonly MirroredColumn[],
  startedAt: string,
): Promise<RowComparison | undefined> {
  // Better Auth before 1.7 signs with its newest key, so the trigger writes another creation time for ours.
  const pairs = columns.filter(({ column }) => table !== 'jwks' || column !== 'created_at');
  if (pairs.length === 0) return undefined;
  return {
    table: relation,
    what: `${table} (columns that a trigger keeps equal)`,
    idType: await readIdType(queryRunner, relation),
    joins: '',
    values: pairs.map(({ column, legacy, ours }) => ({
      column,
      legacy: legacy('u.itself'),
      ours: ours('u.itself'),
    })),
    startedAt,
    writtenSince: 'false',
  };
}
