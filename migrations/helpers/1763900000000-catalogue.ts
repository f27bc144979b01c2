import type { QueryRunner } from 'typeorm';

export interface ColumnFacts {
  readonly name: string;
  /** As DDL spells it, length included. */
  readonly type: string;
  readonly typeName: string;
  /** In characters; null without a limit. */
  readonly maxLength: number | null;
  readonly notNull: boolean;
  /** The default's expression. */
  readonly fallback: string | null;
  /** Filled by PostgreSQL itself: identity or generated. */
  readonly automatic: boolean;
}

/** `relkind` of pg_class: r is a plain table. */
export interface TableFacts {
  readonly name: string;
  readonly kind: string;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
}

/** What stands under this name in the schema that comes first in `search_path`, if anything does. */
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

/** As `readTable`, where the table has to be there. */
export async function needTable(queryRunner: QueryRunner, name: string): Promise<TableFacts> {
  const table = await readTable(queryRunner, name);
  if (!table) throw new Error(`the table ${name} has gone since the migrations began`);
  return table;
}

/** Whether `columns`, and nothing else, is unique in every row of the table: a valid index, not partial. */
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
