import type { QueryRunner } from 'typeorm';
import { ownTableExists } from './1763900000000-catalogue.js';
import { TABLES, type ColumnDefinition } from './1763900000000-tables.js';

/** Prefix of our column if a legacy column of another type or meaning has its name. */
export const PREFIX = 'auth_';

/** Gives the name that our column of `users` has in this database, such as `auth_created_at` for `created_at`. */
export type UserColumns = (column: string) => string;

/** Reads the names that the first migrations chose. Before that, every column has its usual name. */
export async function readUserColumns(queryRunner: QueryRunner): Promise<UserColumns> {
  if (!(await ownTableExists(queryRunner, 'names'))) return (column) => column;
  const rows = (await queryRunner.query(
    `select split_part(object, '.', 2) as ours, name from gatehouse.names where object like 'users.%'`,
  )) as { ours: string; name: string }[];
  const names = new Map(rows.map(({ ours, name }) => [ours, name]));
  return (column) => names.get(column) ?? column;
}

/** Our columns of a table, by the names that they have in this database. */
export async function definitionsOf(queryRunner: QueryRunner, table: string): Promise<ColumnDefinition[]> {
  const definitions = TABLES[table] ?? [];
  if (table !== 'users') return [...definitions];
  const named = await readUserColumns(queryRunner);
  return definitions.map((definition) => ({ ...definition, name: named(definition.name) }));
}
