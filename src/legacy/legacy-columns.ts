import type { Queries } from './queries.js';

/**
 * The columns of the users table in which the legacy application keeps passwords, quoted for SQL. The migrations choose
 * them once. A column that was dropped since is left out.
 */
export interface LegacyColumns {
  readonly password?: string;
  readonly passwordSalt?: string | undefined;
  /** Not a column: the value of `LEGACY_PASSWORD_FORMAT` when the migrations began. */
  readonly passwordFormat?: string | undefined;
}

export async function readLegacyColumns(queries: Queries): Promise<LegacyColumns> {
  const [found] = (await queries.query(
    `select to_regclass('gatehouse.legacy_columns') is not null as found`,
  )) as { found: boolean }[];
  if (!found?.found) return {};
  const rows = (await queries.query(
    `select purpose, quote_ident(column_name) as name
     from gatehouse.legacy_columns
     join pg_attribute on attrelid = to_regclass('users') and attname = column_name and not attisdropped
     where purpose in ('password', 'password_salt')
     union all
     select 'password_format', value from gatehouse.choices where variable = 'LEGACY_PASSWORD_FORMAT'`,
  )) as { purpose: string; name: string }[];
  const {
    password_salt: passwordSalt,
    password_format: passwordFormat,
    ...others
  } = Object.fromEntries(rows.map(({ purpose, name }) => [purpose, name])) as Record<
    string,
    string | undefined
  >;
  return { ...others, passwordSalt, passwordFormat };
}
