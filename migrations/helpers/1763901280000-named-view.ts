import type { QueryRunner } from 'typeorm';
import { ownTableExists, quote, readTable } from './1763900000000-catalogue.js';
import { physicalTable, readMovedTable, type PhysicalTable } from './1763900000000-moved-tables.js';
import { TABLES, tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { recordUndo } from './1763900000000-undo-journal.js';
import { definitionsOf } from './1763900000000-user-columns.js';

/** Each column of a view: its name in the view, and its name in the table. */
export type ShownColumns = readonly (readonly [name: string, column: string])[];

/**
 * Creates the view `gatehouse.<our table>`, which shows a table of another name, or with other column names, under ours.
 * The server reads and writes such tables through it. Replaces the view if the table has new columns.
 * @param further columns to show besides ours. Of a table that keeps its legacy name, others stay out, because
 *   PostgreSQL refuses to change or drop a column that a view shows.
 */
export async function showUnderOurNames(
  queryRunner: QueryRunner,
  migration: string,
  table: string,
  further: readonly string[] = [],
): Promise<void> {
  if (!(await ownTableExists(queryRunner, 'names'))) return;
  const moved = await readMovedTable(queryRunner, table);
  if (!moved && !(await hasOtherNames(queryRunner, table))) return;
  const physical = await physicalTable(queryRunner, table);
  const existing = await readTable(queryRunner, table, await ownSchema(queryRunner));
  const columnOf = await servedColumn(queryRunner, table, physical);
  const others = moved
    ? [...(existing?.columns.keys() ?? []), ...further]
    : await otherColumns(queryRunner, table);
  const shown = [...new Set([...(TABLES[table] ?? []).map(({ name }) => name), ...others])];
  const columns: ShownColumns = shown.map((name) => [name, columnOf(name)]);
  await inTransaction(queryRunner, `create view gatehouse.${table}`, async () => {
    await createView(queryRunner, `gatehouse.${table}`, columns, physical);
    if (existing) return;
    await recordUndo(queryRunner, {
      migration,
      kind: 'statement',
      relation: table,
      statement: `drop view if exists gatehouse.${table}`,
    });
  });
}

async function hasOtherNames(queryRunner: QueryRunner, table: string): Promise<boolean> {
  const found = (await queryRunner.query(
    'select 1 from gatehouse.names where object = $1 or starts_with(object, $2) limit 1',
    [table, `${table}.`],
  )) as unknown[];
  return found.length > 0;
}

/** The present name of a column in the table, by its name in the view `gatehouse.<our table>`. */
export async function servedColumn(
  queryRunner: QueryRunner,
  table: string,
  { columnOf }: PhysicalTable,
): Promise<(name: string) => string> {
  const named = await definitionsOf(queryRunner, table);
  const names = new Map((TABLES[table] ?? []).map(({ name }, index) => [name, named[index]?.name ?? name]));
  return (name) => columnOf(names.get(name) ?? name);
}

/** The columns of the table that are not ours. */
async function otherColumns(queryRunner: QueryRunner, table: string): Promise<string[]> {
  const facts = await readTable(queryRunner, tableName(table));
  const named = (await definitionsOf(queryRunner, table)).map(({ name }) => name);
  return [...(facts?.columns.keys() ?? [])].filter((name) => !named.includes(name));
}

/** The schema `gatehouse`, or in a plan the copy of it. */
export async function ownSchema(queryRunner: QueryRunner): Promise<string> {
  const [row] = (await queryRunner.query(
    `select nspname as name from pg_namespace where oid = to_regnamespace('gatehouse')`,
  )) as { name: string }[];
  return row?.name ?? '';
}

/**
 * Creates a view that PostgreSQL can write through, or adds columns at its end. From PostgreSQL 15 on it reads the table
 * with the rights of its reader, so row-level security stays in effect.
 */
export async function createView(
  queryRunner: QueryRunner,
  view: string,
  columns: ShownColumns,
  { relation }: PhysicalTable,
): Promise<void> {
  const [version] = (await queryRunner.query(
    `select current_setting('server_version_num')::integer >= 150000 as invoker`,
  )) as { invoker: boolean }[];
  const options = version?.invoker ? ' with (security_invoker = true)' : '';
  const list = columns.map(([name, column]) =>
    name === column ? quote(name) : `${quote(column)} as ${quote(name)}`,
  );
  await queryRunner.query(
    `create or replace view ${view}${options} as select ${list.join(', ')} from ${relation}`,
  );
}
