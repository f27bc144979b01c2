import type { QueryRunner } from 'typeorm';
import { literal, quote } from './1763900000000-catalogue.js';
import { error, warning, type Finding } from './1763900000000-finding.js';
import { countRowsWhere, type LegacyUsers } from './1763900000000-legacy-users.js';
import { findName, plainName } from './1763900000000-spelling.js';
import { countRows } from './1763900000000-users-table.js';

/** Columns of a users table that say who needs a second factor. */
const COLUMNS = [
  'two_factor_enabled',
  'is_two_factor_enabled',
  'two_factor_confirmed_at',
  'two_factor_secret',
  'otp_required_for_login',
  'otp_enabled',
  'otp_secret',
  'totp_enabled',
  'totp_secret',
  'mfa_enabled',
  'mfa_secret',
  'is_mfa_enabled',
  'two_fa_enabled',
  'is_2fa_enabled',
  'tfa_enabled',
  'google_2fa_secret',
  'encrypted_otp_secret',
];
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
  const accepted = process.env['LEGACY_SECOND_FACTOR'] === 'ignore';
  const found: string[] = [];
  const { columns } = users.adoption.source;
  for (const wanted of COLUMNS) {
    const column = columns.get(findName(columns.keys(), [wanted]) ?? '');
    if (!column) continue;
    const value = `u.${quote(column.name)}`;
    const isSet =
      column.typeName === 'bool' ? value : `coalesce(${value}::text, '') not in ('', '0', 'false')`;
    const rows = await countRowsWhere(queryRunner, users, isSet);
    if (rows) found.push(`${column.name} is set for ${rows}`);
  }
  for (const { schema, name } of await factorTables(queryRunner)) {
    const rows = await countRows(queryRunner, schema, name);
    if (!rows.startsWith('0 ')) found.push(`${schema}.${name} has ${rows}`);
  }
  const message = `Users have a second factor in the old application: ${found.join('; ')}`;
  if (found.length === 0) return [];
  if (accepted) return [warning(message, 'They sign in with their password alone.')];
  return [
    error(
      message,
      'They could sign in with their password alone. To accept that: LEGACY_SECOND_FACTOR=ignore',
    ),
  ];
}

async function factorTables(queryRunner: QueryRunner): Promise<{ schema: string; name: string }[]> {
  const rows = (await queryRunner.query(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ ${literal('^(pg_|gatehouse)')} order by 1, 2`,
  )) as { schema: string; name: string }[];
  const known = new Set(TABLES.map(plainName));
  return rows.filter(({ name }) => known.has(plainName(name)));
}
