import type { QueryRunner } from 'typeorm';

export interface ColumnFacts {
  readonly name: string;
  /** As DDL spells it, with the length. */
  readonly type: string;
  readonly typeName: string;
  /** Characters; null if there is no limit. */
  readonly maxLength: number | null;
  readonly notNull: boolean;
  /** SQL expression of the default. */
  readonly fallback: string | null;
  /** True if PostgreSQL fills the column itself: identity or generated. */
  readonly automatic: boolean;
}

/** `kind` is `relkind` of pg_class; `r` is a plain table. */
export interface TableFacts {
  readonly name: string;
  readonly kind: string;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
}

/** The table or view of this name in the first schema of `search_path`; undefined if there is none. */
export async function readTable(queryRunner: QueryRunner, name: string): Promise<TableFacts | undefined> {
  const [table] = (await queryRunner.query(
    `select c.oid, c.relkind as kind from pg_class c
     where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relname = $1
       and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    [name],
  )) as { oid: number; kind: string }[];
  if (!table) return undefined;
  const columns = (await queryRunner.query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, t.typname as "typeName",
            case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4 end as "maxLength",
            a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as fallback,
            a.attidentity <> '' or a.attgenerated <> '' as automatic
     from pg_attribute a
     join pg_type t on t.oid = a.atttypid
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [table.oid],
  )) as ColumnFacts[];
  return { name, kind: table.kind, columns: new Map(columns.map((column) => [column.name, column])) };
}

/** Same as `readTable`, but throws if the table does not exist. */
export async function needTable(queryRunner: QueryRunner, name: string): Promise<TableFacts> {
  const table = await readTable(queryRunner, name);
  if (!table) throw new Error(`the table ${name} no longer exists`);
  return table;
}

/** True if a valid unique index covers exactly this column in all rows, so a partial index does not count. */
export async function isUnique(queryRunner: QueryRunner, table: string, column: string): Promise<boolean> {
  const found = (await queryRunner.query(
    `select 1 from pg_index i
     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indrelid = to_regclass($1) and a.attname = $2 and i.indnkeyatts = 1
       and i.indisunique and i.indisvalid and i.indpred is null and i.indimmediate`,
    [table, column],
  )) as unknown[];
  return found.length > 0;
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
