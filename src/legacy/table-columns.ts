import type { Queries } from './queries.js';

export interface TableColumn {
  readonly name: string;
  /** As DDL spells it, length included. */
  readonly type: string;
  readonly typeName: string;
  /** In characters; null without a limit. */
  readonly maxLength: number | null;
}

/** The columns of a table of the current schema, by name. Empty if there is no such table. */
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
       and c.relkind in ('r', 'p')
     order by a.attnum`,
    [table],
  )) as TableColumn[];
  return new Map(columns.map((column) => [column.name, column]));
}

/** The type of the ids of a table, as DDL spells it. */
export async function readIdType(queries: Queries, table: string): Promise<string> {
  return (await readTableColumns(queries, table)).get('id')?.type ?? 'text';
}
