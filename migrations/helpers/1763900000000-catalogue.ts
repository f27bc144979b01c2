import type { QueryRunner } from 'typeorm';

export interface ColumnFacts {
  readonly name: string;
  /** As DDL spells it, with the length. */
  readonly type: string;
  /** Short name of the type. For a domain, of the type below it. */
  readonly typeName: string;
  /** Characters; null if there is no limit. */
  readonly maxLength: number | null;
  readonly notNull: boolean;
  /** SQL expression of the default. */
  readonly fallback: string | null;
  /** True if PostgreSQL fills the column itself: identity or generated. */
  readonly automatic: boolean;
  /** True if PostgreSQL computes the column from others, so that nobody can write it. */
  readonly generated: boolean;
}

/** `kind` is `relkind` of pg_class; `r` is a plain table. */
export interface TableFacts {
  readonly name: string;
  /** Null for the first schema of `search_path`. */
  readonly schema: string | null;
  readonly kind: string;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
}

/**
 * The table or view of this name; undefined if there is none.
 * @param schema null for the first schema of `search_path`
 */
export async function readTable(
  queryRunner: QueryRunner,
  name: string,
  schema: string | null = null,
): Promise<TableFacts | undefined> {
  const [table] = (await queryRunner.query(
    `select c.oid, c.relkind as kind from pg_class c
     where c.relnamespace = ${schema === null ? 'to_regnamespace(quote_ident(current_schema()))' : `to_regnamespace(${literal(quote(schema))})`}
       and c.relname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
    [name],
  )) as { oid: number; kind: string }[];
  if (!table) return undefined;
  const columns = (await queryRunner.query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, b.typname as "typeName",
            case when b.typname in ('varchar', 'bpchar') and greatest(a.atttypmod, t.typtypmod) > 4
                 then greatest(a.atttypmod, t.typtypmod) - 4 end as "maxLength",
            a.attnotnull as "notNull", pg_get_expr(d.adbin, d.adrelid) as fallback,
            a.attidentity <> '' or a.attgenerated <> '' as automatic,
            a.attgenerated <> '' as generated
     from pg_attribute a
     join pg_type t on t.oid = a.atttypid
     cross join lateral (
       with recursive below as (
         select t.oid, t.typname, t.typbasetype
         union all
         select d.oid, d.typname, d.typbasetype from below join pg_type d on d.oid = below.typbasetype
       ) select typname from below where typbasetype = 0
     ) b
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
     order by a.attnum`,
    [table.oid],
  )) as ColumnFacts[];
  return { name, schema, kind: table.kind, columns: new Map(columns.map((column) => [column.name, column])) };
}

/** Same as `readTable`, but throws if the table does not exist. */
export async function needTable(queryRunner: QueryRunner, name: string): Promise<TableFacts> {
  const table = await readTable(queryRunner, name);
  if (!table) throw new Error(`the table ${name} no longer exists`);
  return table;
}

/**
 * True if this table exists in the schema `gatehouse`. The name is in the statement and not in a parameter, because a plan
 * replaces the schema in statements.
 */
export async function ownTableExists(queryRunner: QueryRunner, name: string): Promise<boolean> {
  const [row] = (await queryRunner.query(`select to_regclass('gatehouse.${name}') is not null as found`)) as {
    found: boolean;
  }[];
  return row?.found ?? false;
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

/** The table as SQL spells it. */
export function spelt({ schema, name }: { readonly schema: string | null; readonly name: string }): string {
  return schema === null ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
