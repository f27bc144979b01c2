import type { QueryRunner } from 'typeorm';
import type { Shadow } from './shadow-schema.js';

/** Names in the copy before the migrations. Keyed by PostgreSQL's numbers, because a rename does not change those. */
export interface OriginalNames {
  readonly tables: ReadonlyMap<number, string>;
  /** Keyed by the number of the table and of the column. */
  readonly columns: ReadonlyMap<string, string>;
}

interface NamedColumn {
  readonly table: number;
  readonly tableName: string;
  readonly column: number;
  readonly name: string;
}

/** Present names of the legacy users table and its columns. They are not quoted. */
export interface LegacyUsers {
  readonly table: string;
  readonly id: string;
  readonly email: string;
  readonly password: string | undefined;
  readonly passwordSalt: string | undefined;
  /** For each purpose, the column that the migrations read, by its name after the migrations. */
  readonly chosen: Readonly<Record<string, string>>;
}

export async function readOriginalNames(queryRunner: QueryRunner, shadow: Shadow): Promise<OriginalNames> {
  const found = await columnsOf(queryRunner, shadow);
  return {
    tables: new Map(found.map(({ table, tableName }) => [table, tableName])),
    columns: new Map(found.map(({ table, column, name }) => [`${table}.${column}`, name])),
  };
}

/** Compares the copy after the migrations with the names from before. Undefined if no legacy table became `users`. */
export async function readLegacyUsers(
  queryRunner: QueryRunner,
  shadow: Shadow,
  original: OriginalNames,
): Promise<LegacyUsers | undefined> {
  const columns = (await columnsOf(queryRunner, shadow)).filter(({ tableName }) => tableName === 'users');
  const table = original.tables.get(columns[0]?.table ?? 0);
  if (table === undefined) return undefined;
  const purposes = await readPurposes(queryRunner);
  const nameBefore = (name: string): string | undefined => {
    const found = columns.find((column) => column.name === name);
    const renamed = found && original.columns.get(`${found.table}.${found.column}`);
    return renamed ?? purposes.get(`users.${name}`);
  };
  const [id, email] = [nameBefore('id'), nameBefore('email')];
  if (id === undefined || email === undefined) return undefined;
  const chosen = Object.fromEntries([...purposes].filter(([purpose]) => !purpose.includes('.')));
  const before = (purpose: string) => chosen[purpose] && nameBefore(chosen[purpose]);
  return { table, id, email, password: before('password'), passwordSalt: before('password_salt'), chosen };
}

/** The migrations store here which legacy column has which purpose, or belongs to which column of ours. */
async function readPurposes(queryRunner: QueryRunner): Promise<Map<string, string>> {
  const [found] = (await queryRunner.query(
    `select to_regclass('gatehouse.legacy_columns') is not null as found`,
  )) as { found: boolean }[];
  if (!found?.found) return new Map();
  const rows = (await queryRunner.query(
    'select purpose, column_name as name from gatehouse.legacy_columns',
  )) as { purpose: string; name: string }[];
  return new Map(rows.map(({ purpose, name }) => [purpose, name]));
}

async function columnsOf(queryRunner: QueryRunner, { shadow }: Shadow): Promise<NamedColumn[]> {
  return (await queryRunner.query(
    `select c.oid::bigint::double precision as "table", c.relname as "tableName", a.attnum as column, a.attname as name
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = to_regnamespace($1) and c.relkind = 'r'`,
    [shadow],
  )) as NamedColumn[];
}
