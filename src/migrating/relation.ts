import type { EntityMetadata } from 'typeorm';
import type { Queries, Tables } from '../database/tables.js';

/** What a table has, in PostgreSQL's catalogue. */
export interface Relation {
  readonly columns: readonly string[];
  /** Valid indexes on plain columns. */
  readonly indexes: readonly { readonly columns: readonly string[]; readonly unique: boolean }[];
  /** `target` is the other table, for SQL. */
  readonly foreignKeys: readonly { readonly columns: readonly string[]; readonly target: string }[];
}

/** The table of an entity in this database, for SQL. */
export function relationOf({ schema, tableName }: EntityMetadata, tables: Tables): string {
  return schema ? `${schema}.${tableName}` : tables.physicalOf(tableName);
}

/** Undefined if there is no such table. */
export async function readRelation(queries: Queries, relation: string): Promise<Relation | undefined> {
  const [found] = await queries.query<Relation[]>(
    `select
       array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
       (select coalesce(jsonb_agg(jsonb_build_object('unique', i.indisunique, 'columns', k.columns)), '[]')
        from pg_index i
        cross join lateral (
          select jsonb_agg(a.attname order by n.place) as columns
          from generate_series(0, i.indnkeyatts - 1) as n (place)
          join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[n.place]
        ) as k
        where i.indrelid = c.oid and i.indisvalid and 0 <> all (i.indkey)) as indexes,
       (select coalesce(jsonb_agg(jsonb_build_object('target', f.confrelid::regclass::text, 'columns', k.columns)), '[]')
        from pg_constraint f
        cross join lateral (
          select jsonb_agg(a.attname) as columns from pg_attribute a
          where a.attrelid = c.oid and a.attnum = any (f.conkey)
        ) as k
        where f.conrelid = c.oid and f.contype = 'f') as "foreignKeys"
     from pg_class c where c.oid = to_regclass($1)`,
    [relation],
  );
  return found;
}
