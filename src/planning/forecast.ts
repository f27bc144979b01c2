import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { isUnusableHash, isUsableHash, type LegacyPassword } from '../legacy/password-formats.js';
import { legacyFormatOf } from '../crypto/password/legacy-password.js';
import { textExpressions } from '../legacy/text-expressions.js';
import { findRows, type RowCheck } from '../migrating/find-rows.js';
import type { Finding } from '../migrating/finding.js';
import type { LegacyUsers } from './legacy-names.js';
import type { Forecast } from './plan.js';

const SHOWN = 10;

/** Names of the legacy users table and its columns, quoted for SQL. */
interface Legacy {
  readonly schema: string;
  readonly table: string;
  readonly id: string;
  readonly email: string;
  readonly password: LegacyPassword | undefined;
}

/**
 * Predicts what the backfills will find in the users table, under the name it has now. Reads the real tables.
 * @param schema quoted name of the real schema, because the schema of the copy comes first in `search_path`
 */
export async function forecast(
  queryRunner: QueryRunner,
  schema: string,
  users: LegacyUsers | undefined,
): Promise<Forecast> {
  if (!users) return { columns: {}, rows: {}, findings: [] };
  const column = (name: string) => `u.${pg.escapeIdentifier(name)}`;
  const legacy: Legacy = {
    schema,
    table: `${schema}.${pg.escapeIdentifier(users.table)}`,
    id: column(users.id),
    email: column(users.email),
    password:
      users.password === undefined
        ? undefined
        : {
            hash: column(users.password),
            salt: users.passwordSalt === undefined ? undefined : column(users.passwordSalt),
            format: legacyFormatOf(process.env),
          },
  };
  const checks = [
    await conflicts(queryRunner, legacy),
    ...hopelessPasswords(legacy),
    ...(await violations(queryRunner, legacy)),
  ];
  const found: (Finding | undefined)[] = [];
  for (const check of checks) found.push(await findRows(queryRunner, check, { shown: SHOWN }));
  found.push(await findRows(queryRunner, invalidIndexes(legacy), { area: 'structure', shown: SHOWN }));
  return {
    columns: users.chosen,
    rows: await rowsToMove(queryRunner, legacy),
    findings: found.filter((finding) => finding !== undefined),
  };
}

async function rowsToMove(
  queryRunner: QueryRunner,
  { table, password = { hash: 'null::text' } }: Legacy,
): Promise<Record<string, number>> {
  const [started] = (await queryRunner.query(
    `select to_regclass('gatehouse.backfills') is not null as found`,
  )) as { found: boolean }[];
  const [handled] = started?.found
    ? ((await queryRunner.query(
        `select rows::integer from gatehouse.backfills where name = 'backfill users'`,
      )) as {
        rows: number;
      }[])
    : [];
  const [counts] = (await queryRunner.query(
    `select count(*)::integer as users, count(*) filter (where ${isUsableHash(password)})::integer as accounts from ${table} u`,
  )) as { users: number; accounts: number }[];
  const left = Math.max(0, (counts?.users ?? 0) - (handled?.rows ?? 0));
  return { users: left, 'credential accounts': counts?.accounts ?? 0 };
}

async function conflicts(queryRunner: QueryRunner, { table, id, email }: Legacy): Promise<RowCheck> {
  const { normalised } = await textExpressions(queryRunner);
  return {
    level: 'warning',
    message: 'E-mail addresses that belong to several users, differing only in case or spaces',
    select: `select string_agg(${email}::text || ' (id ' || ${id}::text || ')', ' = ' order by ${id}) as example
             from ${table} u where ${email} is not null group by ${normalised(email)} having count(*) > 1 order by 1`,
    remedy:
      'These rows stay unchanged, and each user signs in with their own password. ' +
      'Decide who keeps the address, before or after the migrations.',
  };
}

function hopelessPasswords({ table, id, password }: Legacy): RowCheck[] {
  if (!password) return [];
  const ids = (condition: string) =>
    `select ${id}::text as example from ${table} u where ${condition} order by ${id}`;
  return [
    {
      level: 'warning',
      message: 'Users without a usable password',
      select: ids(isUnusableHash(password)),
      remedy:
        'They get no credential account. They can sign in after a password reset, or with another provider.',
    },
    {
      level: 'warning',
      message: 'Users whose hash has an unknown format',
      select: ids(`not ${isUnusableHash(password)} and not (${isUsableHash(password)})`),
      remedy: 'They get no credential account. They can sign in after a password reset.',
    },
  ];
}

/** PostgreSQL checks each updated row against NOT VALID constraints too, although it never checked the existing rows. */
async function violations(queryRunner: QueryRunner, { table, id }: Legacy): Promise<RowCheck[]> {
  const constraints = (await queryRunner.query(
    `select conname as name, pg_get_expr(conbin, conrelid) as expression from pg_constraint
     where conrelid = to_regclass($1) and contype = 'c' and not convalidated`,
    [table],
  )) as { name: string; expression: string }[];
  return constraints.map(({ name, expression }) => ({
    level: 'warning',
    message: `Users that violate the constraint ${name}, which is NOT VALID`,
    select: `select ${id}::text as example from ${table} u where not (${expression}) order by ${id}`,
    remedy: 'Correct these rows first. Otherwise they are not filled, but listed in gatehouse.quarantine.',
  }));
}

function invalidIndexes({ schema }: Legacy): RowCheck {
  return {
    level: 'warning',
    message: 'Invalid indexes, left behind by an interrupted build',
    select: `select c.relname::text as example from pg_index join pg_class c on c.oid = indexrelid
             where not indisvalid and c.relnamespace = '${schema.replaceAll("'", "''")}'::regnamespace order by 1`,
    remedy: 'The migrations build their own indexes again. Drop the others: drop index concurrently <name>',
  };
}
