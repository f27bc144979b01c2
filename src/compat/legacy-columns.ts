import type { DataSource } from 'typeorm';

/** The legacy columns that the migrations chose, as far as they are still there. */
export interface LegacyColumns {
  readonly password?: string;
  readonly active?: string;
}

export async function readLegacyColumns(dataSource: DataSource): Promise<LegacyColumns> {
  const [found] = await dataSource.query<{ found: boolean }[]>(
    `select to_regclass('gatehouse_legacy_columns') is not null as found`,
  );
  if (!found?.found) return {};
  const rows = await dataSource.query<{ purpose: string; name: string }[]>(
    `select purpose, quote_ident(column_name) as name from gatehouse_legacy_columns
     join pg_attribute on attrelid = to_regclass('users') and attname = column_name and not attisdropped`,
  );
  return Object.fromEntries(rows.map(({ purpose, name }) => [purpose, name]));
}
