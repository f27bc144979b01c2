import type { QueryRunner } from 'typeorm';
import type { Adoption } from './1763900000000-adoption.js';
import { ownTableExists, quote, readTable, spelt } from './1763900000000-catalogue.js';
import { tableName } from './1763900000000-tables.js';

/** A legacy table that has our name only while the migrations run. */
export interface MovedTable {
  readonly schema: string | null;
  readonly name: string;
  /** Legacy names of the columns, by the names that they have while the table has ours. */
  readonly columns: Readonly<Record<string, string>>;
  /** The statements that give the table our names, with a view under the old ones. */
  readonly away: readonly string[];
  /** The statements that give it the old names back. */
  readonly back: readonly string[];
}

/** Stores how the table is moved. Returns the statement that forgets it. */
export async function recordMove(
  queryRunner: QueryRunner,
  { table, source, renamed }: Adoption,
  { away, back }: Pick<MovedTable, 'away' | 'back'>,
): Promise<string> {
  const columns = Object.fromEntries(renamed.map(({ ours, theirs }) => [ours.name, theirs.name]));
  await queryRunner.query('insert into gatehouse.moved_tables values ($1, $2, $3, $4, $5, $6)', [
    table,
    source.schema,
    source.name,
    ...[columns, away, back].map((value) => JSON.stringify(value)),
  ]);
  return `delete from gatehouse.moved_tables where table_name = '${table}'`;
}

export async function readMovedTable(
  queryRunner: QueryRunner,
  table: string,
): Promise<MovedTable | undefined> {
  if (!(await ownTableExists(queryRunner, 'moved_tables'))) return undefined;
  const [moved] = (await queryRunner.query(
    `select legacy_schema as schema, legacy_name as name, column_names as columns, away, back
     from gatehouse.moved_tables where table_name = $1`,
    [table],
  )) as MovedTable[];
  return moved;
}

/** One of our tables as it is now. */
export interface PhysicalTable {
  /** Null for the first schema of `search_path`. */
  readonly schema: string | null;
  readonly name: string;
  /** For SQL. */
  readonly relation: string;
  /** True if the table has its legacy names, and a view shows it under ours. */
  readonly kept: boolean;
  /** The present name of a column, by the name that it has while the table has ours. */
  readonly columnOf: (column: string) => string;
}

/** The table itself, for statements that PostgreSQL refuses for a view, such as ALTER TABLE. */
export async function physicalTable(queryRunner: QueryRunner, table: string): Promise<PhysicalTable> {
  const [name, moved] = [tableName(table), await readMovedTable(queryRunner, table)];
  if (!moved || (await readTable(queryRunner, name))?.kind !== 'v')
    return { schema: null, name, relation: quote(name), kept: false, columnOf: (column) => column };
  return keptTable(moved);
}

/** A moved table once it has its legacy names back. */
export function keptTable({ schema, name, columns }: MovedTable): PhysicalTable {
  return {
    schema,
    name,
    relation: spelt({ schema, name }),
    kept: true,
    columnOf: (column) => columns[column] ?? column,
  };
}
