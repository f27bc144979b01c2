import type { QueryRunner } from 'typeorm';
import { literal, quote, type ColumnFacts } from './1763900000000-catalogue.js';
import { error, warning, type Finding } from './1763900000000-finding.js';
import { countRowsWhere, type LegacyUsers } from './1763900000000-legacy-users.js';
import { findName, plainName } from './1763900000000-spelling.js';
import { countRows } from './1763900000000-users-table.js';

/** Columns of a users table that say who needs a second factor. */
export const FLAGS = [
  'two_factor_enabled',
  'is_two_factor_enabled',
  'two_factor_confirmed_at',
  'otp_required_for_login',
  'otp_enabled',
  'totp_enabled',
  'mfa_enabled',
  'is_mfa_enabled',
  'two_fa_enabled',
  'is_2fa_enabled',
  'tfa_enabled',
];
/** Columns of a users table with the secret of an authenticator app. */
export const SECRETS = [
  'two_factor_secret',
  'otp_secret',
  'totp_secret',
  'mfa_secret',
  'google_2fa_secret',
  'encrypted_otp_secret',
];
/** The variable that names the column in which the plugin `two-factor` stores whether a user has a second factor. */
const ENABLED_VARIABLE = 'TWO_FACTOR_SCHEMA_USER_FIELDS_TWO_FACTOR_ENABLED';

/** The published library's own name of that column. */
const OF_BETTER_AUTH = 'twoFactorEnabled';

/** That column of the users table. */
export const enabledColumn = (): string => process.env[ENABLED_VARIABLE] || 'two_factor_enabled';

/** Tables of frameworks that hold second factors: django-otp, Supabase, Laravel and others. */
const TABLES = [
  'otp_totp_totpdevice',
  'otp_static_staticdevice',
  'mfa_factors',
  'mfa_authenticator',
  'two_factor_authentications',
];

/**
 * Users who need a second factor in the old application could sign in with the password alone. The run stops until the
 * operator accepts that.
 */
export async function secondFactorFindings(queryRunner: QueryRunner, users: LegacyUsers): Promise<Finding[]> {
  const decision = process.env['LEGACY_SECOND_FACTOR'];
  const found: string[] = [];
  const { columns } = users.adoption.source;
  for (const wanted of [...FLAGS, ...SECRETS]) {
    const column = columns.get(findName(columns.keys(), [wanted]) ?? '');
    // The plugin goes on with the values of a column that it was told to use.
    if (!column || column.name === process.env[ENABLED_VARIABLE]) continue;
    const rows = await countRowsWhere(queryRunner, users, isSet(column));
    if (rows) found.push(`${column.name} is set for ${rows}`);
  }
  for (const { schema, name } of await factorTables(queryRunner)) {
    const rows = await countRows(queryRunner, schema, name);
    if (!rows.startsWith('0 ')) found.push(`${schema}.${name} has ${rows}`);
  }
  const message = `Users have a second factor in the old application: ${found.join('; ')}`;
  if (found.length === 0) return [];
  if (decision === 'ignore') return [warning(message, 'They sign in with their password alone.')];
  if (decision === 'carry-over') return [warning(message, 'They need it here too.')];
  return [
    error(
      message,
      'They could sign in with their password alone. To ask for the second factor here too: ' +
        'LEGACY_SECOND_FACTOR=carry-over. To let them in: LEGACY_SECOND_FACTOR=ignore' +
        (columns.has(OF_BETTER_AUTH)
          ? `. If it is the column of Better Auth: PLUGINS=two-factor ${ENABLED_VARIABLE}=${OF_BETTER_AUTH}`
          : ''),
    ),
  ];
}

/** SQL: true if the column `u.<name>` says that there is a second factor. */
export function isSet({ name, typeName }: Pick<ColumnFacts, 'name' | 'typeName'>): string {
  const value = `u.${quote(name)}`;
  return typeName === 'bool'
    ? `coalesce(${value}, false)`
    : `coalesce(${value}::text, '') not in ('', '0', 'false')`;
}

/** The tables of frameworks that hold second factors. */
export async function factorTables(queryRunner: QueryRunner): Promise<{ schema: string; name: string }[]> {
  const rows = (await queryRunner.query(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ ${literal('^(pg_|gatehouse)')} order by 1, 2`,
  )) as { schema: string; name: string }[];
  const known = new Set(TABLES.map(plainName));
  return rows.filter(({ name }) => known.has(plainName(name)));
}
