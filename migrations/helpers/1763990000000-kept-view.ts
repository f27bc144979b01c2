import type { QueryRunner } from 'typeorm';
import { needTable, quote, readTable, spelt } from './1763900000000-catalogue.js';
import { physicalTable, type PhysicalTable } from './1763900000000-moved-tables.js';
import { TABLES, tableName } from './1763900000000-tables.js';
import { inTransaction } from './1763900000000-transaction.js';
import { definitionsOf } from './1763900000000-user-columns.js';
import { createView, ownSchema, servedColumn, type ShownColumns } from './1763901280000-named-view.js';
import { creation, rowFunctions } from './1763990000000-row-functions.js';

/**
 * The columns of a moved table that the view under our name shows: ours, those of configured fields, and the legacy ones
 * that our functions read or write. The old application can change and drop all others.
 */
export async function columnsToShow(queryRunner: QueryRunner, table: string): Promise<string[]> {
  const { columns } = await needTable(queryRunner, tableName(table));
  const named = await definitionsOf(queryRunner, table);
  const seed = new Set((TABLES[table] ?? []).map(({ name }) => name));
  const served = await readTable(queryRunner, table, await ownSchema(queryRunner));
  const wanted = new Set([
    ...named.map(({ name }) => name),
    ...[...(served?.columns.keys() ?? [])].filter((name) => !seed.has(name)),
    ...(await legacyColumns(queryRunner, table)),
  ]);
  const sources = await functionSources(queryRunner);
  const isUsed = (name: string) => sources.includes(`.${quote(name)}`) || mentions(sources, name);
  return [...columns.keys()].filter((name) => wanted.has(name) || isUsed(name));
}

function mentions(sources: string, name: string): boolean {
  return /^\w+$/.test(name) && new RegExp(String.raw`\b(new|old|u|r)\.${name}\b`).test(sources);
}

async function legacyColumns(queryRunner: QueryRunner, table: string): Promise<string[]> {
  const rows = (await queryRunner.query(
    `select column_name as name from gatehouse.legacy_columns
     where starts_with(purpose, $1 || '.') or $1 = 'users' and strpos(purpose, '.') = 0`,
    [table],
  )) as { name: string }[];
  return rows.map(({ name }) => name);
}

async function functionSources(queryRunner: QueryRunner): Promise<string> {
  const rows = (await queryRunner.query(
    `select prosrc as source from pg_proc where pronamespace = to_regnamespace('gatehouse')`,
  )) as { source: string }[];
  return rows.map(({ source }) => source).join('\n');
}

/** Creates the view under our name, with the rights that other roles have on the table. */
export async function createKeptView(
  queryRunner: QueryRunner,
  table: string,
  shown: readonly string[],
  physical: PhysicalTable,
): Promise<void> {
  const view = quote(tableName(table));
  const columns: ShownColumns = shown.map((name) => [name, physical.columnOf(name)]);
  await createView(queryRunner, view, columns, physical);
  const names = new Map(columns.map(([name, column]) => [column, name]));
  for (const { privilege, column, grantee } of await rightsOn(queryRunner, physical.relation)) {
    const name = column === null ? undefined : names.get(column);
    if (column !== null && name === undefined) continue;
    await queryRunner.query(
      `grant ${privilege}${name === undefined ? '' : ` (${quote(name)})`} on ${view} to ${grantee}`,
    );
  }
}

/** A right of another role than the owner. */
export interface Right {
  readonly privilege: string;
  /** Null if the right is for the whole table. */
  readonly column: string | null;
  readonly grantee: string;
}

/** @param relation for SQL. */
export async function rightsOn(queryRunner: QueryRunner, relation: string): Promise<Right[]> {
  return (await queryRunner.query(
    `select a.privilege_type as privilege, a.name as column,
            case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee
     from pg_class c cross join lateral (
       select privilege_type, grantee, null as name from aclexplode(c.relacl)
       union all
       select x.privilege_type, x.grantee, attname
       from pg_attribute cross join lateral aclexplode(attacl) x where attrelid = c.oid and not attisdropped
     ) a
     where c.oid = to_regclass($1) and a.grantee <> c.relowner
       and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`,
    [relation],
  )) as Right[];
}

/** Adds columns to the view under our name, if the table keeps its own. */
export async function showColumns(
  queryRunner: QueryRunner,
  table: string,
  names: readonly string[],
): Promise<void> {
  const physical = await physicalTable(queryRunner, table);
  if (!physical.kept) return;
  const { columns } = await needTable(queryRunner, tableName(table));
  const shown = [...new Set([...columns.keys(), ...names])];
  if (shown.length === columns.size) return;
  await inTransaction(queryRunner, `show columns of ${table}`, () =>
    createView(
      queryRunner,
      quote(tableName(table)),
      shown.map((name) => [name, physical.columnOf(name)]),
      physical,
    ),
  );
}

interface OwnView {
  readonly view: { readonly schema: string | null; readonly name: string };
  /** The present name of a column in the table, by its name in the view. */
  readonly columnOf: (name: string) => string;
}

/** Removes a column from our views, so that it can be dropped. Runs in the caller's transaction. */
export async function hideColumn(queryRunner: QueryRunner, table: string, hidden: string): Promise<void> {
  const physical = await physicalTable(queryRunner, table);
  const served = { schema: await ownSchema(queryRunner), name: table };
  const views: OwnView[] = [{ view: served, columnOf: await servedColumn(queryRunner, table, physical) }];
  if (physical.kept)
    views.push({ view: { schema: null, name: tableName(table) }, columnOf: physical.columnOf });
  for (const { view, columnOf } of views) {
    const facts = await readTable(queryRunner, view.name, view.schema);
    if (!facts?.columns.has(hidden)) continue;
    const shown = [...facts.columns.keys()].filter((name) => name !== hidden);
    await recreateView(
      queryRunner,
      spelt(view),
      shown.map((name) => [name, columnOf(name)]),
      physical,
    );
  }
}

/** PostgreSQL cannot remove a column from a view, so this creates it anew, with the functions that take its rows. */
async function recreateView(
  queryRunner: QueryRunner,
  view: string,
  columns: ShownColumns,
  physical: PhysicalTable,
): Promise<void> {
  const rights = await rightsOn(queryRunner, view);
  const functions = await rowFunctions(queryRunner, view);
  for (const { signature } of functions) await queryRunner.query(`drop function ${signature}`);
  await queryRunner.query(`drop view ${view}`);
  await createView(queryRunner, view, columns, physical);
  for (const { privilege, column, grantee } of rights) {
    if (column === null) await queryRunner.query(`grant ${privilege} on ${view} to ${grantee}`);
    else if (columns.some(([name]) => name === column))
      await queryRunner.query(`grant ${privilege} (${quote(column)}) on ${view} to ${grantee}`);
  }
  for (const statement of functions.flatMap(creation)) await queryRunner.query(statement);
}
