import type { Queries } from './queries.js';

export interface TableColumn {
  readonly name: string;
  /** As DDL spells it, with the length. */
  readonly type: string;
  readonly typeName: string;
  /** Characters; null if there is no limit. */
  readonly maxLength: number | null;
}

/** Columns of a table or view in the current schema, by name. Empty if there is no such table. */
export async function readTableColumns(
  queries: Queries,
  table: string,
): Promise<ReadonlyMap<string, TableColumn>> {
  const columns = (await queries.query(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, t.typname as "typeName",
            case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4 end as "maxLength"
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     join pg_type t on t.oid = a.atttypid
     where c.relnamespace = to_regnamespace(quote_ident(current_schema())) and c.relname = $1
       and c.relkind in ('r', 'p', 'v')
     order by a.attnum`,
    [table],
  )) as TableColumn[];
  return new Map(columns.map((column) => [column.name, column]));
}

/** Type of the column `id`, as DDL spells it. `text` if there is none. */
export async function readIdType(queries: Queries, table: string): Promise<string> {
  return (await readTableColumns(queries, table)).get('id')?.type ?? 'text';
}
