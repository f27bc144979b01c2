import type { DataSource, QueryRunner } from 'typeorm';
import { needTable, quote, readTable } from '../../migrations/helpers/1763900000000-catalogue.js';
import { readLegacyColumns } from '../../migrations/helpers/1763900000000-legacy-columns.js';
import { readMirrored, toOurs, toTheirs } from '../../migrations/helpers/1763900000000-mirror-values.js';
import { isUsableHash } from '../../migrations/helpers/1763900000000-password-formats.js';
import { TABLES } from '../../migrations/helpers/1763900000000-tables.js';
import { textExpressions } from '../../migrations/helpers/1763900000000-text.js';
import { userValues } from '../../migrations/helpers/1763900900000-user-values.js';
import { writtenBack } from '../../migrations/helpers/1763903000000-write-back.js';
import { compareRows, type ComparedTable, type ComparedValue, type RowComparison } from './row-comparison.js';

/** Every row that came from a legacy table, held against what that still says. None where there is no such table. */
export async function compareWithLegacy(dataSource: DataSource): Promise<ComparedTable[]> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    const compared: ComparedTable[] = [];
    for (const comparison of await comparisons(queryRunner))
      compared.push(await compareRows(queryRunner, comparison));
    return compared;
  } finally {
    await queryRunner.release();
  }
}

async function comparisons(queryRunner: QueryRunner): Promise<RowComparison[]> {
  const startedAt = await whenRowsCameOver(queryRunner);
  if (startedAt === undefined) return [];
  const found = [await usersAgainstLegacyColumns(queryRunner, startedAt)];
  for (const table of Object.keys(TABLES)) {
    const mirrored = await mirroredColumns(queryRunner, table, startedAt);
    if (mirrored) found.push(mirrored);
  }
  return found;
}

/** Undefined: there were no rows, or the switch-over has ended and each side goes its own way. */
async function whenRowsCameOver(queryRunner: QueryRunner): Promise<string | undefined> {
  for (const table of ['gatehouse_switch_over', 'gatehouse_backfills'])
    if (!(await readTable(queryRunner, table))) return undefined;
  const [backfill] = (await queryRunner.query(
    `select started_at::text as at from gatehouse_backfills, gatehouse_switch_over
     where name = 'backfill users' and mode <> 'ended'`,
  )) as { at: string }[];
  return backfill?.at;
}

/** By the rules of the backfill, and the password by those of the way back too. */
async function usersAgainstLegacyColumns(
  queryRunner: QueryRunner,
  startedAt: string,
): Promise<RowComparison> {
  const { password } = await readLegacyColumns(queryRunner);
  const { normalised } = await textExpressions(queryRunner);
  const values = (await userValues(queryRunner)).map(({ column, expression, text }) => ({
    column,
    legacy: column === 'email' ? originalEmail(expression, normalised) : expression,
    ours: text ? `u.${column}::text` : `u.${column}`,
  }));
  return {
    table: 'users',
    what: 'users',
    idType: await typeOfId(queryRunner, 'users'),
    joins: `
      left join accounts a on a.provider_id = 'credential' and a.provider_user_id = u.id::text
      left join gatehouse_original_values o on o.relation = 'users' and o.row_id = u.id::text`,
    values: [...values, ...(password ? [passwordValue(`u.${quote(password)}`)] : [])],
    startedAt,
    writtenSince: 'coalesce(greatest(u.updated_at, a.updated_at) > $1::timestamptz, false)',
  };
}

/** As it was before the backfill, where that changed it and nobody else has since. */
function originalEmail(expression: string, normalised: (value: string) => string): string {
  const conflicting = 'exists (select 1 from gatehouse_conflicts c where c.user_id = u.id::text)';
  return `case when o.was ? 'email' and not ${conflicting} then ${normalised(`o.was -> 'email' ->> 0`)} else ${expression} end`;
}

function passwordValue(column: string): ComparedValue {
  const legacy = `case when ${isUsableHash(column)} then ${column}::text end`;
  const isWrittenBack = `${writtenBack('a.password', column)} is not distinct from ${column}::text`;
  return {
    column: 'password',
    legacy,
    ours: `case when ${isWrittenBack} then ${legacy} else a.password end`,
  };
}

/** Columns beside legacy ones, which a trigger keeps the same whoever writes which. */
async function mirroredColumns(
  queryRunner: QueryRunner,
  table: string,
  startedAt: string,
): Promise<RowComparison | undefined> {
  // When a key was made is told to releases before 1.7 only as far as it must not be their newest.
  const pairs = (await readMirrored(queryRunner, table)).filter(
    ({ ours }) => table !== 'jwks' || ours.name !== 'created_at',
  );
  if (pairs.length === 0) return undefined;
  // Theirs may be less precise, so ours is compared as it would be there.
  const there = pairs.map(
    (pair) => `(${toTheirs('u', pair)})::${pair.theirs.type} as ${quote(pair.theirs.name)}`,
  );
  return {
    table,
    what: `${table}, columns beside legacy ones`,
    idType: await typeOfId(queryRunner, table),
    joins: `cross join lateral (select ${there.join(', ')}) as there`,
    values: pairs.map((pair) => ({
      column: pair.ours.name,
      legacy: toOurs('u', pair),
      ours: toOurs('there', pair),
    })),
    startedAt,
    writtenSince: 'false',
  };
}

async function typeOfId(queryRunner: QueryRunner, table: string): Promise<string> {
  const { columns } = await needTable(queryRunner, table);
  return columns.get('id')?.type ?? 'text';
}
